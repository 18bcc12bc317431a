"""Patients: found by name, added, seen, changed."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock
from app.access import kept_passkeys, web_sessions
from app.audit import trail
from app.intake import reviewing
from app.messaging import threads
from app.messaging.models import Thread
from app.outcomes import courses, saying
from app.people import enrolment, phones, records
from app.people.models import Patient
from app.protocols import reaching
from app.refusal import Refusal
from app.safety import closing
from app.scheduling import calendars
from app.scheduling.models import Appointment
from app.web.console import agreement_words, asked_words, brought, patient_form
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.forms import read_form
from app.web.guards import staff_only
from app.web.pages import find_or_404, redirect

_SHOWN = 100


@staff_only
def find(request: Request, db: Session) -> Response:
    """The clinic's patients by name, with what each has next. Sealed names: we look in memory."""
    asked = request.query_params.get("q", "").strip()[:100]
    clinic_id = request.state.clinic.id
    everybody = db.scalars(select(Patient).where(Patient.clinic_id == clinic_id)).all()
    found = sorted(
        (each for each in everybody if _matches(each, asked)),
        key=lambda each: (each.given_name.casefold(), each.family_name.casefold()),
    )
    return desk_page(
        request,
        db,
        "console/patients/list.html",
        section="patients",
        asked=asked,
        patients=found[:_SHOWN],
        more=len(found) - _SHOWN,
        nobody_yet=not everybody,
        candidates=sum(each.is_candidate for each in everybody),
        upcoming=_upcoming(db, clinic_id),
    )


@staff_only
def form(request: Request, db: Session) -> Response:
    """The form of a new patient."""
    return _form_page(request, db, None, patient_form.empty(request.state.clinic), Faults())


@staff_only
def add(request: Request, db: Session) -> Response:
    """Add a patient. The same number twice is refused, so a form sent twice adds one."""
    posted = read_form(request)
    clinic, by = request.state.clinic, request.state.practitioner
    facts, faults = patient_form.read(posted, clinic)
    if not faults:
        try:
            patient = enrolment.enrol(
                db,
                clinic,
                given_name=facts.given_name,
                family_name=facts.family_name,
                phone=facts.phone,
                birth_on=facts.birth_on,
                language=facts.language,
                zone=facts.zone,
                texts_agreed=facts.texts_agreed,
                by=by,
            )
        except Refusal as refusal:
            faults.take(refusal)
        else:
            patient.home_address = facts.home_address
            patient.emergency_name = facts.emergency_name
            patient.emergency_phone = records.emergency_number(
                facts.emergency_phone, clinic.country
            )
            return redirect(request, "console:patient", id=patient.id)
    return _form_page(request, db, None, patient_form.typed(posted), faults)


@staff_only
def show(request: Request, db: Session) -> Response:
    """Everything about one patient. Looking is written into the audit trail."""
    patient = _found(request, db)
    # GET reads only: the note goes into a transaction of its own, before anything is shown.
    with request.app.state.database.session() as other:
        trail.record(other, "view", agent=request.state.practitioner, entity=patient)
    return patient_page(request, db, patient)


def patient_page(
    request: Request,
    db: Session,
    patient: Patient,
    *,
    faults: Faults | None = None,
    typed: Mapping[str, object] | None = None,
) -> Response:
    """The page of one patient; refused, with what was typed into the form that asks for forms."""
    clinic = request.state.clinic
    appointments = db.scalars(
        select(Appointment)
        .options(joinedload(Appointment.practitioner))
        .where(Appointment.patient_id == patient.id)
        .order_by(Appointment.starts_at.desc())
    ).all()
    now, standing = clock.now(), courses.standing(db, patient)
    return desk_page(
        request,
        db,
        "console/patients/show.html",
        422 if faults else 200,
        section="patients",
        person=patient,
        refusal=faults or Faults(),
        typed=typed or {"forms": [], "camera": "", "due_on": ""},
        where=saying.where(standing, clinic.zone),
        coming=saying.coming(standing, clinic.zone),
        asked=asked_words.asked_of(db, patient, clinic.zone),
        choices=asked_words.choices(db, clinic),
        ahead=[each for each in reversed(appointments) if each.ends_at > now],
        before=[each for each in appointments if each.ends_at <= now],
        brought=brought.by_patient(request, db, patient),
        shared_entries=brought.shared_by(request, db, patient),
        writes=brought.writes(db, patient, clinic.zone),
        file_path=lambda file: f"/clinic/patients/{patient.id}/journal/files/{file.uuid}",
        agreements=agreement_words.agreements_of(db, patient),
        flags=reviewing.of_patient(db, patient),
        may_clear=reviewing.may_clear(request.state.practitioner),
        alerts=closing.of_patient(db, patient),
        thread=threads.texts(db, Thread(patient_id=patient.id)),
    )


