"""The schedule: a week as a list of days."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock, wall_time
from app.scheduling import closures
from app.telehealth import waiting
from app.web.console.desk import desk_page
from app.web.console.schedule import calendar
from app.web.guards import staff_only

_YEARS = range(2000, 2100)


@staff_only
def week(request: Request, db: Session) -> Response:
    """Monday to Sunday on the clinic's calendar; `?week=` names any day of another one."""
    clinic = request.state.clinic
    this_day = wall_time.wall(clock.now(), clinic.zone).date()
    monday = _monday(_day(request.query_params.get("week", "")) or this_day)
    first = wall_time.instant(datetime(monday.year, monday.month, monday.day, 12), clinic.zone)  # noqa: DTZ001  a wall time
    in_room = {each.appointment.id for each in waiting.at_clinic(db, clinic.id)}
    days = calendar.days(db, clinic, first, 7, in_room)
    closed = closures.closed_days(db, clinic, first, first + timedelta(days=6))
    return desk_page(
        request,
        db,
        "console/schedule.html",
        section="schedule",
        days=days,
        closed=[closed.get(monday + timedelta(days=more)) for more in range(7)],
        earlier=monday - timedelta(days=7),
        later=monday + timedelta(days=7),
        is_this_week=monday == _monday(this_day),
        this_day=this_day,
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _day(asked: str) -> date | None:
    try:
        found = date.fromisoformat(asked)
    except ValueError:
        return None
    return found if found.year in _YEARS else None


routes = [Route("/schedule", week, name="schedule")]
