"""When what is asked before an infusion opens, is due and closes, on the patient's clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app import wall_time
from app.messaging import quiet_hours
from app.plans.plan import STANDARD
from app.plans.steps import Intake, ReadinessEve, ReadinessMorning

ASKED_FOR = timedelta(days=7)  # how long what staff asked for stays open
_LEAST_TIME = timedelta(hours=6)
_AT_THE_LAST = timedelta(hours=3)
_EVE_TAKES = timedelta(hours=4)
_MORNING_AT_LEAST = timedelta(hours=1)  # with less they are on their way
_MORNING_DUE_BEFORE = timedelta(minutes=30)
_BETWEEN_TEXTS = timedelta(hours=20)


@dataclass(frozen=True)
class Span:
    """Before `opens_at` it is not asked, at `due_at` it is late, after `closes_at` it is over."""

    opens_at: datetime
    due_at: datetime
    closes_at: datetime


def opens(starts_at: datetime, now: datetime, step: Intake = STANDARD.intake) -> datetime:
    """When it is asked: now, or so many days ahead as the step says."""
    if step.opens_days is None:
        return now
    return max(now, starts_at - timedelta(days=step.opens_days))


def intake(starts_at: datetime, opens_at: datetime, step: Intake = STANDARD.intake) -> Span:
    """All that is asked before an infusion: due a day ahead where there is time."""
    due_at = starts_at - timedelta(hours=step.due_hours)
    if due_at < opens_at + _LEAST_TIME:
        due_at = min(max(opens_at, starts_at - _AT_THE_LAST), starts_at)
    return Span(opens_at, due_at, starts_at)


def eve(
    starts_at: datetime, now: datetime, zone: str, step: ReadinessEve = STANDARD.readiness_eve
) -> Span | None:
    """The check of the day before, at five in the afternoon or later that day. None: too late."""
    day = wall_time.wall(starts_at, zone).date() - timedelta(days=step.days)
    opens_at = wall_time.instant(datetime.combine(day, step.at), zone)
    if opens_at < now:
        opens_at = quiet_hours.next_awake(now, zone)
    if wall_time.wall(opens_at, zone).date() > day:
        return None
    return Span(opens_at, min(opens_at + _EVE_TAKES, starts_at), starts_at)


def morning(
    starts_at: datetime,
    now: datetime,
    zone: str,
    step: ReadinessMorning = STANDARD.readiness_morning,
) -> Span | None:
    """The check of the day itself, three hours ahead. None where quiet hours leave no time."""
    day = wall_time.wall(starts_at, zone).date()
    awake_at = wall_time.instant(datetime.combine(day, quiet_hours.ENDS), zone)
    opens_at = max(starts_at - timedelta(hours=step.hours), awake_at)
    if opens_at < now:
        opens_at = quiet_hours.next_awake(now, zone)
    if starts_at - opens_at < _MORNING_AT_LEAST:
        return None
    return Span(opens_at, starts_at - _MORNING_DUE_BEFORE, starts_at)


def reminder(
    span: Span, now: datetime, zone: str, step: Intake = STANDARD.intake
) -> datetime | None:
    """Once more, in the morning of the day before it is due, else of that day. None: too soon."""
    due_on = wall_time.wall(span.due_at, zone).date()
    for day in (due_on - timedelta(days=1), due_on):
        moment = wall_time.instant(datetime.combine(day, step.remind_at), zone)
        is_late_enough = moment >= max(now, span.opens_at + _BETWEEN_TEXTS)
        if is_late_enough and moment <= span.due_at - _AT_THE_LAST:
            return moment
    return None
