"""What tapping a link to a packet opens: the same browser goes on where it was."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import i18n
from app.access import web_sessions
from app.access.models import SessionKind
from app.intake import doors
from app.intake.doors import Tap
from app.links import magic_links
from app.links.models import LinkState
from app.security.tokens import hash_token
from app.web import guards
from app.web.doors import writing_sessions
from app.web.doors.link_pages import finished
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
    token = writing_sessions.begin(request, db, link, tap.earlier, browser)
    is_first = doorway.packet.opened_at is None  # so nothing is begun that one could go on with
    doors.unlock(db, doorway)
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
    writing_sessions.hand_over(response, token, browser)
    return response
