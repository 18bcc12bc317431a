"""How appointments are looked for."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload
from starlette.requests import Request

from app.db.base import UTCDateTime
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.web.fhir import appointment as mapping
from app.web.fhir import finding, spans
from app.web.fhir.finding import Conditions, Kind
from app.web.fhir.paging import MOST
from app.web.fhir.reading import referenced
from app.web.fhir.searching import Asked


def _query() -> Select[Appointment]:
    return select(Appointment).options(joinedload(Appointment.practitioner))


def _told(_request: Request, db: Session, found: Sequence[Appointment]) -> list[dict[str, Any]]:
    return mapping.written_all(db, found)


def _conditions(request: Request, _db: Session, asked: Asked) -> Conditions:
    found: Conditions = []
    if "status" in asked.values:
        known = finding.values(asked.tokens("status"), AppointmentStatus)
        found.append(Appointment.status.in_(map(AppointmentStatus, known)))
    if "service-type" in asked.values:
        services = finding.values(asked.tokens("service-type"), Service)
        found.append(Appointment.service.in_(map(Service, services)))
    for said in asked.spans.get("date", ()):
        found += spans.within(
            "date", said, Appointment.starts_at.expression, request.state.clinic.zone
        )
    if "practitioner" in asked.values:
        with_id = referenced(asked.values["practitioner"], "Practitioner")
        found.append(Appointment.practitioner_id == with_id)
    if "actor" in asked.values:
        said = asked.values["actor"]
        found.append(
            or_(
                Appointment.patient_id == referenced(said, "Patient"),
                Appointment.practitioner_id == referenced(said, "Practitioner"),
            )
        )
    return found


KIND = Kind(
    name="Appointment",
    model=Appointment,
    query=_query,
    moment=Appointment.starts_at.expression,
    moment_of=lambda appointment: appointment.starts_at,
    changed=func.coalesce(Appointment.changed_at, Appointment.made_at, type_=UTCDateTime()),
    told=_told,
    conditions=_conditions,
    patient_id=Appointment.patient_id.expression,
    patients_of=lambda _db, found: {appointment.patient_id for appointment in found},
    needs=("patient", "actor", "practitioner", "date"),
    usual=MOST,
)
