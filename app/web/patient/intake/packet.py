"""What is due, and on to the next of it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import i18n
from app.intake import doors, drafts, following, resting, sheets
from app.intake.doors import Doorway
from app.intake.models import IntakeTask, PacketCode, TaskKind, TaskState
from app.questionnaires.engine import journey
from app.questionnaires.forms import form_of
from app.web.guards import intake_only
from app.web.patient.intake import copies, pages
from app.web.patient.intake.pages import (
    check_path,
    elsewhere_path,
    go,
    packet_path,
    shown,
    step_path,
    task_of,
)

_OPEN = (TaskState.REQUESTED, TaskState.IN_PROGRESS)
_FIRST_TALK = "/start/times"


@dataclass(frozen=True)
class Line:
    """One thing of a packet as its list shows it: done, here, or still to come; or it can wait."""

    title: str
    state: str  # done here next later


@intake_only
def overview(request: Request, db: Session) -> Response:
    """The parts of what is due, and one button; when all is sent, that it is."""
    doorway: Doorway = request.state.doorway
    packet = doorway.packet
    tasks = doors.tasks_of(db, packet)
    open_ones = [task for task in tasks if task.state in _OPEN]
    at = packet_path(packet.id)
    if not open_ones and packet.code is PacketCode.ASSESSMENT and not doorway.is_signed_in:
        return go(request, _FIRST_TALK, whole=True)  # the questions of /start lead to a time
    if not open_ones and tasks:
        return _receipt(request, doorway, at, copies.paths(db, doorway, tasks))
    if doorway.is_closed:
        return pages.closed(request)
    until = resting.rests_until(db, packet.patient_id) if _any_to_sign(open_ones) else None
    due = [task for task in open_ones if until is None or not _is_to_sign(task)]
    return shown(
        request,
        "patient/intake/packet.html",
        at=at,
        lines=_lines(tasks, due),
        is_begun=any(task.state is not TaskState.REQUESTED for task in tasks),
        some_sent=any(task.state is TaskState.COMPLETED for task in tasks),
        may_go_on=bool(due),
        until=until,
        next_path=f"{at}/next",
        copies=copies.paths(db, doorway, tasks),
    )


@intake_only
def somebody_is_here(request: Request, db: Session) -> Response:
    """The human signal: a page of the packet was touched. Staff read "Opened" from now on."""
    following.opened(db, request.state.doorway.packet)
    return Response(status_code=204)


@intake_only
def on_from_packet(request: Request, db: Session) -> Response:
    """To the first page that is still to be answered, of the first thing that is still to do."""
    doorway: Doorway = request.state.doorway
    if doorway.is_closed:
        return go(request, packet_path(doorway.packet.id))
    task = next_task(db, doorway)
    if task is None:
        return go(request, packet_path(doorway.packet.id))
    if task.kind is TaskKind.CAMERA_CHECK:
        # Camera and microphone are allowed to a page by its own headers: it has to be loaded.
        return go(request, f"/intake/{task.id}/camera", whole=True)
    if request.method == "POST":
        agent = request.headers.get("user-agent", "")
        sheets.begin(db, doorway, task, language=i18n.language(), user_agent=agent)
    return go(request, way_on(doorway, task))


@intake_only
def on_in_task(request: Request, _db: Session) -> Response:
    """To where a task stands: from the safety page, and for whoever shortens an address."""
    doorway: Doorway = request.state.doorway
    task = task_of(doorway)
    if doorway.is_closed or task.state not in _OPEN or task.response is None:
        return go(request, packet_path(doorway.packet.id))
    step_id = request.query_params.get("step")
    if step_id and doorway.may_read(task.response):
        draft = drafts.read(task.response, zone=doorway.packet.patient.zone)
        if step := journey.step_named(draft.form, draft.state, step_id):
            return go(request, step_path(task, step))
    return go(request, way_on(doorway, task))


def way_on(doorway: Doorway, task: IntakeTask) -> str:
    """The page of a task at which this browser goes on."""
    response = task.response
    if response is None:
        return packet_path(doorway.packet.id)
    if sheets.has_answers(response) and not doorway.may_read(response):
        return elsewhere_path(task)
    step = drafts.read(response, zone=doorway.packet.patient.zone).next_open()
    return step_path(task, step) if step else check_path(task)


def way_in(db: Session, doorway: Doorway) -> str:
    """Where a link leads: on in what this browser began, else to the list of what is due."""
    packet = doorway.packet
    here = packet_path(packet.id)
    if doorway.is_closed:
        return here
    for task in doors.tasks_of(db, packet):
        if task.state in _OPEN and task.response and sheets.has_answers(task.response):
            return way_on(doorway, task)
    return here


def next_task(db: Session, doorway: Doorway) -> IntakeTask | None:
    """What is to do next: what was begun, then by order. What must wait is passed over."""
    packet = doorway.packet
    tasks = [task for task in doors.tasks_of(db, packet) if task.state in _OPEN]
    if _any_to_sign(tasks) and resting.rests_until(db, packet.patient_id) is not None:
        tasks = [task for task in tasks if not _is_to_sign(task)]
    begun = [task for task in tasks if task.state is TaskState.IN_PROGRESS]
    return next(iter(begun or tasks), None)


def _receipt(request: Request, doorway: Doorway, at: str, copies: list[str]) -> Response:
    done_at = doorway.packet.done_at
    return shown(request, "patient/intake/receipt.html", at=at, done_at=done_at, copies=copies)


def _any_to_sign(tasks: list[IntakeTask]) -> bool:
    return any(_is_to_sign(task) for task in tasks)


def _is_to_sign(task: IntakeTask) -> bool:
    return task.questionnaire is not None and pages.asks_to_sign(form_of(task.questionnaire))


def _lines(tasks: list[IntakeTask], due: list[IntakeTask]) -> list[Line]:
    here = next(
        (task for task in due if task.state is TaskState.IN_PROGRESS), next(iter(due), None)
    )
    return [
        Line(_title(task), _state(task, due, here))
        for task in tasks
        if task.state is not TaskState.CANCELLED
    ]


def _title(task: IntakeTask) -> str:
    if task.questionnaire is None:
        return i18n.gettext("Try your camera and sound")
    form = form_of(task.questionnaire)
    return form.title.within(i18n.language()) or task.questionnaire.title


def _state(task: IntakeTask, due: list[IntakeTask], here: IntakeTask | None) -> str:
    if task.state is TaskState.COMPLETED:
        return "done"
    if task is here:
        return "here"
    return "next" if task in due else "later"


routes = [
    Route("/intake/{packet}", overview, name="intake:packet"),
    Route("/intake/{packet}/here", somebody_is_here, methods=["POST"], name="intake:here"),
    Route("/intake/{packet}/next", on_from_packet, methods=["GET", "POST"], name="intake:next"),
    Route("/intake/{task}/on", on_in_task, methods=["GET", "POST"], name="intake:on"),
]
