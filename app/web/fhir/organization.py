"""Organization: the clinic itself, for whoever meets it as the sender of a text. Read only."""

from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.people.models import Clinic
from app.web.fhir import versions
from app.web.fhir.door import bearer_only
from app.web.pages import find_or_404, not_found


@bearer_only
def show(request: Request, db: Session) -> Response:
    """The key's own clinic. Another is as unknown as none."""
    clinic = find_or_404(db, Clinic, request)
    if clinic.id != request.state.clinic.id:
        not_found()
    return versions.answer(request, written(clinic))


def written(clinic: Clinic) -> dict[str, Any]:
    """A clinic as FHIR."""
    return {
        "resourceType": "Organization",
        "id": str(clinic.id),
        "active": True,
        "name": clinic.name,
        "telecom": [{"system": "phone", "value": clinic.phone, "use": "work"}],
    }
