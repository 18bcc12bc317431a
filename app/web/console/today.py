"""Today: who needs somebody, what is to be done, who comes, and whose window is open."""

from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app import clock
from app.tasks import desk as tasks
from app.tasks.models import StaffTask, TaskCode
from app.web import ways_back
from app.web.console import board, calendar, to_do
from app.web.console.desk import desk_of, desk_page, is_nobodys_doing
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404


@staff_only
def today(request: Request, db: Session) -> Response:
    """The page a day is worked from."""
    return desk_page(request, db, "console/today.html", section="today", **_now(request, db))


@staff_only
def now(request: Request, db: Session) -> Response:
    """Its changing part by itself, for a page that keeps itself true."""
    response = desk_page(request, db, "console/_now.html", section="today", **_now(request, db))
    is_nobodys_doing(request)
    return response


@staff_only
def complete(request: Request, db: Session) -> Response:
    """A task is done. Twice changes nothing."""
    task = find_or_404(db, StaffTask, request, clinic_id=request.state.clinic.id)
    to = text(read_form(request), "to") or "/clinic"
    tasks.close_task(db, task, by=request.state.practitioner)
    return RedirectResponse(ways_back.safe(to), 303)


def _now(request: Request, db: Session) -> dict[str, Any]:
    clinic = request.state.clinic
    desk = desk_of(db, clinic)
    in_room = {each.appointment.id for each in desk.waiting}
    shown = board.board_of(db, clinic, in_room)
    left = [task for task in desk.tasks if task not in desk.calls and not _is_on(shown, task)]
    return {
        "desk": desk,
        "tasks": [to_do.shown(task) for task in left],
        "board": shown,
        "days": calendar.days(db, clinic, clock.now(), 2, in_room, with_called_off=False),
    }


def _is_on(shown: board.Board, task: StaffTask) -> bool:
    """Whether the board says the same, with its one action. A call is a thing of its own."""
    finds_time = task.code is TaskCode.FIND_A_TIME and not to_do.wants_call(task)
    return finds_time and task.appointment_id in shown.asked


# The console's own address has no slash at its end, which a mount cannot say.
entrance = Route("/clinic", today, name="desk")
routes = [
    Route("/", today, name="today"),
    Route("/now", now, name="now"),
    Route("/tasks/{id}/completion", complete, methods=["POST"], name="complete-task"),
]
