"""One page of a form: shown, saved, and on to the next. Every Continue is a save."""

from sqlalchemy.orm import Session
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.intake import drafts, sheets
from app.intake.conflicts import AlreadySent, Conflict
from app.intake.doors import Doorway
from app.intake.drafts import Draft
from app.intake.models import IntakeTask, TaskState
from app.questionnaires.engine import journey
from app.questionnaires.engine.journey import Step
from app.questionnaires.models import QuestionnaireResponse
from app.web.guards import intake_even_rested, intake_only
from app.web.patient.intake import (
    clash,
    pages,
    posting,
    saving,
    unkept,
)
from app.web.patient.intake.at_once import AtOnce
from app.web.patient.intake.drawing import draw
from app.web.patient.intake.pages import (
    check_path,
    elsewhere_path,
    form_task,
    go,
    open_task,
    packet_path,
    step_path,
    task_of,
)
from app.web.patient.intake.pictures import pictures_first
from app.web.patient.intake.posting import Posted

LARGEST = 25 * 1024 * 1024  # with pictures


@intake_only
@open_task
def show(request: Request, db: Session) -> Response:
    """One page with what stands on it, to a browser that may read that."""
    doorway: Doorway = request.state.doorway
    task = task_of(doorway)
    response = task.response
    if response is None or task.state is TaskState.COMPLETED:
        return go(request, packet_path(doorway.packet.id))
    if sheets.has_answers(response) and not doorway.may_read(response):
        return go(request, elsewhere_path(task))
    draft = drafts.read(response, zone=request.state.patient.zone)
    if waits := pages.can_wait(request, db, draft.form):
        return waits
    step = journey.step_named(draft.form, draft.state, request.path_params["step"])
    if step is None:
        return go(request, _on(task, draft))
    return draw(request, db, task, draft, step, is_change=_is_change(request))


@pictures_first
@intake_even_rested
@form_task
def save(request: Request, db: Session) -> Response:
    """Keep what was typed, then the next page; or this one again with what is wrong."""
    posted = posting.read(request)
    try:
        return _taken(request, db, posted)
    finally:
        posted.close()


def _taken(request: Request, db: Session, posted: Posted) -> Response:
    doorway: Doorway = request.state.doorway
    task = task_of(doorway)
    response = _sheet(db, doorway, task, posted)
    if response is None:
        return go(request, packet_path(doorway.packet.id))
    draft = drafts.read(response, zone=request.state.patient.zone)
    step = journey.step_named(draft.form, draft.state, request.path_params["step"])
    instead = _instead(request, db, task, draft, step)
    if instead is None and step is not None:
        visit = saving.Visit(request, db, task, draft, step, posted, _is_change(request))
        try:
            return saving.pressed(visit)
        except AlreadySent:
            instead = clash.sent_already(request, task)
        except Conflict as conflict:
            instead = clash.shown(request, task, draft, step, posted, conflict)
    if help_ := unkept.wants_help(request, db, draft, posted):
        return saving.safety(request, db, task, help_, step)
    return instead or go(request, _on(task, draft))


def _instead(
    request: Request, db: Session, task: IntakeTask, draft: Draft, step: Step | None
) -> Response | None:
    """What is shown when nothing of the page can be kept: it is too late, or too early."""
    if request.state.doorway.is_closed:
        return pages.closed(request)
    if task.state is TaskState.COMPLETED:
        return clash.sent_already(request, task)
    if waits := pages.can_wait(request, db, draft.form):
        return waits
    # What was answered elsewhere closed this question.
    return go(request, _on(task, draft)) if step is None else None


def _sheet(
    db: Session, doorway: Doorway, task: IntakeTask, posted: Posted
) -> QuestionnaireResponse | None:
    """The sheet the page was drawn from: the task's, or the one this browser had to leave."""
    current = task.response
    if current is None or posted.sheet in ("", str(current.id)):
        return current
    former = sheets.left_by(db, doorway, task)
    return former if former is not None and str(former.id) == posted.sheet else current


def _on(task: IntakeTask, draft: Draft) -> str:
    step = draft.next_open()
    return step_path(task, step) if step else check_path(task)


def _is_change(request: Request) -> bool:
    return request.url.path.endswith("/change")


routes = [
    Route("/intake/{task}/{step}", show, name="intake:step", middleware=[Middleware(AtOnce)]),
    Route(
        "/intake/{task}/{step}", save, methods=["POST"], name="intake:save", max_body_size=LARGEST
    ),
    Route("/intake/{task}/{step}/change", show, name="intake:change"),
    Route(
        "/intake/{task}/{step}/change",
        save,
        methods=["POST"],
        name="intake:save-change",
        max_body_size=LARGEST,
    ),
]