@staff_only
def edit(request: Request, db: Session) -> Response:
    """The form of what is known."""
    patient = _found(request, db)
    return _form_page(request, db, patient, patient_form.filled(patient), Faults())


@staff_only
def change(request: Request, db: Session) -> Response:
    """Write down what is known now."""
    patient = _found(request, db)
    posted = read_form(request)
    facts, faults = patient_form.read(posted, request.state.clinic)
    if not faults:
        try:
            took_texts, clock_and_words = patient.takes_texts, (patient.zone, patient.language)
            has_other_number = records.change(db, patient, facts, by=request.state.practitioner)
            if patient.takes_texts is not took_texts:
                reaching.follow_texts(db, patient)
            if (patient.zone, patient.language) != clock_and_words:
                reaching.follow_clock(db, patient)
            if has_other_number:
                reaching.follow_number(db, patient, by=request.state.practitioner)
            return redirect(request, "console:patient", id=patient.id)
        except Refusal as refusal:
            faults.take(refusal)
    return _form_page(request, db, patient, patient_form.typed(posted), faults)


@staff_only
def lock_out(request: Request, db: Session) -> Response:
    """For a lost phone: signed out everywhere, and no passkey opens their pages any more."""
    patient = _found(request, db)
    kept_passkeys.remove_all(db, patient, by=request.state.practitioner)
    web_sessions.end_all(db, patient, by=request.state.practitioner)
    return redirect(request, "console:patient", id=patient.id)


def _matches(patient: Patient, asked: str) -> bool:
    wanted = asked.casefold().split()
    name = patient.full_name.casefold()
    digits = "".join(filter(str.isdigit, asked))
    if digits and not any(map(str.isalpha, asked)):
        return digits in "".join(filter(str.isdigit, phones.spoken(patient.phone)))
    return all(word in name for word in wanted)


def _upcoming(db: Session, clinic_id: UUID) -> dict[UUID, Appointment]:
    """What each patient of the clinic has next."""
    rows = db.scalars(
        select(Appointment)
        .where(
            Appointment.clinic_id == clinic_id,
            Appointment.ends_at > clock.now(),
            Appointment.status.in_(calendars.OPEN),
        )
        .order_by(Appointment.starts_at.desc())
    )
    return {row.patient_id: row for row in rows}


def _found(request: Request, db: Session) -> Patient:
    return find_or_404(db, Patient, request, clinic_id=request.state.clinic.id)


def _form_page(
    request: Request, db: Session, patient: Patient | None, values: dict[str, str], faults: Faults
) -> Response:
    return desk_page(
        request,
        db,
        "console/patients/form.html",
        422 if faults else 200,
        section="patients",
        person=patient,
        values=values,
        refusal=faults,
        zones=patient_form.zones(),
    )


routes = [
    Route("/patients", find, methods=["GET"], name="patients"),
    Route("/patients", add, methods=["POST"], name="add-patient"),
    Route("/patients/new", form, name="new-patient"),
    Route("/patients/{id}", show, methods=["GET"], name="patient"),
    Route("/patients/{id}", change, methods=["POST"], name="change-patient"),
    Route("/patients/{id}/edit", edit, name="edit-patient"),
    Route("/patients/{id}/sign-out", lock_out, methods=["POST"], name="lock-out-patient"),
]
