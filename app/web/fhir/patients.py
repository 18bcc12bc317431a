"""Patients whom another system enrols, reads back and looks for."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.access import api_keys, scopes
from app.audit import trail
from app.db.base import Model, UTCDateTime
from app.people import doubles, enrolment, finding, phones
from app.people.models import Clinic, Patient
from app.tasks import desk
from app.tasks.models import TaskCode
from app.web.fhir import conditional, versions
from app.web.fhir import finding as rows
from app.web.fhir import patient as mapping
from app.web.fhir.door import bearer_only, note_view, read_resource
from app.web.fhir.finding import Conditions, Kind
from app.web.fhir.outcome import Fault
from app.web.fhir.patient import Enrolment
from app.web.fhir.searching import Asked
from app.web.pages import find_or_404

_NAMES = ("name", "given", "family")
_NUMBERS = ("phone", "telecom")
_changed_at = func.coalesce(Patient.changed_at, Patient.made_at, type_=UTCDateTime())


@bearer_only
def create(request: Request, db: Session) -> Response:
    """201 with the new patient; 200 with the one who has this number already, left as they are.

    Who that is, is told to a key that may read patients. Any other learns the id alone.
    """
    clinic: Clinic = request.state.clinic
    told = mapping.read(read_resource(request, "Patient"))
    there = conditional.existing(request, db, KIND)
    if there is not None:
        return _there(request, db, there)
    alike = doubles.like(db, clinic.id, told.given_name, told.family_name, told.birth_on)
    patient, is_new = _enrol_once(db, clinic, told, by=request.state.api_key)
    if not is_new:
        return _there(request, db, patient)
    if alike:  # at the desk the form asks; this may be somebody who has a new number
        desk.open_task(db, TaskCode.DUPLICATE, patient, by=request.state.api_key)
    return _answer(request, mapping.written(patient), 201)


@bearer_only
def show(request: Request, db: Session) -> Response:
    """One patient of the clinic. Looking is written into the audit trail."""
    patient = find_or_404(db, Patient, request, clinic_id=request.state.clinic.id)
    note_view(request, patient)
    return versions.answer(request, mapping.written(patient))


@bearer_only
def search(request: Request, db: Session) -> Response:
    """Patients by number, name, birth date or id, or whoever has changed since a moment."""
    return rows.search(request, db, KIND)


def _enrol_once(db: Session, clinic: Clinic, told: Enrolment, *, by: Model) -> tuple[Patient, bool]:
    number = phones.normal(told.phone, clinic.country)
    existing = enrolment.with_number(db, clinic.id, number)
    if existing is not None:
        return existing, False
    try:
        with db.begin_nested():
            return _enrol(db, clinic, told, by=by), True
    except (IntegrityError, enrolment.NumberTaken):  # the same number, posted twice at once
        winner = enrolment.with_number(db, clinic.id, number)
        if winner is None:
            raise
        return winner, False


def _enrol(db: Session, clinic: Clinic, told: Enrolment, *, by: Model) -> Patient:
    patient = enrolment.enrol(
        db,
        clinic,
        given_name=told.given_name,
        family_name=told.family_name,
        phone=told.phone,
        birth_on=told.birth_on,
        language=told.language,
        zone=told.zone,
        by=by,
    )
    patient.home_address = told.home_address
    db.flush()  # a number taken meanwhile shows now
    return patient


def _there(request: Request, db: Session, patient: Patient) -> Response:
    """Telling who somebody is, is a look at them, in a scope of its own and in the trail."""
    if not api_keys.may(request.state.api_key, scopes.named(KIND.name, writes=False)):
        return _answer(request, {"resourceType": KIND.name, "id": str(patient.id)}, 200)
    trail.record(db, "view", agent=request.state.api_key, entity=patient)
    return _answer(request, mapping.written(patient), 200)


def _answer(request: Request, resource: dict[str, Any], status: int) -> Response:
    location = {"Location": f"/fhir/R4/Patient/{resource['id']}"}
    return versions.answer(request, resource, status, location)


def _query() -> Select[Patient]:
    return select(Patient)


def _told(_request: Request, _db: Session, found: Sequence[Patient]) -> list[dict[str, Any]]:
    return [mapping.written(patient) for patient in found]


def _conditions(request: Request, db: Session, asked: Asked) -> Conditions:
    clinic: Clinic = request.state.clinic
    found: Conditions = []
    for name in _NUMBERS:
        for said in asked.tokens(name)[:1]:
            number = phones.normal(said.strip(), clinic.country)
            found.append(Patient.phone_index.in_(phones.indexes(db, {clinic.id: number})))
    words = [asked.values[name] for name in _NAMES if name in asked.values]
    if "birthdate" in asked.values:
        words.append(_day(asked.values["birthdate"]))
    if words:
        hits = finding.find(db, clinic.id, " ".join(words), put_away=True)
        found.append(Patient.id.in_([] if hits.is_near else hits.ids))
    if "_id" not in asked.values and "_lastUpdated" not in asked.spans:
        found.append(Patient.merged_into_id.is_(None))
    return found


def _day(said: str) -> str:
    try:
        return date.fromisoformat(said.removeprefix("eq")).isoformat()
    except ValueError:
        raise Fault(400, "birthdate is a whole day, such as 1990-04-12.") from None


def _changed(patient: Patient) -> datetime:
    return patient.changed_at or patient.made_at


KIND = Kind(
    name="Patient",
    model=Patient,
    query=_query,
    moment=_changed_at,
    moment_of=_changed,
    changed=_changed_at,
    told=_told,
    conditions=_conditions,
    patients_of=lambda _db, found: {patient.id for patient in found},
    needs=(*_NUMBERS, *_NAMES, "birthdate"),
)
