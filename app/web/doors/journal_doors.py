"""Lets a browser in to write: its signed-in patient's, or one in which a write link was opened."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session, joinedload
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.access import web_sessions
from app.access.models import SessionKind, WebSession
from app.journal import doors, owners
from app.links.models import MagicLink
from app.people.models import Patient
from app.safety.words import tell_of_danger
from app.web import lone_clinic, quiet_minute, safety_screen, step_up
from app.web.forms import read_form
from app.web.visitors import COOKIES, note_patient, session_of

OWNER_HEADER = "x-owner"
OWNER_FIELD = "owner"
NOW_PATH = "/journal/now"
_HOPES = "/goals"
_WRITING = {quiet_minute.PATH, f"{quiet_minute.PATH}/on", "/journal/entries", "/journal/skip"}


@dataclass(frozen=True)
class _Door:
    """A session of this browser, and the link behind it when it is not a signed-in one."""

    patient: Patient
    web_session: WebSession | None
    link: MagicLink | None


def let_in(request: Request, db: Session) -> bool:
    """Whether words may be written here. Notes patient, `owner`, `link` and `has_rested`.

    A browser may hold two sessions, of two people even: what a phone sends says whose it is, and
    goes to that one. A form of somebody who is not here any more is let in by nobody else.
    """
    named = request.headers.get(OWNER_HEADER) or _named_in_form(request)
    first: _Door | None = None
    for door in _doors(request, db):
        if named is None or owners.is_of(db, door.patient, named):
            return _note(request, db, door)
        first = first or door
    if first is None or request.method == "POST":
        return False
    return _note(request, db, first)


def nobody(request: Request, db: Session) -> Response:
    """The answer to a browser that nobody knows: nothing that was typed is lost by it."""
    path = request.url.path
    is_asked_by_script = request.headers.get("accept") == "application/json"
    if request.method == "PUT" or path == NOW_PATH or is_asked_by_script:
        return JSONResponse({"state": "rested"}, 403)
    if path not in _WRITING:
        return step_up.ask(request, db)
    lone_clinic.name(request, db)
    if request.method != "POST":
        return quiet_minute.shown_to_nobody(request)
    form = read_form(request)
    typed = "\n".join(str(form.get(name) or "") for name in ("words", "word")).strip()
    if tell_of_danger(typed):
        return safety_screen.untold(request, db, is_anew=True)
    return quiet_minute.shown_to_nobody(request, status=403, typed=typed)


def _doors(request: Request, db: Session) -> Iterator[_Door]:
    with_patient = joinedload(WebSession.patient).joinedload(Patient.clinic)
    signed_in = session_of(request, db, SessionKind.PATIENT, with_patient)
    if signed_in is not None and signed_in.patient is not None:
        yield _Door(signed_in.patient, signed_in, None)
    elif request.url.path == _HOPES:
        # Whoever thinks about it for long is not asked to type it again; nothing is shown for it.
        rested = _rested(request, db, SessionKind.PATIENT)
        if rested is not None and rested.patient is not None:
            yield _Door(rested.patient, None, None)
    writing = session_of(request, db, SessionKind.WRITE)
    link = _link_of(db, writing)
    if link is not None:
        yield _Door(link.patient, writing, link)
    elif request.method in ("POST", "PUT"):
        # From a page that lay open too long: taken in, and nothing is shown for it.
        link = _link_of(db, _rested(request, db, SessionKind.WRITE))
        if link is not None:
            yield _Door(link.patient, None, link)


def _named_in_form(request: Request) -> str | None:
    """Whose page a plain form stood on, where it says so."""
    if request.method != "POST":
        return None
    # The page that knew nobody has the field too, and leaves it empty.
    return str(read_form(request).get(OWNER_FIELD) or "") or None


def _rested(request: Request, db: Session, kind: SessionKind) -> WebSession | None:
    return web_sessions.find_rested(db, kind, request.cookies.get(COOKIES[kind]))


def _link_of(db: Session, web_session: WebSession | None) -> MagicLink | None:
    if web_session is None or web_session.patient_id is None or web_session.browser_hash is None:
        return None
    return doors.opened(db, web_session.patient_id, web_session.browser_hash)


def _note(request: Request, db: Session, door: _Door) -> bool:
    note_patient(request, db, door.patient, door.web_session)
    state = request.state
    state.link, state.has_rested = door.link, door.web_session is None
    state.owner = owners.owner_of(door.patient)
    return True
