"""Today: who needs somebody, what is to be done, who comes, and whose window is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app import clock, i18n
from app.i18n import gettext as _
from app.i18n import ngettext
from app.people.models import Clinic
from app.refusal import Refusal
from app.scheduling import offering
from app.scheduling.models import Appointment
from app.tasks import desk as tasks
from app.tasks.models import StaffTask, TaskCode
from app.telehealth import waiting
from app.web import ways_back
from app.web.console import live_list, to_do
from app.web.console.desk import Desk, beside_rows, desk_of, desk_page, is_nobodys_doing
from app.web.console.faults import Faults
from app.web.console.live_list import Marked, Piece
from app.web.console.schedule import calendar
from app.web.console.schedule.calendar import Day
from app.web.console.to_do import ToDo
from app.web.console.today import around_now, board, kept_boards
from app.web.console.today.board import AtDesk, Board
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404, for_scripts_only, not_found


@staff_only
def today(request: Request, db: Session) -> Response:
    """The page a day is worked from."""
    return _today(request, db)


@staff_only
def now(request: Request, db: Session) -> Response:
    """Its changing part by itself, or what changed in it: a page keeps itself true."""
    for_scripts_only(request)
    have = live_list.asked(request)
    if have is None:
        response = desk_page(request, db, "console/_now.html", section="today", **_now(request, db))
    else:
        response = _changes(request, db, have)
    is_nobodys_doing(request)
    return response


def _changes(request: Request, db: Session, have: set[str]) -> Response:
    known = (request.state.clinic.id, i18n.language())
    shown = kept_boards.find(live_list.rest_of(request), *known) or _shown(
        _read_rows(db, request.state.clinic)
    )
    changes = live_list.changes(shown["lists"], shown["pieces"], have)
    rest = kept_boards.keep(*known, shown) if changes.has_more else ""
    return desk_page(
        request,
        db,
        "console/_changes.html",
        section="today",
        changes=changes,
        rest=rest,
        **shown,
    )


@staff_only
def offer_times(request: Request, db: Session) -> Response:
    """Text a patient times to choose from. Twice within minutes is once."""
    visit = find_or_404(db, Appointment, request, clinic_id=request.state.clinic.id)
    if not visit.service.is_visit:
        not_found()
    try:
        offering.offer(db, visit, by=request.state.practitioner)
    except Refusal as refusal:
        faults = Faults()
        faults.take(refusal)
        return _today(request, db, faults)
    row = f"#window-{visit.follows_id}" if visit.follows_id else ""
    return RedirectResponse(f"/clinic{row}", 303)


@staff_only
def complete(request: Request, db: Session) -> Response:
    """A task is done. Twice changes nothing."""
    task = find_or_404(db, StaffTask, request, clinic_id=request.state.clinic.id)
    to = text(read_form(request), "to") or "/clinic"
    tasks.close_task(db, task, by=request.state.practitioner)
    return RedirectResponse(ways_back.safe(to), 303)


def _today(request: Request, db: Session, faults: Faults | None = None) -> Response:
    return desk_page(
        request,
        db,
        "console/today.html",
        422 if faults else 200,
        section="today",
        refusal=faults,
        **_now(request, db),
    )


@dataclass(frozen=True)
class Read:
    """What there is at the desk this minute."""

    desk: Desk
    board: Board
    tasks: list[ToDo]  # as far as the board does not say the same
    days: list[Day]


def read(db: Session, clinic: Clinic) -> Read:
    """The desk, the board and two days of the calendar, each said once."""
    desk = desk_of(db, clinic)
    return _read(db, clinic, desk, {each.appointment.id for each in desk.waiting})


def _read_rows(db: Session, clinic: Clinic) -> Read:
    return _read(db, clinic, beside_rows(db, clinic), waiting.in_rooms(db, clinic.id))


def _read(db: Session, clinic: Clinic, desk: Desk, in_room: set[UUID]) -> Read:
    around = around_now.read(db, clinic)
    calls = {
        task.appointment_id: to_do.number(task)
        for task in desk.tasks
        if task.appointment_id is not None and to_do.wants_call(task)
    }
    shown = board.board_of(clinic, around, AtDesk(in_room, calls))
    left = [task for task in desk.tasks if task not in desk.calls and not _is_on(shown, task)]
    days = calendar.about_now(clinic, around, in_room)
    return Read(desk, shown, [to_do.shown(task) for task in left], days)


def _now(request: Request, db: Session) -> dict[str, Any]:
    return _shown(read(db, request.state.clinic))


def _shown(there: Read) -> dict[str, Any]:
    lists: dict[str, Sequence[Marked]] = {
        "to-do": there.tasks,
        "needs-us": there.board.needs_us,
        "on-course": there.board.on_course,
        "today": there.days[0].entries,
        "tomorrow": there.days[1].entries,
    }
    return {
        "desk": there.desk,
        "board": there.board,
        "days": there.days,
        "lists": lists,
        "minute": live_list.minute(clock.now()),
        "pieces": _pieces(there.desk, there.board, len(there.tasks)),
    }


def _pieces(desk: Desk, shown: Board, tasks: int) -> list[Piece]:
    """The words beside the lists that change with them."""
    count = tasks + (1 if desk.review else 0)
    answers = ngettext("%(num)s answer to review", "%(num)s answers to review", desk.review)
    others = _("Nobody else is in their window. Nothing to do.")
    nobody = _("Nobody is in their window. Nothing to do.")
    return [
        Piece("people", shown.in_words),
        Piece("to-do-count", ngettext("%(num)s open", "%(num)s open", count) % {"num": count}),
        Piece("review-words", answers % {"num": desk.review} if desk.review else ""),
        Piece("course-words", others if shown.needs_us else nobody),
    ]


def _is_on(shown: Board, task: StaffTask) -> bool:
    """Whether the board says the same, with its one action."""
    if task.code is TaskCode.RECORD_OUTCOME:
        return task.appointment_id in shown.passed
    return task.code is TaskCode.FIND_A_TIME and task.appointment_id in shown.asked


# The console's own address has no slash at its end, which a mount cannot say.
entrance = Route("/clinic", today, name="desk")
routes = [
    Route("/", today, name="today"),
    Route("/now", now, name="now"),
    Route("/board/{id}/times", offer_times, methods=["POST"], name="offer-times"),
    Route("/tasks/{id}/completion", complete, methods=["POST"], name="complete-task"),
]
