"""A protocol's days as a picture: where each thing stands, in shares of the width and in rems.

Only days on which something is are drawn, side by side; between two of them that are not
neighbours is a gap. Within a day a thing stands at its hour, so that a morning is left of its
evening. What would lie upon something else in its row goes a step down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from app import wall_time

_GAP = 0.45  # of a day's width
_APART = 0.16  # of a day's width: closer than this two signs would touch
_LEAST_APART = 3.2  # of the picture's width, for pictures of many days
_HEAD, _LANE, _STEP = 1.75, 2.75, 0.9  # rem: above the first row, a row, one step down
_BELOW = 0.7  # rem: from a row's first sign to the row's end
_DAY = timedelta(days=1)
_LONGEST_WINDOW = 4  # days that are all drawn


class Sign(StrEnum):
    TEXT = "text"
    PAGE = "page"  # waits on a page, nothing is sent
    VISIT = "visit"
    OUT = "out"  # left out


@dataclass(frozen=True)
class Shown:
    """One thing to be drawn in the row `lane`."""

    lane: int
    at: datetime
    sign: Sign


@dataclass(frozen=True)
class Mark:
    """Where a sign stands: percent of the width, rem from the top."""

    x: float
    y: float
    sign: Sign


@dataclass(frozen=True)
class Day:
    """A day's column. `number`: days from the session's day, negative before it."""

    on: date
    number: int
    left: float
    right: float
    follows_gap: bool

    @property
    def middle(self) -> float:
        """Where its name stands."""
        return round((self.left + self.right) / 2, 2)


@dataclass(frozen=True)
class Lane:
    """A row and where it begins, in rem."""

    number: int
    y: float


@dataclass(frozen=True)
class Picture:
    """Everything ready to be drawn. `height` in rem; `session`, `window`: from and to, percent."""

    height: float
    days: tuple[Day, ...]
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    session: tuple[float, float]
    window: tuple[float, float] | None


def draw(
    shown: Sequence[Shown],
    *,
    session: tuple[datetime, datetime],
    window: tuple[datetime, datetime] | None,
    zone: str,
) -> Picture:
    """The picture of what hangs on one session, on the calendar of `zone`."""
    moments = [*session, *_days_of(window), *(each.at for each in shown)]
    days = _days({_on(each, zone) for each in moments}, _on(session[0], zone))
    x = _Places(days, zone)
    lanes, marks, top = [], [], _HEAD
    for number in sorted({each.lane for each in shown}):
        of_lane = sorted((each for each in shown if each.lane == number), key=lambda one: one.at)
        steps = _steps([x.of(each.at) for each in of_lane], days)
        lanes.append(Lane(number, round(top, 2)))
        for each, step in zip(of_lane, steps, strict=True):
            y = top + _LANE - _BELOW + step * _STEP
            marks.append(Mark(x.of(each.at), round(y, 2), each.sign))
        top += _LANE + max(steps, default=0) * _STEP
    return Picture(
        height=round(top + _BELOW / 2, 2),
        days=days,
        lanes=tuple(lanes),
        marks=tuple(marks),
        session=(x.of(session[0]), x.of(session[1])),
        window=(x.of(window[0]), x.of(window[1])) if window else None,
    )


def _days_of(window: tuple[datetime, datetime] | None) -> list[datetime]:
    """A moment of each day of a window; of a long one its two ends."""
    if window is None:
        return []
    opens_at, closes_at = window
    days = (closes_at - opens_at) // _DAY
    between = range(1, days) if days <= _LONGEST_WINDOW else ()
    return [opens_at, *(opens_at + day * _DAY for day in between), closes_at]


class _Places:
    """Where a moment stands in the width."""

    def __init__(self, days: Sequence[Day], zone: str) -> None:
        self._by_date = {day.on: day for day in days}
        self._zone = zone

    def of(self, moment: datetime) -> float:
        shown = wall_time.wall(moment, self._zone)
        day = self._by_date[shown.date()]
        passed = shown - datetime.combine(shown.date(), time(0))
        return round(day.left + (day.right - day.left) * (passed / _DAY), 2)


def _days(dates: set[date], session_on: date) -> tuple[Day, ...]:
    ordered = sorted(dates)
    gaps = [one - before > _DAY for before, one in pairwise(ordered)]
    width = 100 / (len(ordered) + _GAP * sum(gaps))
    days, left = [], 0.0
    for on, follows_gap in zip(ordered, [False, *gaps], strict=True):
        left += _GAP * width if follows_gap else 0
        days.append(
            Day(on, (on - session_on).days, round(left, 2), round(left + width, 2), follows_gap)
        )
        left += width
    return tuple(days)


def _steps(places: Sequence[float], days: Sequence[Day]) -> list[int]:
    """How many steps down each thing of a row goes so that it touches no other."""
    apart = max(_LEAST_APART, (days[0].right - days[0].left) * _APART)
    last: list[float] = []
    steps = []
    for x in places:
        step = next((n for n, other in enumerate(last) if x - other >= apart), len(last))
        last[step : step + 1] = [x]
        steps.append(step)
    return steps


def _on(moment: datetime, zone: str) -> date:
    return wall_time.wall(moment, zone).date()
