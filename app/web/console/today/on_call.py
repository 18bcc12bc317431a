"""After hours: what the person on call has to do before the clinic opens, and what may wait."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock, i18n
from app.i18n import gettext as _
from app.i18n import ngettext
from app.people.models import Clinic, Practitioner
from app.safety import escalation
from app.scheduling import reading_hours
from app.scheduling.staffed_hours import Interval
from app.web.console import live_list, words
from app.web.console.desk import Desk, desk_page, is_nobodys_doing
from app.web.console.live_list import Marked, Piece
from app.web.console.today import today
from app.web.guards import staff_only
from app.web.pages import for_scripts_only

# What ends within the first hour of a morning has to be done before it.
_FIRST_HOUR = timedelta(hours=1)
# Where no hours are set, a night is as long as this.
_A_NIGHT = timedelta(hours=12)


@staff_only
def show(request: Request, db: Session) -> Response:
    """What cannot wait stands above, as on every page; below it, what ends before we open."""
    return desk_page(request, db, "console/on_call.html", section="today", **_shown(request, db))


@staff_only
def now(request: Request, db: Session) -> Response:
    """What changed in it since it was drawn: the page keeps itself true."""
    for_scripts_only(request)
    shown = _shown(request, db)
    have = live_list.asked(request) or set()
    shown["changes"] = live_list.changes(shown["lists"], shown["pieces"], have)
    response = desk_page(request, db, "console/_changes.html", section="today", **shown)
    is_nobodys_doing(request)
    return response


def _shown(request: Request, db: Session) -> dict[str, Any]:
    clinic: Clinic = request.state.clinic
    around = today.read(db, clinic)
    desk, board = around.desk, around.board
    hours = reading_hours.staffed_time(db, clinic, clock.now())
    is_open = hours is not None and hours.opens_at <= clock.now()
    until = hours.opens_at if hours is not None and not is_open else clock.now() + _A_NIGHT
    before = [row for row in board.needs_us if row.until <= until + _FIRST_HOUR]
    before += [row for row in board.on_course if row.state.is_urgent]
    later = len(board.needs_us) + sum(row.state.is_urgent for row in board.on_course) - len(before)
    lists: dict[str, Sequence[Marked]] = {"needs-us": before}
    return {
        "desk": desk,
        "lists": lists,
        "is_open": is_open,
        "minute": live_list.minute(clock.now()),
        "pieces": [
            Piece("opens", _opens(clinic, hours, is_open=is_open)),
            Piece("on-call", _in_turn(escalation.on_call(db, clinic), request.state.practitioner)),
            Piece("later", _later(desk, len(around.tasks) + later)),
        ],
    }


def _opens(clinic: Clinic, hours: Interval | None, *, is_open: bool) -> str:
    if hours is None:
        return _("No hours are set.")
    if is_open:
        closes = i18n.local_clock(hours.closes_at, clinic.zone)
        return i18n.one_stop(_("The clinic is open until %(time)s.") % {"time": closes})
    opens = words.when(hours.opens_at, clinic.zone)
    return i18n.one_stop(_("The clinic opens again %(when)s.") % {"when": opens})


def _in_turn(staff: Sequence[Practitioner], you: Practitioner) -> str:
    """`Jordan is texted first, then Dr. Patel.`"""
    names = [_("you") if each.id == you.id else each.display_name for each in staff]
    if not names:
        return _("Nobody can be reached by text: no member of staff has a phone number.")
    if len(names) == 1:
        return _("Alerts are texted to %(name)s.") % {"name": names[0]}
    others = ", ".join(names[1:])
    return _("Alerts are texted to %(name)s first, then to %(others)s.") % {
        "name": names[0],
        "others": others,
    }


def _later(desk: Desk, tasks: int) -> str:
    texts = ngettext("%(n)s text to answer", "%(n)s texts to answer", desk.inbox)
    things = ngettext("%(n)s thing to do", "%(n)s things to do", tasks)
    answers = ngettext("%(n)s answer to review", "%(n)s answers to review", desk.review)
    counted = ((texts, desk.inbox), (things, tasks), (answers, desk.review))
    said = [words % {"n": count} for words, count in counted if count]
    return ", ".join(said) + "." if said else _("Nothing.")


routes = [
    Route("/on-call", show, name="on-call"),
    Route("/on-call/now", now, name="on-call-now"),
]
