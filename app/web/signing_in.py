"""What every way of signing in shares: the browser's id, the relying party, cookies in and out."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.access import attempts, covers, web_sessions
from app.access.models import Passkey, SessionKind, Strength
from app.access.passkeys import RelyingParty
from app.audit import trail
from app.people.models import Patient, Practitioner
from app.security.tokens import looks_like_token, new_token
from app.settings import Settings
from app.web import cookies, guards, step_up
from app.web.guards import BROWSER_COOKIE

LARGEST_CREDENTIAL = 16 * 1024
_BROWSER_SECONDS = 400 * 24 * 3600  # as long as browsers keep a cookie at all


def browser_of(request: Request) -> str | None:
    """The id that this browser was given earlier, to which codes and challenges are bound."""
    browser = request.cookies.get(BROWSER_COOKIE)
    return browser if looks_like_token(browser) else None


def browser_for(request: Request) -> str:
    """The id of this browser, a new one if it has none. `remember` puts it into the answer."""
    return browser_of(request) or new_token()


def remember(response: Response, browser: str) -> None:
    """Let the browser keep its id. It names no person and is no session."""
    cookies.put(response, BROWSER_COOKIE, browser, seconds=_BROWSER_SECONDS)


def network_of(request: Request) -> str:
    """Where a request comes from, as far as limits need it."""
    return attempts.network(request.client.host if request.client else None)


def party(request: Request) -> RelyingParty:
    """Who we are to authenticators: from configuration, never from the request."""
    settings: Settings = request.app.state.settings
    return RelyingParty(settings.host, settings.origin)


def let_in(
    request: Request,
    db: Session,
    response: Response,
    person: Patient | Practitioner,
    strength: Strength,
    *,
    browser: str,
    passkey: Passkey | None = None,
) -> None:
    """Start a session, its token in the answer's cookie. What was open in this browser ends.

    `passkey`: what was shown for it.
    """
    is_patient = isinstance(person, Patient)
    cover_key = None if isinstance(person, Patient) else covers.hand_on(db, browser, person)
    kind = SessionKind.PATIENT if is_patient else SessionKind.STAFF
    earlier = guards.session_of(request, db, kind)
    if earlier is not None:
        web_sessions.end(db, earlier)
    web_session, token = web_sessions.start(
        db,
        kind,
        clinic_id=person.clinic_id,
        patient=person if isinstance(person, Patient) else None,
        practitioner=person if isinstance(person, Practitioner) else None,
        strength=strength,
        user_agent=request.headers.get("user-agent", ""),
        browser=browser,
        passkey_id=passkey.id if passkey else None,
        cover_key=cover_key,
    )
    trail.record(db, "sign-in", agent=person, entity=web_session, detail=strength.value)
    absolute = web_sessions.LIMITS[kind].absolute
    assert absolute is not None, "patients' and staff's sessions have an absolute end"
    guards.set_session(response, kind, token, seconds=int(absolute.total_seconds()))
    remember(response, browser)
    if is_patient:
        step_up.forget(request, response)


def sign_out(request: Request, db: Session, kind: SessionKind, *, to: str) -> Response:
    """End this browser's session, on the server as in its cookies. Unsent words stay."""
    web_session = guards.session_of(request, db, kind)
    if web_session is not None:
        web_sessions.end(db, web_session)
        trail.record(db, "sign-out", agent=None, entity=web_session)
    return signed_out(kind, to=to)


def signed_out(kind: SessionKind, *, to: str) -> Response:
    """The answer to whoever is signed out now."""
    response = RedirectResponse(to, 303)
    cookies.drop(response, guards.COOKIES[kind])
    # Only the cache: "storage" would also throw away what was written and not yet sent.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
