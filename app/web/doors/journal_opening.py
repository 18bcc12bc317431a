"""What tapping the link of a quiet minute opens: the page to write on, and the check beside it."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import i18n
from app.access import web_sessions
from app.access.models import SessionKind, WebSession
from app.intake import doors as intake_doors
from app.journal import checks_beside, doors, owners, prompts
from app.links import magic_links
from app.links.models import LinkState, MagicLink
from app.security.tokens import hash_token
from app.web import guards, quiet_minute, signing_in
from app.web.doors import writing_sessions
from app.web.doors.link_pages import quiet_time_over
from app.web.pages import mood


def tell(request: Request, db: Session, link: MagicLink) -> Response | None:
    """Let the browser write. None when that is over, but for a browser that wrote here before."""
    browser = signing_in.browser_for(request)
    browser_hash = hash_token(browser)
    if not magic_links.is_live(link):
        was_here = link.state is not LinkState.REVOKED and doors.has_opened(db, link, browser_hash)
        return quiet_time_over(request, link) if was_here else None
    token = writing_sessions.begin(request, db, link, _earlier(request, db), browser)
    doors.unlock(db, link, browser_hash)
    for packet_id in checks_beside.opened_by(db, link):
        intake_doors.admit(db, link.clinic_id, packet_id, browser_hash)
    prompt = prompts.current(db, link)
    if prompt is not None:
        prompts.note_opened(db, prompt)
    magic_links.advance(link, LinkState.OPEN)
    response = JSONResponse(
        {
            "lang": i18n.language(),
            "mood": mood(request),
            "state": "journal",
            "address": quiet_minute.PATH,
            "owner": owners.owner_of(link.patient),
        }
    )
    writing_sessions.hand_over(response, token, browser)
    return response


def _earlier(request: Request, db: Session) -> WebSession | None:
    cookie = request.cookies.get(guards.COOKIES[SessionKind.WRITE])
    return db.scalar(select(WebSession).where(web_sessions.named_by(SessionKind.WRITE, cookie)))
