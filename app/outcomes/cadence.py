"""When the scales are due by themselves: after a course's last session, then month by month.

Before a session they come with its own check. Here it is decided for the calm days alone: never
within three days after a session, never on the day before one, at ten in the morning. Whoever has
let two of them pass is left alone until the next session.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from app import wall_time
from app.questionnaires.engine.scales import GAD_7, PCL_5, PHQ_9

DUE_AFTER = timedelta(days=2)
STAYS_OPEN = timedelta(days=9)
_AT = time(10)
_REST = timedelta(hours=72)
_BASELINE = timedelta(days=7)
_TOGETHER = timedelta(days=3)  # what is due within these is asked in one
_LEAST_BETWEEN = timedelta(days=7)  # the mood scale asks about two weeks: weekly at most
_BOTH = (PHQ_9.slug, GAD_7.slug)
BLADDER = "bladder"
_BLADDER_EVERY = timedelta(days=90)  # many sessions can harm it


@dataclass(frozen=True)
class Asked:
    """What was asked by itself before."""

    opened_at: datetime
    closes_at: datetime
    is_done: bool


@dataclass(frozen=True)
class History:
    """What it depends on. `told`: when each scale was last answered, or last asked by itself."""

    zone: str
    last_end: datetime | None  # of the last session that took place
    first_end: datetime | None = None
    next_start: datetime | None = None
    told: Mapping[str, datetime] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()  # the latest first
    asks_about_trauma: bool = False
    is_over: bool = False  # staff have said so
    after: timedelta = timedelta(days=14)
    every: timedelta = timedelta(days=30)  # none: never again
    is_wanted: bool = True  # the plan of the last session says so


@dataclass(frozen=True)
class Due:
    """Which scales are asked, and when."""

    slugs: tuple[str, ...]
    opens_at: datetime
    closes_at: datetime


def due(history: History, now: datetime) -> Due | None:
    """What is asked next; None while nothing is to come as things stand."""
    if not history.is_wanted or is_left_alone(history.asked, last_end=history.last_end, now=now):
        return None
    moments = {}
    for slug in (*_BOTH, PCL_5.slug):
        wanted = _trauma(history, now) if slug == PCL_5.slug else _mood(history, slug)
        moment = wanted and _calm(history, wanted, slug)
        if moment:
            moments[slug] = moment
    if not moments:
        return None
    opens_at = min(moments.values())
    slugs = tuple(
        slug
        for slug, moment in moments.items()
        if moment <= opens_at + _TOGETHER and _is_long_ago(history, slug, opens_at)
    )
    if _is_time_for_the_bladder(history, opens_at):
        slugs = (*slugs, BLADDER)
    closes_at = opens_at + STAYS_OPEN
    if history.next_start is not None and history.next_start > opens_at:
        closes_at = min(closes_at, _day_before(history, history.next_start))
    return Due(slugs, opens_at, closes_at)


def is_left_alone(asked: Sequence[Asked], *, last_end: datetime | None, now: datetime) -> bool:
    """Whether nothing more is asked for now: something is open, or the last two were let pass.

    `asked`: the latest first.
    """
    if any(not each.is_done and each.closes_at > now for each in asked):
        return True  # it is open: one after the other
    since = [each for each in asked if last_end is None or each.opened_at > last_end]
    return len(since) > 1 and not (since[0].is_done or since[1].is_done)


def _is_time_for_the_bladder(history: History, opens_at: datetime) -> bool:
    """Every three months of sessions, beside what is asked anyway: it has no text of its own."""
    since = history.told.get(BLADDER) or history.first_end
    return since is not None and since + _BLADDER_EVERY <= opens_at + _LEAST_BETWEEN


def _mood(history: History, slug: str) -> datetime | None:
    """Once after the last session, else every so often while the course is not called over."""
    if history.last_end is None:
        return None
    told_at = history.told.get(slug)
    after_at = history.last_end + history.after
    if history.next_start is None and (told_at is None or told_at < after_at):
        return max(after_at, told_at + _LEAST_BETWEEN) if told_at else after_at
    if history.is_over or not history.every:
        return None
    return (told_at or history.last_end) + history.every


def _trauma(history: History, now: datetime) -> datetime | None:
    """In the week before the first session, then every so often; after the last one as the rest."""
    if not history.asks_about_trauma:
        return None
    told_at = history.told.get(PCL_5.slug)
    if history.last_end is None:
        if history.next_start is None or told_at is not None:
            return None
        return max(history.next_start - _BASELINE, _this_morning(history, now))
    if told_at is None:
        return max(history.last_end + _REST, _this_morning(history, now))
    if history.is_over or not history.every:
        return _mood(history, PCL_5.slug)
    return told_at + history.every


def _calm(history: History, wanted: datetime, slug: str) -> datetime | None:
    """The first ten in the morning from then on that leaves the sessions alone."""
    moment = wanted
    if history.last_end is not None:
        moment = max(moment, history.last_end + _REST)
    moment = _ten_o_clock(history, moment)
    if history.next_start is not None:
        # Before a session its own check asks about mood and worry.
        ahead = _BASELINE if slug in _BOTH else timedelta(0)
        if moment >= _day_before(history, history.next_start) - ahead:
            return None
    return moment


def _is_long_ago(history: History, slug: str, opens_at: datetime) -> bool:
    told_at = history.told.get(slug)
    return told_at is None or told_at + _LEAST_BETWEEN <= opens_at


def _ten_o_clock(history: History, moment: datetime) -> datetime:
    day = wall_time.wall(moment, history.zone).date()
    at = wall_time.instant(datetime.combine(day, _AT), history.zone)
    return at if at >= moment else wall_time.days_later(at, 1, history.zone)


def _this_morning(history: History, now: datetime) -> datetime:
    day = wall_time.wall(now, history.zone).date()
    return wall_time.instant(datetime.combine(day, time(0)), history.zone)


def _day_before(history: History, starts_at: datetime) -> datetime:
    """The midnight with which the day before a session begins."""
    day = wall_time.wall(starts_at, history.zone).date() - timedelta(days=1)
    return wall_time.instant(datetime.combine(day, time(0)), history.zone)
