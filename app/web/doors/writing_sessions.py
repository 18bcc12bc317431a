"""The session in which a browser writes: one for all the links of a person that it opens."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.access import web_sessions
from app.access.models import SessionKind, Strength, WebSession
from app.links.models import MagicLink
from app.security.tokens import hash_token
from app.web import guards, signing_in


def begin(
    request: Request, db: Session, link: MagicLink, earlier: WebSession | None, browser: str
) -> str:
    """The token of the session that a link lets its browser into.

    `earlier`, that of the browser's cookie, goes on under a new token if it is the same person's;
    another's ends.
    """
    if earlier is not None and web_sessions.is_live(earlier):
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


def hand_over(response: Response, token: str, browser: str) -> None:
    """Put the session and the browser's id into the answer's cookies."""
    absolute = web_sessions.LIMITS[SessionKind.WRITE].absolute
    assert absolute is not None, "write sessions have an absolute end"
    guards.set_session(response, SessionKind.WRITE, token, seconds=int(absolute.total_seconds()))
    signing_in.remember(response, browser)
