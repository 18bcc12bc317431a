"""Ways in that only the demo has: the clinician's session and the key of the FHIR door."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app import clock
from app.access import api_keys, web_sessions
from app.access.models import ApiKey, SessionKind, Strength
from app.demo import people
from app.people.models import Clinic, Practitioner
from app.security import keyring
from app.security.tokens import base58, hash_token
from app.web import guards
from app.web.guards import anyone

_RENEWED_BEFORE = timedelta(hours=1)


@anyone
def sign_in(request: Request, db: Session) -> Response:
    """Sign the calling browser in as the demo clinician, or keep it signed in.

    A plain form is led to the console; a script reads who it is now, and whether anew.
    """
    dr_patel = people.demo_clinician(db)
    token = _let_in(request, db, dr_patel)
    response: Response
    if "text/html" in request.headers.get("accept", ""):
        response = RedirectResponse("/clinic", 303)
    else:
        response = JSONResponse({"practitioner": dr_patel.display_name, "new": token is not None})
    _set(response, token)
    return response


def keep_signed_in(request: Request, response: Response) -> None:
    """Have the stage's browser signed in when it gets this page; in a transaction of its own."""
    with request.app.state.database.session() as db:
        token = _let_in(request, db, people.demo_clinician(db))
    _set(response, token)


def _let_in(request: Request, db: Session, practitioner: Practitioner) -> str | None:
    """A new session's token. None when the one at hand lasts: then its rest begins anew."""
    known = guards.session_of(request, db, SessionKind.STAFF)
    is_theirs = known is not None and known.practitioner_id == practitioner.id
    if known and is_theirs and known.expires_at - clock.machine_now() > _RENEWED_BEFORE:
        web_sessions.touch(db, known)
        return None
    _, token = web_sessions.start(
        db,
        SessionKind.STAFF,
        clinic_id=practitioner.clinic_id,
        practitioner=practitioner,
        strength=Strength.DEMO,
        user_agent=request.headers.get("user-agent", ""),
    )
    return token


def _set(response: Response, token: str | None) -> None:
    lasts = web_sessions.LIMITS[SessionKind.STAFF].absolute
    if token is not None and lasts is not None:
        guards.set_session(response, SessionKind.STAFF, token, seconds=int(lasts.total_seconds()))


@anyone
def api_key(_: Request, db: Session) -> Response:
    """The demo clinic's key for the FHIR door, always the same."""
    return JSONResponse({"key": token_of(people.clinic(db))})


def make_api_key(db: Session) -> None:
    """Let the demo's key in, once."""
    clinic = people.clinic(db)
    hashed = hash_token(token_of(clinic))
    if db.scalar(select(ApiKey.id).where(ApiKey.token_hash == hashed)) is None:
        db.add(
            ApiKey(
                clinic_id=clinic.id,
                name="Demo",
                token_hash=hashed,
                scopes=api_keys.EVERYTHING,
                made_at=clock.machine_now(),
            )
        )


def token_of(clinic: Clinic) -> str:
    """The key itself. It rests nowhere: the installation's secret makes it anew."""
    _, digest = keyring.ring().derive(None, b"demo-api-key", clinic.id.bytes)
    return api_keys.PREFIX + base58(digest[:16])


routes = [
    Route("/demo/staff-session", sign_in, methods=["POST"], name="demo:staff-session"),
    Route("/demo/apikey", api_key, name="demo:apikey"),
]
