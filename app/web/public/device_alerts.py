"""What a phone tells by itself once it has a signal again, and what it needs to do without one."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import clock, i18n
from app.access import web_sessions
from app.access.models import SessionKind, WebSession
from app.journal import owners
from app.people.models import Patient
from app.safety import escalation, from_devices, words_for_phones
from app.safety.models import Signal
from app.web.forms import read_json
from app.web.guards import anyone
from app.web.pages import not_found
from app.web.visitors import COOKIES, note_patient, session_of

_BY = (SessionKind.PATIENT, SessionKind.JOIN, SessionKind.WRITE)
_OLDEST_YEAR = 1900  # no phone's clock goes back so far


@anyone
def take(request: Request, db: Session) -> Response:
    """Take in an alert, under the session of the very person it is about. Twice is once."""
    posted = read_json(request)
    patient = _patient(request, db, posted.get("owner"))
    if patient is None:
        return JSONResponse({"state": "rested"}, 403)
    signal = _signal(posted.get("signal"))
    # Only of the body it may be said that the same day is soon enough.
    urgent = signal is not Signal.RED_FLAG or posted.get("urgent") is not False
    from_devices.take(db, patient, _uuid(request), signal, _moment(posted.get("at")), urgent=urgent)
    reached = bool(escalation.on_call(db, patient.clinic))
    return JSONResponse({"state": "told", "clinic": patient.clinic.name, "reached": reached})


async def words(request: Request) -> Response:
    """The words of danger, for a phone to look for them by itself."""
    body = json.dumps(words_for_phones.listed(), separators=(",", ":")).encode()
    return _same_for_everybody(request, body, "application/json")


async def offline(request: Request) -> Response:
    """Whom to call, from the phone itself: the same bytes for everybody in one language."""
    language = request.path_params["language"]
    if language not in i18n.LANGUAGES:
        not_found()
    with i18n.using(language):
        template = request.app.state.templates.get_template("public/safety/offline.html")
        body = template.render(lang=language, mood="", clinic=None).encode()
    return _same_for_everybody(request, body, "text/html; charset=utf-8")


def _same_for_everybody(request: Request, body: bytes, media_type: str) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {"Cache-Control": "no-cache", "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _patient(request: Request, db: Session, owner: Any) -> Patient | None:
    """Whose alert it is, if this browser has a session of theirs, be it one that rests."""
    for web_session in _sessions(request, db):
        patient = db.get(Patient, web_session.patient_id)
        if patient is not None and owners.is_of(db, patient, owner):
            note_patient(request, db, patient, None)
            return patient
    return None


def _sessions(request: Request, db: Session) -> Iterator[WebSession]:
    for kind in _BY:
        live = session_of(request, db, kind)
        rested = web_sessions.find_rested(db, kind, request.cookies.get(COOKIES[kind]))
        if web_session := live or rested:
            yield web_session


def _uuid(request: Request) -> UUID:
    try:
        return UUID(request.path_params["uuid"])
    except ValueError:
        not_found()


def _signal(said: Any) -> Signal:
    """What raised it. Anything unknown is somebody who is not safe: it is never turned away."""
    return Signal(said) if said in list(Signal) else Signal.CONTROL


def _moment(said: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(str(said))
    except ValueError:
        return clock.now()
    return moment if moment.tzinfo and moment.year >= _OLDEST_YEAR else clock.now()


routes = [
    Route("/safety/alerts/{uuid}", take, methods=["PUT"], name="safety-alert"),
    Route("/safety/words.json", words, name="safety-words"),
    Route("/offline/safety/{language}", offline, name="offline-safety"),
]
