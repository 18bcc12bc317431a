"""When each quiet minute of a session is offered, and when its text leaves: on values alone.

All on the patient's own clock, from the session's end.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from app import wall_time
from app.journal.models import Moment
from app.journal.preferences import Preference
from app.messaging import quiet_hours
from app.plans.plan import STANDARD, Plan

LINK_LIVES = timedelta(days=14)  # from the end
_SOON = timedelta(hours=2)  # somebody is still on their way home before
_MORNING_OPENS = time(5)
_MORNING_AT_LEAST = timedelta(hours=12)
_MORNING_AT_BEST = timedelta(hours=20)
_MORNING_LASTS = timedelta(hours=6)
_STILL_WANTED = timedelta(hours=6)
_DAYS_OPEN = timedelta(hours=24)
_TALK_NEARS = timedelta(minutes=45)  # from then on somebody gets ready for it
_TALK_LINGERS = timedelta(minutes=30)
_BESIDE_TALK = timedelta(hours=1)
_SMALL_HOURS = timedelta(hours=4)  # a night belongs to the day before


@dataclass(frozen=True)
class Span:
    """Open at `opens_at`, over at `closes_at`. Texted at `due_at`, or not at all."""

    opens_at: datetime
    closes_at: datetime
    due_at: datetime | None = None


def spans(
    ended_at: datetime, chosen: Preference, zone: str, plan: Plan = STANDARD
) -> dict[Moment, Span]:
    """What follows a session by time alone, in its order."""
    morning_due = _morning_due(ended_at, chosen, zone, plan)
    morning_opens = min(
        max(_on_day(ended_at, 1, _MORNING_OPENS, zone), ended_at + _SOON * 2), morning_due
    )
    days_open = max(ended_at + _DAYS_OPEN, morning_due + _MORNING_LASTS)
    week_due = _on_day(ended_at, plan.week.days, plan.week.at, zone)
    week_opens = _on_day(ended_at, plan.week.days, _MORNING_OPENS, zone)
    evening_due = _evening_due(ended_at, chosen, zone, plan)
    off = {
        moment
        for moment, step in (
            (Moment.EVENING, plan.evening),
            (Moment.MORNING, plan.morning),
            (Moment.WEEK, plan.week),
        )
        if not step.is_on
    }
    offered = {
        Moment.EVENING: Span(ended_at + _SOON, morning_opens, evening_due),
        Moment.MORNING: Span(morning_opens, days_open, morning_due),
        Moment.DAYS: Span(days_open, week_opens),
        Moment.WEEK: Span(week_opens, ended_at + LINK_LIVES, week_due),
    }
    return {moment: span for moment, span in offered.items() if moment not in off}


def until(span: Span, moment: datetime) -> Span:
    """The same, but over at that moment: perhaps before it has opened."""
    return replace(span, closes_at=max(span.opens_at, min(span.closes_at, moment)))


def beside_talk(
    span: Span, ended_at: datetime, begins_at: datetime, over_at: datetime, zone: str
) -> Span:
    """The same, but its text does not come into a talk: an hour before it, else an hour after."""
    if not meets_talk(span.due_at, begins_at, over_at):
        return span
    before = begins_at - _BESIDE_TALK
    is_night = quiet_hours.next_awake(before, zone) != before
    is_early = is_night or before < max(span.opens_at, ended_at + _MORNING_AT_LEAST)
    return replace(span, due_at=over_at + _BESIDE_TALK if is_early else before)


def meets_talk(due_at: datetime | None, begins_at: datetime, over_at: datetime) -> bool:
    """Whether a text would come while somebody gets ready for a talk, or is in it."""
    return due_at is not None and begins_at - _TALK_NEARS < due_at < over_at + _TALK_LINGERS


def late_at(due_at: datetime, zone: str) -> datetime:
    """After this a text would come too late, or at night: the prompt waits on the page alone."""
    night = datetime.combine(wall_time.wall(due_at, zone).date(), quiet_hours.BEGINS)
    return min(due_at + _STILL_WANTED, wall_time.instant(night, zone))


def _evening_due(ended_at: datetime, chosen: Preference, zone: str, plan: Plan) -> datetime | None:
    """At the chosen hour, two hours after the end at least. Where that is night: not at all."""
    at, home_at = chosen.evening_at or plan.evening.at, timedelta(hours=plan.evening.hours)
    due_at = max(_on_day(ended_at, 0, at, zone), ended_at + home_at)
    return due_at if due_at < _on_day(ended_at, 0, quiet_hours.BEGINS, zone) else None


def _morning_due(ended_at: datetime, chosen: Preference, zone: str, plan: Plan) -> datetime:
    """At the chosen hour of the next day; by itself 12 to 20 hours after the end, if that can be.

    Who chose an hour is held to it, save for the twelve hours.
    """
    due_at = _on_day(ended_at, 1, chosen.morning_at or plan.morning.at, zone)
    if chosen.morning_at is None and due_at > ended_at + _MORNING_AT_BEST:
        earlier = ended_at + _MORNING_AT_BEST
        due_at = earlier if quiet_hours.next_awake(earlier, zone) == earlier else due_at
    return max(due_at, ended_at + _MORNING_AT_LEAST)


def _on_day(ended_at: datetime, day: int, at: time, zone: str) -> datetime:
    """That time on the clock, so many days after the day on which the session ended."""
    ended_on = wall_time.wall(ended_at - _SMALL_HOURS, zone).date()
    return wall_time.instant(datetime.combine(ended_on + timedelta(days=day), at), zone)
