"""Booking, moving, calling off and ending appointments from another system."""

from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.audit import trail
from app.people.models import Clinic, Patient, Practitioner
from app.plans import kept
from app.protocols import infusions
from app.scheduling import already_there, booking, calendars, confirming, rules
from app.scheduling.booking import Booked
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.scheduling.rescheduling import Moved
from app.web.fhir import appointment as mapping
from app.web.fhir import conditional, finding, practitioners, versions, whose
from app.web.fhir.appointment import Advice, Wanted
from app.web.fhir.appointment_search import KIND
from app.web.fhir.door import bearer_only, note_view, read_resource
from app.web.fhir.outcome import Fault
from app.web.pages import find_or_404


@bearer_only
def create(request: Request, db: Session) -> Response:
    """201 with what was booked; an infusion lists its visit, or says why there is none.

    The same infusion again is 200 with the one that stands. Whatever else the patient has at that
    time is 409.
    """
    clinic: Clinic = request.state.clinic
    wanted = mapping.read(read_resource(request, "Appointment"))
    if wanted.status not in ("", "booked"):
        raise Fault(422, "Post an Appointment as booked.", expression="Appointment.status")
    if wanted.service is None:
        raise Fault(422, "Name the service.", expression="Appointment.serviceType")
    if wanted.starts_at is None or wanted.ends_at is None:
        raise Fault(400, "Appointment.start is missing.", expression="Appointment.start")
    if not wanted.names_patient:
        raise Fault(422, "Name the patient.", expression="Appointment.participant")
    patient = whose.patient(db, clinic.id, wanted.patient_id)
    practitioner = _practitioner(db, clinic.id, wanted)
    rules.refuse_disorder(wanted.starts_at, wanted.ends_at)
    there = conditional.existing(request, db, KIND)
    if there is not None:
        return _told(request, db, there)
    there = already_there.find(db, patient, wanted.service, wanted.starts_at, wanted.ends_at)
    if there is not None:
        return _same_again(request, db, there)
    booked = infusions.book(
        db,
        patient=patient,
        service=wanted.service,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        practitioner=practitioner,
        by=request.state.api_key,
        agreed=wanted.agreed,
        protocol_id=_protocol(db, clinic, wanted),
        route=wanted.route,
    )
    return _answer(request, db, booked.appointment, booked, 201, _location(booked.appointment))


@bearer_only
def show(request: Request, db: Session) -> Response:
    """One appointment."""
    appointment = find_or_404(db, Appointment, request, clinic_id=request.state.clinic.id)
    note_view(request, db.get_one(Patient, appointment.patient_id))
    return _answer(request, db, appointment, None)


@bearer_only
def search(request: Request, db: Session) -> Response:
    """Appointments of a patient, with somebody, or on a day; earliest first."""
    return finding.search(request, db, KIND)


@bearer_only
def change(request: Request, db: Session) -> Response:
    """Do what the new status or time asks for. What is not mentioned stays."""
    clinic: Clinic = request.state.clinic
    appointment = find_or_404(db, Appointment, request, clinic_id=clinic.id)
    resource = read_resource(request, "Appointment")
    if resource.get("id", str(appointment.id)) != str(appointment.id):
        raise Fault(400, "The id differs from the address.", expression="Appointment.id")
    wanted = mapping.read(resource)
    calendars.hold_appointment(db, appointment)
    versions.refuse_stale(request, mapping.written(db, appointment))
    _refuse_exchange(appointment, wanted)
    moved = _apply(request, db, appointment, wanted)
    return _answer(request, db, appointment, moved)


def _apply(
    request: Request, db: Session, appointment: Appointment, wanted: Wanted
) -> Booked | Moved | None:
    by = request.state.api_key
    match wanted.status:
        case "cancelled":
            infusions.cancel(db, appointment, by=by)
        case "fulfilled":
            return _fulfil(request, db, appointment, wanted)
        case "arrived" | "checked-in":
            booking.arrive(db, appointment, by=by)
        case "noshow":
            infusions.miss(db, appointment, by=by)
        case "booked" | "":
            return _move(request, db, appointment, wanted)
        case _:
            raise Fault(422, "This status has no meaning here.", expression="Appointment.status")
    return None


