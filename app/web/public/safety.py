"""Somebody is not safe: the resources at once, and an alert when we know who it is."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.access.models import SessionKind
from app.people.models import Patient
from app.safety import escalation
from app.safety.models import Signal
from app.web import guards, lone_clinic
from app.web.guards import anyone
from app.web.pages import page

_BY = (SessionKind.PATIENT, SessionKind.JOIN, SessionKind.WRITE)


@anyone
def not_safe(request: Request, db: Session) -> Response:
    """The page that comes before everything else.

    Says who was told, and only as far as it is true.
    """
    patient = _who(request, db)
    reached = False
    if patient is not None:
        escalation.raise_alert(db, patient, Signal.CONTROL)
        reached = bool(escalation.on_call(db, patient.clinic))
    return page(request, "public/safety.html", told=patient is not None, reached=reached)


@anyone
def resources(request: Request, db: Session) -> Response:
    """The same page for whoever reloads or comes back to it. Tells nobody anew."""
    _who(request, db)
    return page(request, "public/safety.html", told=None, reached=False)


def _who(request: Request, db: Session) -> Patient | None:
    for kind in _BY:
        web_session = guards.session_of(request, db, kind)
        patient = db.get(Patient, web_session.patient_id) if web_session else None
        if patient is not None:
            guards.note_patient(request, db, patient, None)
            return patient
    lone_clinic.name(request, db)
    return None


routes = [
    Route("/safety", not_safe, methods=["POST"], name="not-safe"),
    Route("/safety", resources, methods=["GET"], name="safety"),
]
