"""Sessions and visits that took place, read from another system. Appointments make them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload
from starlette.requests import Request
from starlette.responses import Response

from app.db.base import UTCDateTime
from app.people.models import Patient
from app.scheduling.models import Appointment, Encounter
from app.web.fhir import encounter as mapping
from app.web.fhir import finding, spans, versions
from app.web.fhir.door import bearer_only, note_view
from app.web.fhir.finding import Conditions, Kind
from app.web.fhir.reading import referenced
from app.web.fhir.searching import Asked
from app.web.pages import find_or_404


@bearer_only
def show(request: Request, db: Session) -> Response:
    """One session or visit."""
    encounter = find_or_404(db, Encounter, request, clinic_id=request.state.clinic.id)
    appointment = db.get_one(Appointment, encounter.appointment_id)
    note_view(request, db.get_one(Patient, appointment.patient_id))
    return versions.answer(request, mapping.written(encounter, appointment))


@bearer_only
def search(request: Request, db: Session) -> Response:
    """A patient's, an appointment's, or those of a day, in the order in which they began."""
    return finding.search(request, db, KIND)


def _query() -> Select[Encounter]:
    return select(Encounter).join(Appointment, Appointment.id == Encounter.appointment_id)


def _told(_request: Request, db: Session, found: Sequence[Encounter]) -> list[dict[str, Any]]:
    ids = [encounter.appointment_id for encounter in found]
    rows = db.scalars(
        select(Appointment)
        .options(joinedload(Appointment.practitioner))
        .where(Appointment.id.in_(ids))
    )
    appointments = {appointment.id: appointment for appointment in rows}
    return [mapping.written(each, appointments[each.appointment_id]) for each in found]


def _conditions(request: Request, _db: Session, asked: Asked) -> Conditions:
    found: Conditions = []
    if "appointment" in asked.values:
        appointment_id = referenced(asked.values["appointment"], "Appointment")
        found.append(Encounter.appointment_id == appointment_id)
    for said in asked.spans.get("date", ()):
        zone = request.state.clinic.zone
        found += spans.within("date", said, Encounter.started_at.expression, zone)
    if "status" in asked.values:
        is_of = {"in-progress": Encounter.ended_at.is_(None), "finished": _has_ended()}
        wanted = [is_of[each] for each in asked.tokens("status") if each in is_of]
        found.append(or_(*wanted) if wanted else Encounter.id.is_(None))
    return found


def _has_ended() -> Any:
    return Encounter.ended_at.is_not(None)


def _patients_of(db: Session, found: Sequence[Encounter]) -> set[UUID]:
    ids = [encounter.appointment_id for encounter in found]
    return set(db.scalars(select(Appointment.patient_id).where(Appointment.id.in_(ids))))


KIND = Kind(
    name="Encounter",
    model=Encounter,
    query=_query,
    moment=Encounter.started_at.expression,
    moment_of=lambda encounter: encounter.started_at,
    changed=func.coalesce(Encounter.changed_at, Encounter.started_at, type_=UTCDateTime()),
    told=_told,
    conditions=_conditions,
    patient_id=Appointment.patient_id.expression,
    patients_of=_patients_of,
    needs=("patient", "subject", "appointment", "date"),
)
