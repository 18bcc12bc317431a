"""The page that comes before everything else when somebody may be in danger."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.people.models import Patient
from app.safety import escalation
from app.web.pages import page


def told(
    request: Request, db: Session, patient: Patient, *, on: str = "", knows_them: bool = False
) -> Response:
    """The resources for somebody whose clinic has been alerted, and only as far as that is true.

    `on`: where a post leads on with what they were doing. `knows_them`: this browser may see whom
    they named for emergencies.
    """
    return page(
        request,
        "public/safety.html",
        told=True,
        reached=bool(escalation.on_call(db, patient.clinic)),
        on=on,
        own=patient if knows_them and patient.emergency_phone else None,
    )


def untold(request: Request, *, is_anew: bool) -> Response:
    """The same for somebody we do not know, or (not `is_anew`) who only comes back to the page."""
    told = False if is_anew else None
    return page(request, "public/safety.html", told=told, reached=False, on="", own=None)
