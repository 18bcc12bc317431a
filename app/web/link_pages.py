"""What a link says when it opens nothing:

moved, ended, or not one of ours. Each with a way forward.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import i18n
from app.access.models import SessionKind
from app.links.models import MagicLink
from app.people.models import Clinic
from app.scheduling.models import Appointment
from app.web import guards
from app.web.pages import mood, render


def moved(request: Request, db: Session, link: MagicLink) -> Response:
    """The visit has another time now, or does not take place."""
    appointment = db.get(Appointment, link.appointment_id) if link.appointment_id else None
    if appointment is None or not appointment.status.is_open:
        return _answer(request, "cancelled", "public/links/_cancelled.html")
    return _answer(request, "moved", "public/links/_moved.html", appointment=appointment)


def ended(request: Request, db: Session, link: MagicLink) -> Response:
    """The browser that used the link reads that the visit ended. Any other learns nothing."""
    web_session = guards.session_of(request, db, SessionKind.JOIN)
    if web_session is None or web_session.patient_id != link.patient_id:
        request.state.clinic = None
        return unknown(request, db)
    return _answer(request, "ended", "public/links/_ended.html")


def unknown(request: Request, db: Session) -> Response:
    """One neutral page. A clinic that is alone in its installation leaves its number."""
    clinics = db.scalars(select(Clinic).limit(2)).all()
    if len(clinics) == 1:
        request.state.clinic = clinics[0]
    return _answer(request, "unknown", "public/links/_unknown.html")


def _answer(request: Request, state: str, template: str, **context: object) -> Response:
    html = render(request, template, **context)
    return JSONResponse(
        {"state": state, "html": html, "lang": i18n.language(), "mood": mood(request)}
    )
