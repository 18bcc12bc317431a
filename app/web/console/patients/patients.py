"""Patients: listed, found by name, added, changed."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock
from app.people import doubles, enrolment, finding, phones, records
from app.people.models import Clinic, Patient
from app.people.records import Facts
from app.protocols import reaching
from app.refusal import Refusal
from app.scheduling import calendars
from app.scheduling.models import Appointment
from app.web.console import words
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.patients import patient_form
from app.web.console.patients.found import in_order, patient_of
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import is_part, page, redirect

PER_PAGE = 50


@staff_only
def everybody(request: Request, db: Session) -> Response:
    """The clinic's patients by name, a page at a time, with what each has next."""
    asked = request.query_params
    return _list_page(request, db, "", asked.get("page", ""), put_away="away" in asked)


@staff_only
def find(request: Request, db: Session) -> Response:
    """Those whose name, number or birth date it is. Posted: no name stands in an address."""
    posted = read_form(request)
    asked, put_away = text(posted, "q")[:100], bool(text(posted, "away"))
    return _list_page(request, db, asked, text(posted, "page"), put_away=put_away)


@staff_only
def form(request: Request, db: Session) -> Response:
    """The form of a new patient."""
    return _form_page(request, db, None, patient_form.empty(request.state.clinic), Faults())


@staff_only
def add(request: Request, db: Session) -> Response:
    """Add a patient. The same number twice is refused, so a form sent twice adds one.

    Somebody with the same name and birth date is shown first: it may be them.
    """
    posted = read_form(request)
    clinic, by = request.state.clinic, request.state.practitioner
    facts, faults = patient_form.read(posted, clinic)
    like = [] if faults or text(posted, "another") else _like(db, clinic, facts)
    if not faults and not like:
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
    return _form_page(request, db, None, patient_form.typed(posted), faults, like)


@staff_only
def edit(request: Request, db: Session) -> Response:
    """The form of what is known."""
    patient = patient_of(request, db)
    return _form_page(request, db, patient, patient_form.filled(patient), Faults())


@staff_only
def change(request: Request, db: Session) -> Response:
    """Write down what is known now; another number is not changed here."""
    patient = patient_of(request, db)
    posted = read_form(request)
    facts, faults = patient_form.read(posted, request.state.clinic, patient)
    if not faults:
        try:
            took_texts, clock_and_words = patient.takes_texts, (patient.zone, patient.language)
            records.change(db, patient, facts, by=request.state.practitioner)
            if patient.takes_texts is not took_texts:
                reaching.follow_texts(db, patient)
            if (patient.zone, patient.language) != clock_and_words:
                reaching.follow_clock(db, patient)
            return redirect(request, "console:patient", id=patient.id)
        except Refusal as refusal:
            faults.take(refusal)
    return _form_page(request, db, patient, patient_form.typed(posted), faults)


def _list_page(
    request: Request, db: Session, asked: str, number: str, *, put_away: bool
) -> Response:
    clinic_id = request.state.clinic.id
    found = finding.find(db, clinic_id, asked, put_away=put_away)
    pages = max(1, -(-len(found.ids) // PER_PAGE))
    at = min(int(number) if number.isascii() and number.isdigit() else 1, pages) or 1
    first = (at - 1) * PER_PAGE
    shown = found.ids[first : first + PER_PAGE]
    context: dict[str, Any] = {
        "asked": asked,
        "put_away": put_away,
        "patients": in_order(db, shown),
        "upcoming": _upcoming(db, shown),
        "total": len(found.ids),
        "is_near": found.is_near,
        "first": first + 1,
        "at": at,
        "pages": pages,
    }
    if is_part(request):
        return page(request, "console/patients/_found.html", words=words, **context)
    return desk_page(
        request,
        db,
        "console/patients/list.html",
        section="patients",
        candidates=_candidates(db, clinic_id),
        doubles=len(doubles.of_clinic(db, clinic_id)),
        **context,
    )


def _like(db: Session, clinic: Clinic, facts: Facts) -> list[Patient]:
    """Who may be the same person. Nobody when the number is taken: then that is said."""
    if enrolment.with_number(db, clinic.id, phones.normal(facts.phone, clinic.country)):
        return []
    return doubles.like(db, clinic.id, facts.given_name, facts.family_name, facts.birth_on)


def _upcoming(db: Session, ids: list[UUID]) -> dict[UUID, Appointment]:
    """What each of these patients has next."""
    rows = db.scalars(
        select(Appointment)
        .where(
            Appointment.patient_id.in_(ids),
            Appointment.ends_at > clock.now(),
            Appointment.status.in_(calendars.OPEN),
        )
        .order_by(Appointment.starts_at.desc())
    )
    return {row.patient_id: row for row in rows}


def _candidates(db: Session, clinic_id: UUID) -> int:
    rows = select(func.count()).where(
        Patient.clinic_id == clinic_id,
        Patient.applied_at.is_not(None),
        Patient.accepted_at.is_(None),
        Patient.declined_at.is_(None),
    )
    return db.scalar(rows) or 0


def _form_page(
    request: Request,
    db: Session,
    patient: Patient | None,
    values: dict[str, str],
    faults: Faults,
    like: list[Patient] | None = None,
) -> Response:
    return desk_page(
        request,
        db,
        "console/patients/form.html",
        422 if faults or like else 200,
        section="patients",
        person=patient,
        values=values,
        refusal=faults,
        like=like or [],
        zones=patient_form.zones(),
    )


routes = [
    Route("/patients", everybody, methods=["GET"], name="patients"),
    Route("/patients", add, methods=["POST"], name="add-patient"),
    Route("/patients/search", find, methods=["POST"], name="find-patient"),
    Route("/patients/new", form, name="new-patient"),
    Route("/patients/{id}", change, methods=["POST"], name="change-patient"),
    Route("/patients/{id}/edit", edit, name="edit-patient"),
]
