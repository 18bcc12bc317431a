"""The picture of one measure over time, as numbers: where each thing stands, in hundredths.

Everything is a share of the picture's width or height, so that it fits any screen and any size of
words. The same axis serves every picture of a course: what stands above one another happened at
the same time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from app.outcomes.results import Series

_LEFT, _RIGHT = 3.0, 97.0
_TOP, _BOTTOM = 14.0, 98.0  # above the highest line is room for the words of a value
_SHORTEST = timedelta(days=7)
_APART = 13.0  # closer than this two values' words would touch
_LOW = 0.2  # of the height: below a dot so low there is no room for words


@dataclass(frozen=True)
class Axis:
    """From the first thing that is shown to the last, a week at least."""

    starts_at: datetime
    ends_at: datetime

    @classmethod
    def around(cls, moments: Iterable[datetime]) -> "Axis | None":
        """The axis on which all of these stand; None where there are none."""
        ordered = sorted(moments)
        if not ordered:
            return None
        return cls(ordered[0], max(ordered[-1], ordered[0] + _SHORTEST))

    def x(self, moment: datetime) -> float:
        """Where a moment stands."""
        share = (moment - self.starts_at) / (self.ends_at - self.starts_at)
        return round(_LEFT + share * (_RIGHT - _LEFT), 2)

    @property
    def middle(self) -> datetime:
        """The moment half-way."""
        return self.starts_at + (self.ends_at - self.starts_at) / 2


@dataclass(frozen=True)
class Dot:
    """One value. `words`: "above" or "below" where its number stands beside it, else empty."""

    x: float
    y: float
    total: Decimal
    words: str = ""

    @property
    def anchor(self) -> str:
        """From which side the number is written, so that it stays in the picture."""
        return "start" if self.x < _LEFT + 4 else "end" if self.x > _RIGHT - 4 else "middle"


@dataclass(frozen=True)
class Line:
    """From one value to the next."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Picture:
    """One measure, ready to be drawn."""

    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    grid: tuple[tuple[float, int], ...]  # height and number, from the highest down
    sessions: tuple[float, ...]
    visits: tuple[float, ...]


def draw(
    series: Series, axis: Axis, sessions: Sequence[datetime], visits: Sequence[datetime]
) -> Picture:
    """The picture of a measure on the axis of all of them."""
    spots = [(axis.x(each.at), height(series, each.total)) for each in series.values]
    words = _words(series, [x for x, _y in spots])
    return Picture(
        dots=tuple(
            Dot(x, y, value.total, words.get(at, ""))
            for at, ((x, y), value) in enumerate(zip(spots, series.values, strict=True))
        ),
        lines=tuple(Line(*one, *other) for one, other in pairwise(spots)),
        grid=tuple((height(series, Decimal(number)), number) for number in _grid(series.most)),
        sessions=tuple(axis.x(each) for each in sessions if axis.starts_at <= each <= axis.ends_at),
        visits=tuple(axis.x(each) for each in visits if axis.starts_at <= each <= axis.ends_at),
    )


def height(series: Series, total: Decimal) -> float:
    """Where a number stands, from the top."""
    return round(_BOTTOM - float(total) / series.most * (_BOTTOM - _TOP), 2)


def told_places(series: Series) -> tuple[int, ...]:
    """The values whose numbers are written: the first, the last, the highest (the latest of it)."""
    if not series.values:
        return ()
    last = len(series.values) - 1
    highest = max(range(last + 1), key=lambda at: (series.values[at].total, at))
    return tuple(dict.fromkeys((last, highest, 0)))


def _words(series: Series, xs: list[float]) -> dict[int, str]:
    """On which side each number stands. One that finds no room is in the table alone."""
    taken: dict[str, list[float]] = {"above": [], "below": []}
    words = {}
    for at in told_places(series):
        is_low = series.values[at].total <= series.most * Decimal(str(_LOW))
        for side in ("above",) if is_low else ("above", "below"):
            if all(abs(xs[at] - other) >= _APART for other in taken[side]):
                words[at] = side
                taken[side].append(xs[at])
                break
    return words


def _grid(most: int) -> tuple[int, ...]:
    """Three or four round numbers from the highest down to none."""
    parts = next(parts for parts in (3, 2, 1) if most % parts == 0)
    return tuple(range(most, -1, -(most // parts)))
