"""Reading and pushing the demo's clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import clock, i18n
from app.demo import durations, walk
from app.demo.posted import posted, to_stage
from app.i18n import gettext as _
from app.refusal import Refusal
from app.web import guards
from app.web.guards import anyone

NEXT = "next"


class NotAMoment(Refusal):
    pass


@anyone
def read(_: Request, __: Session) -> Response:
    """What the clock shows."""
    return JSONResponse({"now": clock.now().isoformat()})


def push(request: Request) -> Response:
    """Push the clock by a duration, `until` a moment, or to the `next` thing that is due.

    Answers when everything on the way is done. Wears no guard: a guard's transaction would keep
    the jobs that are to run from writing.
    """
    language = guards.chosen_language(request) or guards.accepted_language(request) or "en"
    began = clock.now()
    with i18n.using(language):
        said = posted(request)
        try:
            by = _wanted(request, said)
        except Refusal as refusal:
            return JSONResponse({"status": 400, "message": refusal.message}, 400)
    state = request.app.state
    walk.advance(state.worker, state.database, by)
    if "text/html" in request.headers.get("accept", ""):
        return to_stage(to=str(said.get("to", "")), since=began.isoformat())
    return JSONResponse({"now": clock.now().isoformat(), "since": began.isoformat()})


def _wanted(request: Request, said: dict[str, Any]) -> timedelta:
    if said.get("advance") == NEXT:
        with request.app.state.database.session(write=False) as db:
            moment = walk.next_moment(request.app.state.worker, db)
        return max(timedelta(0), moment - clock.now()) if moment else timedelta(0)
    if "until" in said:
        return max(timedelta(0), _moment(said["until"]) - clock.now())
    return durations.read(said.get("advance"))


def _moment(written: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(written)).astimezone(UTC)
    except ValueError:
        moment = None
    if moment is None or moment - clock.now() > durations.LONGEST:
        raise NotAMoment(_("Write a moment of the next 400 days, with its offset."))
    return moment


routes = [
    Route("/demo/clock", read, name="demo:clock"),
    Route("/demo/clock", push, methods=["POST"], name="demo:push"),
]
