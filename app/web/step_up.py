"""What was written earlier is opened by whoever shows that it is them, and by nobody else.

A passkey opens everything of its patient. A code by text, with the birth date on file, opens what
belongs to this session, for a quarter of an hour. A link alone opens nothing, on any device.
"""

import re
from datetime import timedelta
from enum import StrEnum

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app import clock
from app.access.models import SessionKind, Strength, WebSession
from app.people.models import Patient
from app.scheduling import aftercare
from app.web import cookies, lone_clinic, ways_back
from app.web.pages import page
from app.web.visitors import note_patient, session_of

CODE_OPENS_FOR = timedelta(minutes=15)
_COOKIE = "__Host-ag_to"
_SECONDS = 20 * 60  # a code lives ten minutes
_ENTRY = re.compile(r"/journal/entries/[^/]+")
_NOT_A_PAGE = re.compile(r"/journal/(?:files/|lines|code|download\.)")


class Reach(StrEnum):
    """How much of their own a browser may read now."""

    NONE = "none"
    VISIT = "visit"  # what belongs to the session that was last
    ALL = "all"


def reach_of(request: Request) -> Reach:
    """What this browser may read of its visitor's earlier words."""
    web_session: WebSession | None = getattr(request.state, "web_session", None)
    if web_session is None or not is_surely_theirs(web_session):
        return Reach.NONE
    if web_session.strength is not Strength.CODE:
        return Reach.ALL
    is_fresh = clock.machine_now() < web_session.proved_at + CODE_OPENS_FOR
    return Reach.VISIT if is_fresh else Reach.NONE


def is_surely_theirs(web_session: WebSession) -> bool:
    """Whether whoever signed in here showed more than that a text reached them.

    Without a birth date on file nothing would tell a wrong phone from the right one.
    """
    patient = web_session.patient
    if patient is None or web_session.kind is not SessionKind.PATIENT:
        return False
    if web_session.strength is Strength.CODE:
        return patient.birth_on is not None
    return web_session.strength in (Strength.PASSKEY, Strength.DEMO)


def note_writer(request: Request, db: Session) -> None:
    """Know a browser in which a link was opened: its page speaks their language, no more."""
    web_session = session_of(request, db, SessionKind.WRITE)
    if web_session is not None and web_session.patient is not None:
        note_patient(request, db, web_session.patient, web_session)


def known_here(request: Request, db: Session) -> Patient | None:
    """Whose browser it is as far as it knows: signed in, or by a link they opened."""
    for kind in (SessionKind.PATIENT, SessionKind.WRITE):
        web_session = session_of(request, db, kind)
        if web_session is not None and web_session.patient is not None:
            return web_session.patient
    return None


def keep_light(request: Request, db: Session) -> None:
    """The pages between a raw evening's page and the next stay as gentle as it was."""
    patient = known_here(request, db)
    if patient is not None:
        request.state.after_dose = aftercare.gentle_until(db, patient)


def ask(request: Request, db: Session) -> Response:
    """403, how to show that it is them; and the way back here afterwards, in a cookie.

    It is the same page whether there is anything to read or not.
    """
    patient: Patient | None = getattr(request.state, "patient", None)
    if patient is None:
        lone_clinic.name(request, db)
    web_session: WebSession | None = getattr(request.state, "web_session", None)
    is_signed_in = web_session is not None and web_session.kind is SessionKind.PATIENT
    response = page(
        request,
        "patient/step_up.html",
        403,
        about_words=request.url.path.startswith("/journal"),
        lacks_birth_date=is_signed_in and patient is not None and patient.birth_on is None,
        comes_back_to="/",
    )
    # Only a page that there can be: an address may hold what no cookie can.
    cookies.put(response, _COOKIE, ways_back.safe(_page_of(request)), seconds=_SECONDS)
    return response


def where_to(request: Request) -> str:
    """Where somebody wanted to go when they were asked who they are; else home."""
    return ways_back.safe(request.cookies.get(_COOKIE, "/"))


def forget(request: Request, response: Response) -> None:
    """They are there: the next time they sign in, it is home again."""
    if _COOKIE in request.cookies:
        cookies.drop(response, _COOKIE)


def _page_of(request: Request) -> str:
    """The page to come back to: the one asked for, or the one it is a part of."""
    path = request.url.path
    entry = _ENTRY.match(path)
    if entry:
        return entry.group()
    return "/journal" if _NOT_A_PAGE.match(path) else path
