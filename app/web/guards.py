"""Who is let in. Every endpoint wears exactly one guard; it opens and ends the transaction.

GET and HEAD read only. A response that is returned commits, also a refused form's 422; an exception rolls
back. The visitor stands in `request.state`: patient, practitioner, web_session, clinic, api_key.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from app import i18n
from app.access import web_sessions
from app.access.models import SessionKind, WebSession
from app.people.models import Clinic, Patient, Practitioner
from app.scheduling import aftercare
from app.web.pages import LANGUAGE_COOKIE

COOKIES = {
    SessionKind.JOIN: "__Host-ag_j",
    SessionKind.WRITE: "__Host-ag_w",
    SessionKind.PATIENT: "__Host-ag_p",
    SessionKind.STAFF: "__Host-ag_c",
}
BROWSER_COOKIE = "__Host-ag_b"

Endpoint = Callable[[Request, Session], Response]
LetIn = Callable[[Request, Session], Response | None]


def _guard(let_in: LetIn) -> Callable[[Endpoint], Callable[[Request], Response]]:
    def guarded(endpoint: Endpoint) -> Callable[[Request], Response]:
        @wraps(endpoint)
        def run(request: Request) -> Response:
            write = request.method not in ("GET", "HEAD")
            with request.app.state.database.session(write=write) as db:
                refused = let_in(request, db)
                with i18n.using(_language(request)):
                    response = refused or endpoint(request, db)
            _keep_awake(request)
            return response

        run.audience = let_in.__name__.strip("_")  # type: ignore[attr-defined]
        return run

    return guarded


def _anyone(request: Request, db: Session) -> Response | None:
    return None


def _patient(request: Request, db: Session) -> Response | None:
    if not let_in_patient(request, db):
        return RedirectResponse("/sign-in", 303)
    return None


def _staff(request: Request, db: Session) -> Response | None:
    if not let_in_staff(request, db):
        if request.headers.get("hx-request"):
            return Response("", 401, headers={"HX-Redirect": "/clinic/sign-in"})
        return RedirectResponse("/clinic/sign-in", 303)
    return None


def let_in_patient(connection: HTTPConnection, db: Session) -> Patient | None:
    """The patient who is signed in on this browser, noted in the connection's state."""
    web_session = session_of(connection, db, SessionKind.PATIENT)
    patient = db.get(Patient, web_session.patient_id) if web_session else None
    if patient is not None:
        note_patient(connection, db, patient, web_session)
    return patient


def let_in_staff(connection: HTTPConnection, db: Session) -> Practitioner | None:
    """The member of staff who is signed in on this browser, noted in the connection's state."""
    web_session = session_of(connection, db, SessionKind.STAFF)
    practitioner = db.get(Practitioner, web_session.practitioner_id) if web_session else None
    if practitioner is None or practitioner.disabled_at is not None:
        return None
    state = connection.state
    state.practitioner, state.web_session = practitioner, web_session
    state.clinic = db.get(Clinic, practitioner.clinic_id)
    return practitioner


def session_of(connection: HTTPConnection, db: Session, kind: SessionKind) -> WebSession | None:
    """The live session of one kind that this browser's cookie names."""
    token = connection.cookies.get(COOKIES[kind])
    return web_sessions.find(db, kind, token) if token else None


def note_patient(
    connection: HTTPConnection, db: Session, patient: Patient, web_session: WebSession | None
) -> None:
    """Let pages know whom they are for, in which language, and whether a dose was lately."""
    state = connection.state
    state.patient, state.web_session = patient, web_session
    state.clinic = db.get(Clinic, patient.clinic_id)
    state.after_dose = aftercare.is_after_dose(db, patient)


def _language(request: Request) -> str:
    """A choice made on this device, else the patient's, the clinic's, the browser's own."""
    state = request.state
    chosen = i18n.known(request.cookies.get(LANGUAGE_COOKIE))
    patient: Patient | None = getattr(state, "patient", None)
    clinic: Clinic | None = getattr(state, "clinic", None)
    spoken = patient.language if patient else clinic.language if clinic else None
    return chosen or spoken or accepted_language(request) or "en"


def accepted_language(connection: HTTPConnection) -> str | None:
    """The first language we have of those the browser asks for."""
    for part in connection.headers.get("accept-language", "").split(","):
        found = i18n.known(part.split(";")[0].strip())
        if found:
            return found
    return None


def _keep_awake(request: Request) -> None:
    """Note activity at most once a minute, in a transaction of its own: reading pages stays read-only."""
    web_session: WebSession | None = getattr(request.state, "web_session", None)
    if web_session is not None and web_sessions.is_stale(web_session):
        with request.app.state.database.session() as db:
            web_sessions.touch(db, web_session)


def set_session(response: Response, kind: SessionKind, token: str, *, seconds: int) -> None:
    """Put a session's token into its cookie."""
    strict = kind is SessionKind.STAFF
    set_cookie(response, COOKIES[kind], token, seconds=seconds, same_site="strict" if strict else "lax")


def set_cookie(
    response: Response, name: str, value: str, *, seconds: int, same_site: Any = "lax"
) -> None:
    """A cookie as all of ours are: for this host alone, unseen by scripts."""
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite=same_site
    )


def drop_cookie(response: Response, name: str) -> None:
    """Expire a cookie of ours."""
    response.set_cookie(name, "", max_age=0, path="/", secure=True, httponly=True, samesite="lax")


anyone = _guard(_anyone)
patient_only = _guard(_patient)
staff_only = _guard(_staff)
