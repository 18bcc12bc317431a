"""What every metric is: rows that count or not, and figures that follow from them alone."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.metrics import wilson
from app.metrics.cohort import Infusion
from app.metrics.wilson import FEW, Share

Fact = str | int | datetime | None


class State(StrEnum):
    COUNTED = "counted"
    OPEN = "open"  # its window has not closed yet
    LEFT_OUT = "left-out"


@dataclass(frozen=True)
class Row:
    """One line behind a figure. `why`: why it is left out, or where a miss stopped."""

    infusion: Infusion
    about_id: UUID  # the appointment that its line leads to
    state: State
    is_hit: bool = False
    why: str = ""
    marks: tuple[str, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def month(self) -> date:
        """The month it belongs to: that of its infusion's end."""
        return self.infusion.month


@dataclass(frozen=True)
class Figure:
    """`n` of `of`."""

    n: int
    of: int

    @property
    def share(self) -> Share | None:
        """The share with its interval; None while they are few."""
        return wilson.share_of(self.n, self.of)


@dataclass(frozen=True)
class Spread:
    """How values lie: so many, and by nearest rank the ones that so many percent do not exceed."""

    count: int
    ranks: Mapping[int, int]  # empty while they are few


@dataclass(frozen=True)
class Metric:
    """Rows by infusion's end, of some months. `measures`: facts that are numbers, with their ranks.

    `is_private`: nobody is told of fewer than ten, not even how many, nor who they were.
    """

    slug: str
    months: tuple[date, ...]
    rows: Sequence[Row]
    measures: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    is_private: bool = False

    def of(self, month: date | None, state: State) -> list[Row]:
        """The rows of a month, or of all of them."""
        return [row for row in self.rows if row.state is state and month in (None, row.month)]

    def figure(self, month: date | None = None) -> Figure:
        """How many there are of those that count."""
        rows = self.of(month, State.COUNTED)
        return Figure(sum(row.is_hit for row in rows), len(rows))

    def whys(self, month: date | None, state: State) -> Counter[str]:
        """Where misses stopped, or why rows are left out, the most frequent first."""
        rows = self.of(month, state)
        return Counter(row.why for row in rows if not row.is_hit and row.why)

    def marks(self, month: date | None = None) -> Counter[str]:
        """What is said beside hits."""
        hits = (row for row in self.of(month, State.COUNTED) if row.is_hit)
        return Counter(mark for row in hits for mark in row.marks)

    def spread(self, measure: str, month: date | None = None, mark: str = "") -> Spread:
        """How the numbers of one fact lie, of the rows that count and have it."""
        rows = (row for row in self.of(month, State.COUNTED) if not mark or mark in row.marks)
        return spread_of((row.facts.get(measure) for row in rows), self.measures[measure])

    @property
    def hides_months(self) -> bool:
        """Whether a month alone would tell of somebody."""
        return self.is_private and any(0 < self.figure(month).of < FEW for month in self.months)

    @property
    def hides_all(self) -> bool:
        """Whether even all months together would."""
        return self.is_private and self.figure().of < FEW


def spread_of(values: Iterable[Fact], ranks: Sequence[int]) -> Spread:
    """By nearest rank: of 20 the 19th is what 95 percent do not exceed. None while they are few."""
    numbers = sorted(value for value in values if isinstance(value, int))
    if len(numbers) < FEW:
        return Spread(len(numbers), {})
    return Spread(
        len(numbers), {rank: numbers[-(-len(numbers) * rank // 100) - 1] for rank in ranks}
    )


def state_of(infusion: Infusion, now: datetime, why_not: str = "") -> tuple[State, str]:
    """Whether an infusion's row counts, and why not."""
    why = infusion.why_not or why_not
    if why:
        return State.LEFT_OUT, why
    return (State.COUNTED if infusion.closes_at <= now else State.OPEN), ""
