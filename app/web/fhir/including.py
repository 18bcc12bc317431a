"""What comes along with what was found, by `_include`: once each, and only what may be read."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request

from app.access import api_keys, scopes
from app.people.models import Patient, Practitioner
from app.questionnaires import library
from app.scheduling.models import Appointment
from app.web.fhir import appointment, patient, practitioner, questionnaire
from app.web.fhir.door import note_view
from app.web.fhir.parameters import INCLUDES
from app.web.fhir.reading import referenced
from app.web.fhir.searching import Asked


def beside(
    request: Request, db: Session, asked: Asked, found: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[str]]:
    """The resources, and the scopes that the key lacked for others."""
    wanted: dict[tuple[str, UUID], None] = {}
    for said in asked.includes:
        for each in found:
            wanted |= dict.fromkeys(_named(said, each))
    there = {(each["resourceType"], UUID(each["id"])) for each in found}
    resources, closed = [], set()
    for kind, row_id in wanted:
        scope = scopes.named(kind, writes=False)
        if not api_keys.may(request.state.api_key, scope):
            closed.add(scope)
        elif (kind, row_id) not in there:
            resource = _TOLD[kind](request, db, row_id)
            resources += [resource] if resource else []
    return resources, sorted(closed)


def _named(said: str, resource: dict[str, Any]) -> Iterator[tuple[str, UUID]]:
    """Which resources an include of this one names."""
    kind, name, *target = said.split(":")
    include = INCLUDES[kind][name]
    for reference in _walked([resource], include.path):
        for each in target or include.kinds:
            row_id = referenced(reference, each) if "/" in reference else None
            if row_id is not None:
                yield each, row_id


def _walked(parts: list[Any], path: tuple[str, ...]) -> Iterator[str]:
    for name in path:
        parts = [each for part in parts for each in _listed(part.get(name))]
    for part in parts:
        if "reference" in part:
            yield part["reference"]


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _patient(request: Request, db: Session, row_id: UUID) -> dict[str, Any] | None:
    row = db.get(Patient, row_id)
    if row is None or row.clinic_id != request.state.clinic.id:
        return None
    note_view(request, row)
    return patient.written(row)


def _practitioner(request: Request, db: Session, row_id: UUID) -> dict[str, Any] | None:
    row = db.get(Practitioner, row_id)
    is_ours = row is not None and row.clinic_id == request.state.clinic.id
    return practitioner.written(row) if row is not None and is_ours else None


def _appointment(request: Request, db: Session, row_id: UUID) -> dict[str, Any] | None:
    row = db.get(Appointment, row_id)
    is_ours = row is not None and row.clinic_id == request.state.clinic.id
    return appointment.written(db, row) if row is not None and is_ours else None


def _questionnaire(request: Request, db: Session, row_id: UUID) -> dict[str, Any] | None:
    row = library.of_clinic(db, request.state.clinic, row_id)
    return questionnaire.written(row) if row else None


_TOLD: dict[str, Callable[[Request, Session, UUID], dict[str, Any] | None]] = {
    "Appointment": _appointment,
    "Patient": _patient,
    "Practitioner": _practitioner,
    "Questionnaire": _questionnaire,
}
