"""The session that comes next inside a course, as far as nobody has booked it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app import clock, wall_time
from app.outcomes import courses
from app.people.models import Patient
from app.plans import kept
from app.plans.kept import Kept
from app.plans.kinds import Route
from app.scheduling.models import Appointment

_AT_LEAST = timedelta(days=1)  # sooner than tomorrow nobody gets ready


@dataclass(frozen=True)
class Suggested:
    """Session `number` of `of`, as the protocol has it: a day to begin with, not a promise."""

    number: int
    of: int
    starts_at: datetime
    minutes: int
    protocol: Kept
    route: Route | None


def suggest(db: Session, patient: Patient) -> Suggested | None:
    """What would come next. None where a session is booked, the course is over, or none began."""
    standing = courses.standing(db, patient)
    if not standing.held or standing.ahead or standing.is_over:
        return None
    last = standing.held[-1].appointment
    protocol = kept.protocol_of(db, last)
    number, of = len(standing.held) + 1, standing.planned or protocol.plan.course.sessions
    if number > of:
        return None
    return Suggested(
        number=number,
        of=of,
        starts_at=_starts_at(last, protocol.plan.course.gaps, number - 2),
        minutes=(last.ends_at - last.starts_at) // timedelta(minutes=1),
        protocol=protocol,
        route=last.route,
    )


def _starts_at(last: Appointment, gaps: tuple[int, ...], place: int) -> datetime:
    """As many days after the last one as the plan has it, at the same hour; never before then."""
    days = gaps[place % len(gaps)]
    wanted = wall_time.days_later(last.starts_at, days, last.zone)
    while wanted < clock.now() + _AT_LEAST:
        wanted = wall_time.days_later(wanted, 1, last.zone)
    return wanted
