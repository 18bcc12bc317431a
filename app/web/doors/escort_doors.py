"""Lets in whoever takes a patient home: by the link in their text, to one page, for one day."""

from datetime import timedelta

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import clock, i18n
from app.access import web_sessions
from app.access.models import SessionKind, Strength
from app.links import magic_links
from app.links.models import LinkState, MagicLink
from app.scheduling import escorts
from app.scheduling.models import Escort
from app.web import cookies
from app.web.pages import mood
from app.web.visitors import COOKIES, session_of

ADDRESS = "/escort"
# The link decides day by day; this is only how long a browser is remembered.
_REMEMBERED = timedelta(days=30)


def let_in(request: Request, db: Session) -> bool:
    """Whether this browser opened a link that still opens something. Notes it as `state.guest`."""
    web_session = session_of(request, db, SessionKind.ESCORT)
    link = db.get(MagicLink, web_session.link_id) if web_session and web_session.link_id else None
    escort = escorts.of_link(db, link) if link is not None else None
    if escort is None:
        return False
    request.state.guest, request.state.clinic = escort, escort.appointment.clinic
    return True


def escort_of(request: Request) -> Escort:
    """Whom `let_in` noted."""
    escort: Escort = request.state.guest
    return escort


def tell(request: Request, db: Session, link: MagicLink) -> Response | None:
    """Let the browser in. None when the link opens nothing any more."""
    escort = escorts.of_link(db, link)
    if escort is None:
        return None
    web_session = session_of(request, db, SessionKind.ESCORT)
    if web_session is not None and web_session.link_id == link.id:
        token = web_sessions.rotate(db, web_session)
    else:
        _row, token = web_sessions.start(
            db,
            SessionKind.ESCORT,
            clinic_id=link.clinic_id,
            strength=Strength.LINK,
            user_agent=request.headers.get("user-agent", ""),
            expires_at=clock.now() + _REMEMBERED,
            link_id=link.id,
        )
    magic_links.advance(link, LinkState.OPEN)
    opened = {"lang": i18n.language(), "mood": mood(request), "state": "escort", "address": ADDRESS}
    response = JSONResponse(opened)
    seconds = int(_REMEMBERED.total_seconds())
    cookies.put(response, COOKIES[SessionKind.ESCORT], token, seconds=seconds)
    return response