def _fulfil(
    request: Request, db: Session, appointment: Appointment, wanted: Wanted
) -> Booked | None:
    if wanted.ends_at is None:
        raise Fault(400, "Appointment.end is missing.", expression="Appointment.end")
    encounter = booking.encounter_of(db, appointment)
    if (
        appointment.status is AppointmentStatus.FULFILLED
        and encounter is not None
        and encounter.ended_at == wanted.ends_at
    ):
        return None  # told once already
    by = request.state.api_key
    if appointment.service is Service.INFUSION:
        return infusions.record_end(db, appointment, wanted.ends_at, by=by)
    booking.complete(db, appointment, wanted.ends_at, by=by)
    return None


def _move(request: Request, db: Session, appointment: Appointment, wanted: Wanted) -> Moved:
    if wanted.starts_at is None:
        raise Fault(400, "Appointment.start is missing.", expression="Appointment.start")
    by, stood = request.state.api_key, appointment.starts_at
    moved = infusions.reschedule(
        db,
        appointment,
        wanted.starts_at,
        ends_at=wanted.ends_at,
        practitioner=_practitioner(db, appointment.clinic_id, wanted),
        by=by,
    )
    if wanted.agreed and appointment.starts_at == stood and _is_unanswered(appointment):
        confirming.confirm(db, appointment, by=by)
    return moved


def _is_unanswered(appointment: Appointment) -> bool:
    """Neither agreed to nor "not today": an older copy of it must not undo what was said since."""
    is_silent = appointment.confirmed_at is None and appointment.asked_at is None
    return appointment.service.is_visit and is_silent


def _same_again(request: Request, db: Session, there: Appointment) -> Response:
    """A slot is somebody's: asked for twice it is taken. An infusion takes none, and stands."""
    if there.service.is_visit:
        raise Fault(409, f"This is booked already: Appointment/{there.id}.")
    return _told(request, db, there)


def _told(request: Request, db: Session, there: Appointment) -> Response:
    """Nothing was done, but it was read: that is noted like any other reading."""
    patient = db.get_one(Patient, there.patient_id)
    trail.record(db, "view", agent=request.state.api_key, entity=patient)
    return _answer(request, db, there, None, 200, _location(there))


def _location(appointment: Appointment) -> dict[str, str]:
    return {"Location": f"/fhir/R4/Appointment/{appointment.id}"}


def _practitioner(db: Session, clinic_id: UUID, wanted: Wanted) -> Practitioner | None:
    if not wanted.names_practitioner:
        return None
    return practitioners.of_clinic(db, clinic_id, wanted.practitioner_id)


def _protocol(db: Session, clinic: Clinic, wanted: Wanted) -> UUID | None:
    """What an infusion follows; None for the clinic's usual one."""
    if not wanted.names_protocol:
        return None
    protocol = kept.find(db, clinic, wanted.protocol_id)
    if protocol is None:
        raise Fault(422, "There is no such PlanDefinition.", expression="Appointment.extension")
    if not protocol.is_on:
        words = "This protocol is not offered: turn it on, or name another."
        raise Fault(422, words, expression="Appointment.extension")
    return protocol.id


def _refuse_exchange(appointment: Appointment, wanted: Wanted) -> None:
    """An appointment stays its patient's, and what it is for."""
    if wanted.names_patient and wanted.patient_id != appointment.patient_id:
        raise Fault(
            422,
            "An appointment cannot go to another patient.",
            expression="Appointment.participant",
        )
    if wanted.names_protocol and wanted.protocol_id != appointment.protocol_id:
        raise Fault(422, "An infusion stays with its protocol.", expression="Appointment.extension")
    if wanted.route not in (None, appointment.route):
        raise Fault(422, "The route of an infusion stays.", expression="Appointment.extension")
    if wanted.service not in (None, appointment.service):
        raise Fault(
            422, "The service of an appointment stays.", expression="Appointment.serviceType"
        )


def _answer(
    request: Request,
    db: Session,
    appointment: Appointment,
    outcome: Booked | Moved | None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    advice = None
    if outcome is not None and outcome.warning:
        is_missing = appointment.service is Service.INFUSION and outcome.integration is None
        advice = Advice(outcome.warning, outcome.better, is_missing)
    db.flush()  # when it was changed is told
    return versions.answer(request, mapping.written(db, appointment, advice), status, headers)
