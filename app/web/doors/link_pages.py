"""What a link says when it opens nothing:

moved, ended, or not one of ours. Each with a way forward.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import clock, i18n
from app.access.models import SessionKind, WebSession
from app.links.magic_links import JOIN_OUTLIVES_VISIT
from app.links.models import MagicLink
from app.scheduling.models import Appointment, AppointmentStatus
from app.security.tokens import hash_token
from app.web import guards, lone_clinic
from app.web.pages import mood, render


def moved(request: Request, db: Session, link: MagicLink) -> Response | None:
    """The visit has another time now, or does not take place. None when that is past telling."""
    appointment = db.get(Appointment, link.appointment_id) if link.appointment_id else None
    if appointment is None or clock.now() >= appointment.ends_at + JOIN_OUTLIVES_VISIT:
        return None
    if appointment.status.is_open:
        request.state.clinic = appointment.clinic
        return _answer(
            request,
            "moved",
            "public/links/_moved.html",
            appointment=appointment,
            zone=link.patient.zone,
        )
    if appointment.status is AppointmentStatus.CANCELLED:
        request.state.clinic = appointment.clinic
        return _answer(request, "cancelled", "public/links/_cancelled.html")
    return None


def ended(request: Request, db: Session, link: MagicLink) -> Response | None:
    """The browser that used the link reads that the visit ended. None: any other learns nothing."""
    token = request.cookies.get(guards.COOKIES[SessionKind.JOIN], "")
    # Its session is over as well by now, and opens nothing: it only tells a stranger from a friend.
    was_let_in = select(WebSession.id).where(
        WebSession.kind == SessionKind.JOIN,
        WebSession.token_hash == hash_token(token),
        WebSession.patient_id == link.patient_id,
    )
    if db.scalar(was_let_in) is None:
        return None
    request.state.clinic = link.patient.clinic
    return _answer(request, "ended", "public/links/_ended.html")


def early(request: Request, visit: Appointment) -> Response:
    """A guest came long before the talk: when it is, on the clock that it was agreed on."""
    return _answer(request, "early", "public/links/_early.html", appointment=visit)


def off(request: Request, visit: Appointment) -> Response:
    """The talk that a guest was invited to does not take place, or took place."""
    is_cancelled = visit.status is AppointmentStatus.CANCELLED
    return (
        _answer(request, "cancelled", "public/links/_guest_off.html")
        if is_cancelled
        else over(request)
    )


def over(request: Request) -> Response:
    """The talk that a guest was invited to is over."""
    return _answer(request, "ended", "public/links/_guest_over.html")


def finished(request: Request, link: MagicLink) -> Response:
    """What was asked can be filled in no longer, for a browser that opened it in its time."""
    request.state.clinic = link.patient.clinic
    return _answer(request, "ended", "public/links/_finished.html")


def quiet_time_over(request: Request, link: MagicLink) -> Response:
    """Nothing more can be written by this link; what its browser still holds is found there."""
    request.state.clinic = link.patient.clinic
    return _answer(request, "ended", "public/links/_quiet_time_over.html")


def unknown(request: Request, db: Session) -> Response:
    """One neutral page. A clinic that is alone in its installation leaves its number."""
    lone_clinic.name(request, db)
    return _answer(request, "unknown", "public/links/_unknown.html")


def _answer(request: Request, state: str, template: str, **context: object) -> Response:
    html = render(request, template, **context)
    return JSONResponse(
        {"state": state, "html": html, "lang": i18n.language(), "mood": mood(request)}
    )
