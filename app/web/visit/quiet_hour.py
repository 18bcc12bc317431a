"""A session's quiet hour on the phone: a few questions, a calm clock, a sound, and help.

It is not a monitor, and says so.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import i18n
from app.companion import hours, sounds, switch
from app.companion.hours import Stage
from app.companion.models import SessionHour
from app.i18n import gettext as _
from app.refusal import Refusal
from app.safety import escalation
from app.web.doors.session_doors import hour_of
from app.web.files import byte_ranges
from app.web.forms import read_form, read_json, text
from app.web.guards import anyone, session_only
from app.web.pages import is_part, not_found, page, redirect

OWN_SOUND = "sound/quiet.wav"
_QUESTIONS = ("settled", "well", "somebody")
_STAGES = {
    Stage.OPENED: "visit/quiet_hour/questions.html",
    Stage.READY: "visit/quiet_hour/hour.html",
    Stage.RUNNING: "visit/quiet_hour/hour.html",
    Stage.OVER: "visit/quiet_hour/over.html",
}


class NotAnswered(Refusal):
    pass


@session_only
def show(request: Request, _db: Session) -> Response:
    """Where the hour stands: the questions, the clock, or the way back.

    With a clinician beside it by video, it stands in that visit's room.
    """
    hour = hour_of(request)
    stage = hours.stage_of(hour)
    if hour.visit is not None and stage in (Stage.READY, Stage.RUNNING):
        return redirect(request, "visit:room", id=hour.visit.id)
    return _page(request, hour, _STAGES[stage])


@session_only
def answer(request: Request, db: Session) -> Response:
    """Body and mind. Anything but three times yes: staff are told, and the patient waits."""
    hour = hour_of(request)
    form = read_form(request)
    given = {name: text(form, name) for name in _QUESTIONS}
    missing = [name for name in _QUESTIONS if given[name] not in ("yes", "no")]
    try:
        if missing:
            raise NotAnswered(_("Choose an answer."), field=missing[0])
        if "no" in given.values():
            hours.need_help(db, hour)
            return _page(request, hour, "visit/quiet_hour/wait.html")
        hours.ready(db, hour)
    except Refusal as refusal:
        return _page(request, hour, _STAGES[Stage.OPENED], 422, refusal=refusal, given=given)
    return redirect(request, "session", id=hour.appointment_id)


@session_only
def begin(request: Request, db: Session) -> Response:
    """The hour begins, or began a while ago on a phone without signal (`at`)."""
    hour = hour_of(request)
    is_script = request.headers.get("content-type", "").startswith("application/json")
    began_at = _moment(read_json(request).get("at")) if is_script else None
    try:
        started_at = hours.begin(db, hour, began_at)
    except Refusal as refusal:
        if is_script:
            return JSONResponse({"state": "not-ready"}, 409)
        return _page(request, hour, _STAGES[Stage.OPENED], 422, refusal=refusal)
    if is_script:
        return JSONResponse({"state": "running", "began": started_at.isoformat()})
    return redirect(request, "session", id=hour.appointment_id)


@session_only
def end(request: Request, db: Session) -> Response:
    """The patient is back."""
    hour = hour_of(request)
    hours.end(db, hour)
    return redirect(request, "session", id=hour.appointment_id)


@session_only
def need_help(request: Request, db: Session) -> Response:
    """Staff are alerted; the page has the numbers to call, and says what is true."""
    hour = hour_of(request)
    hours.need_help(db, hour)
    if is_part(request) or request.headers.get("accept") == "application/json":
        reached = bool(escalation.on_call(db, hour.patient.clinic))
        return JSONResponse({"state": "told", "reached": reached})
    return _page(request, hour, "visit/quiet_hour/help.html")


@session_only
def sound(request: Request, db: Session) -> Response:
    """What is heard: the clinic's file, or our own quiet sound. Ranges are served."""
    hour = hour_of(request)
    audio = sounds.whole(db, hour.audio_id) if hour.audio_id else None
    if audio is None:
        body, media_type = request.app.state.assets.body(OWN_SOUND), "audio/wav"
    else:
        body, media_type = audio.body, audio.media_type
    return byte_ranges.sent(
        request,
        size=len(body),
        media_type=media_type,
        read=lambda start, end: iter((body[start:end],)),
    )


@anyone
def shell(request: Request, _db: Session) -> Response:
    """The clock for nobody: what a phone shows when it is opened again without a signal."""
    language = request.path_params["language"]
    if i18n.known(language) != language:
        not_found()
    with i18n.using(language):
        response = page(request, "visit/quiet_hour/shell.html", **_lengths())
    response.headers["Cache-Control"] = "no-cache"
    return response


def context_of(hour: SessionHour) -> dict[str, Any]:
    """What the clock needs, also beside a video visit."""
    return {
        "hour": hour,
        "is_running": hours.stage_of(hour) is Stage.RUNNING,
        "session_phone": switch.phone_of(hour.patient.clinic),
        "sound": f"/session/{hour.appointment_id}/sound",
        **_lengths(),
    }


def _page(
    request: Request, hour: SessionHour, template: str, status: int = 200, **context: Any
) -> Response:
    return page(request, template, status, **{**context_of(hour), **context})


def _lengths() -> dict[str, int]:
    parts = {"settling": hours.SETTLING, "quiet": hours.QUIET, "returning": hours.RETURNING}
    return {name: int(length / timedelta(minutes=1)) for name, length in parts.items()}


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


routes = [
    Route("/session/shell/{language}", shell, methods=["GET"], name="session-shell"),
    Route("/session/{id}", show, methods=["GET"], name="session"),
    Route("/session/{id}/questions", answer, methods=["POST"], name="session-questions"),
    Route("/session/{id}/beginning", begin, methods=["POST"], name="session-begin"),
    Route("/session/{id}/end", end, methods=["POST"], name="session-end"),
    Route("/session/{id}/help", need_help, methods=["POST"], name="session-help"),
    Route("/session/{id}/sound", sound, methods=["GET"], name="session-sound"),
]
