"""Somebody is not safe: the resources at once, and an alert when we know who it is."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.access import web_sessions
from app.access.models import SessionKind, WebSession
from app.people.models import Patient
from app.safety import escalation
from app.safety.models import Signal
from app.web import guards, lone_clinic, safety_screen, step_up, ways_back
from app.web.guards import anyone

_BY = (SessionKind.PATIENT, SessionKind.JOIN, SessionKind.WRITE)


@anyone
def not_safe(request: Request, db: Session) -> Response:
    """The page that comes before everything else.

    Says who was told, and only as far as it is true.
    """
    web_session = _who(request, db)
    patient: Patient | None = web_session.patient if web_session else None
    if web_session is None or patient is None:
        return safety_screen.untold(request, db, is_anew=True)
    escalation.raise_alert(db, patient, Signal.CONTROL)
    back = ways_back.came_from(request)
    knows_them = step_up.is_surely_theirs(web_session)
    return safety_screen.told(request, db, patient, back=back, knows_them=knows_them)


@anyone
def resources(request: Request, db: Session) -> Response:
    """The same page for whoever reloads or comes back to it. Tells nobody anew."""
    _who(request, db)
    return safety_screen.untold(request, db, is_anew=False)


def _who(request: Request, db: Session) -> WebSession | None:
    for kind in _BY:
        web_session = guards.session_of(request, db, kind) or _rested(request, db, kind)
        if web_session is not None and web_session.patient is not None:
            guards.note_patient(request, db, web_session.patient, None)
            return web_session
    lone_clinic.name(request, db)
    return None


def _rested(request: Request, db: Session, kind: SessionKind) -> WebSession | None:
    """A link's session that only lay idle: whoever presses the button there is not turned away."""
    if request.method != "POST" or kind is SessionKind.PATIENT:
        return None
    return web_sessions.find_rested(db, kind, request.cookies.get(guards.COOKIES[kind]))


routes = [
    Route("/safety", not_safe, methods=["POST"], name="not-safe"),
    Route("/safety", resources, methods=["GET"], name="safety"),
]
