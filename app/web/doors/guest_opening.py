"""What tapping a guest's link opens: the room, or when to come back."""

from datetime import timedelta

from sqlalchemy.orm import Session, joinedload
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import clock, i18n
from app.access import web_sessions
from app.access.models import SessionKind, Strength
from app.links import magic_links
from app.links.models import LinkState, MagicLink
from app.people.models import Clinic
from app.scheduling.models import Appointment
from app.telehealth import guests, seats, visits
from app.telehealth.models import VisitGuest
from app.web import guards
from app.web.doors import link_pages
from app.web.pages import mood
from app.web.visit import guest_room, room

_OPENS_BEFORE = timedelta(minutes=30)
_COOKIE_OUTLIVES_SESSION = timedelta(days=1)


def tell(request: Request, db: Session, link: MagicLink) -> Response | None:
    """The answer to a guest's link, in their language. None: it is no guest's any more."""
    guest = guests.of_link(db, link)
    if guest is None:
        return None
    visit = db.get_one(
        Appointment, guest.appointment_id, options=[joinedload(Appointment.practitioner)]
    )
    request.state.clinic = db.get_one(Clinic, guest.clinic_id)
    request.state.guest = guest
    with i18n.using(guards.chosen_language(request) or guest.language):
        if not visit.status.is_open:
            return link_pages.off(request, visit)
        if not _goes_on(db, visit):
            return link_pages.over(request)
        if clock.now() < visit.starts_at - _OPENS_BEFORE:
            return link_pages.early(request, visit)
        return _let_in(request, db, link, guest, visit)


def _goes_on(db: Session, visit: Appointment) -> bool:
    if guests.is_open(visit):
        return True
    held = visits.find(db, visit)  # a talk may run over its time
    return held is not None and held.ended_at is None and held.host_is_here


def _let_in(
    request: Request, db: Session, link: MagicLink, guest: VisitGuest, visit: Appointment
) -> Response:
    expires_at = guests.ends_at(visit)
    web_session = guards.session_of(request, db, SessionKind.GUEST)
    if web_session is not None and web_session.link_id == link.id:
        token = web_sessions.rotate(db, web_session)
        web_session.expires_at = max(web_session.expires_at, expires_at)
    else:
        web_session, token = web_sessions.start(
            db,
            SessionKind.GUEST,
            clinic_id=guest.clinic_id,
            strength=Strength.LINK,
            user_agent=request.headers.get("user-agent", ""),
            expires_at=expires_at,
            link_id=link.id,
        )
    seat = seats.take(db, visit, web_session, link, guest=guest)
    magic_links.advance(link, LinkState.OPEN)
    response = JSONResponse(
        {
            "lang": i18n.language(),
            "mood": mood(request),
            "state": "open",
            "address": f"/guest/{visit.id}",
            "html": guest_room.fragment(request, db, seat),
            "title": room.title(visit),
        }
    )
    kept_for = web_session.expires_at - clock.now() + _COOKIE_OUTLIVES_SESSION
    guards.set_session(response, SessionKind.GUEST, token, seconds=int(kept_for.total_seconds()))
    return response
