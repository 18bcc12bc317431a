"""Practitioner: who works at the clinic. Read only."""

from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.db.base import UTCDateTime
from app.people.models import Practitioner
from app.web.fhir import paging, searching, spans, versions
from app.web.fhir.door import bearer_only
from app.web.fhir.outcome import Fault
from app.web.fhir.practitioner import written
from app.web.fhir.searching import Asked
from app.web.pages import find_or_404

_changed_at = func.coalesce(Practitioner.changed_at, Practitioner.made_at, type_=UTCDateTime())


@bearer_only
def search(request: Request, db: Session) -> Response:
    """Everybody who works here now: those who give visits first, in the order they joined.

    Who is asked for by id, or has changed since a moment, may have left.
    """
    asked = searching.read(request, "Practitioner")
    clinic = request.state.clinic
    query = select(Practitioner).where(
        Practitioner.clinic_id == clinic.id, *_conditions(asked, clinic.zone)
    )
    staff = db.scalars(query.order_by(Practitioner.made_at, Practitioner.id)).all()
    ordered = sorted(staff, key=lambda each: not each.is_clinician)
    return paging.listed(request, asked, [written(each) for each in ordered])


@bearer_only
def show(request: Request, db: Session) -> Response:
    """One of them, also one who has left."""
    practitioner = find_or_404(db, Practitioner, request, clinic_id=request.state.clinic.id)
    return versions.answer(request, written(practitioner))


def of_clinic(db: Session, clinic_id: UUID, practitioner_id: UUID | None) -> Practitioner:
    """Who works at the clinic under this id, else 404."""
    practitioner = db.get(Practitioner, practitioner_id) if practitioner_id else None
    if (
        practitioner is None
        or practitioner.clinic_id != clinic_id
        or practitioner.disabled_at is not None
    ):
        raise Fault(404, "There is no such Practitioner.")
    return practitioner


def _conditions(asked: Asked, zone: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    ids = searching.ids_of(asked)
    if ids is not None:
        found.append(Practitioner.id.in_(ids))
    for said in asked.spans.get("_lastUpdated", ()):
        found += spans.within("_lastUpdated", said, _changed_at, zone)
    return found or [Practitioner.disabled_at.is_(None)]
