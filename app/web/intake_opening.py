"""What tapping a link to a packet opens: the same browser goes on where it was."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import i18n
from app.access import web_sessions
from app.access.models import SessionKind, Strength
from app.intake import doors
from app.intake.doors import Tap
from app.links import magic_links
from app.links.models import LinkState
from app.security.tokens import hash_token
from app.web import guards, signing_in
from app.web.link_pages import finished
from app.web.pages import mood
from app.web.patient.intake import packet, pages


def tapped(request: Request, db: Session, token: object, browser: str) -> Tap | None:
    """What a token leads to for this browser. None for anything that is no link to a packet."""
    cookie = request.cookies.get(guards.COOKIES[SessionKind.WRITE])
    named = web_sessions.named_by(SessionKind.WRITE, cookie)
    return doors.tapped(db, token, hash_token(browser), named)


def tell(request: Request, db: Session, tap: Tap, browser: str) -> Response | None:
    """Let the browser fill in what the link was sent for. None when that is nothing any more."""
    link, doorway = tap.link, tap.doorway
    if doorway is None:
        return None
    if not magic_links.is_live(link) or (doorway.is_closed and not doorway.is_done):
        # It is over, as only a browser reads that used it: any other learns nothing.
        return finished(request, link) if doorway.door is not None else None
    token = _session(request, db, tap, browser)
    is_first = doorway.packet.opened_at is None  # so nothing is begun that one could go on with
    doors.open(db, doorway)
    magic_links.advance(link, LinkState.OPEN)
    response = JSONResponse(
        {
            "lang": i18n.language(),
            "mood": mood(request),
            "state": "intake",
            "address": pages.packet_path(doorway.packet.id)
            if is_first
            else packet.way_in(db, doorway),
        }
    )
    absolute = web_sessions.LIMITS[SessionKind.WRITE].absolute
    assert absolute is not None, "write sessions have an absolute end"
    guards.set_session(response, SessionKind.WRITE, token, seconds=int(absolute.total_seconds()))
    signing_in.remember(response, browser)
    return response


def _session(request: Request, db: Session, tap: Tap, browser: str) -> str:
    link, earlier = tap.link, tap.earlier
    if earlier is not None and web_sessions.is_live(db, earlier):
        is_same = earlier.browser_hash == hash_token(browser)
        if is_same and earlier.patient_id == link.patient_id:
            return web_sessions.rotate(db, earlier)
        web_sessions.end(db, earlier)
    _web_session, token = web_sessions.start(
        db,
        SessionKind.WRITE,
        clinic_id=link.clinic_id,
        patient=link.patient,
        strength=Strength.LINK,
        user_agent=request.headers.get("user-agent", ""),
        browser=browser,
    )
    return token
