"""Practitioner: who works at the clinic. Read only."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.people.models import Practitioner
from app.web.fhir import searching
from app.web.fhir.door import bearer_only
from app.web.fhir.outcome import Fault, respond
from app.web.pages import find_or_404


@bearer_only
def search(request: Request, db: Session) -> Response:
    """Everybody who works here now: those who give visits first, in the order they joined."""
    asked = searching.read(request, "Practitioner")
    staff = db.scalars(
        select(Practitioner)
        .where(
            Practitioner.clinic_id == request.state.clinic.id,
            Practitioner.disabled_at.is_(None),
        )
        .order_by(Practitioner.made_at, Practitioner.id)
    ).all()
    ordered = sorted(staff, key=lambda each: not each.is_clinician)
    return searching.bundle(request, asked, [written(each) for each in ordered])


@bearer_only
def show(request: Request, db: Session) -> Response:
    """One of them, also one who has left."""
    return respond(
        written(find_or_404(db, Practitioner, request, clinic_id=request.state.clinic.id))
    )


def written(practitioner: Practitioner) -> dict[str, Any]:
    """A member of staff as FHIR. Their phone stays with us."""
    return {
        "resourceType": "Practitioner",
        "id": str(practitioner.id),
        "active": practitioner.disabled_at is None,
        "name": [{"text": practitioner.display_name}],
        "qualification": [{"code": {"text": practitioner.role.value}}],
    }


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
