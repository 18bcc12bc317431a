"""Stretches of time, and what lies in both, in either, or in one but not the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app import wall_time

_MIDNIGHT = time(0)


@dataclass(frozen=True, order=True)
class Interval:
    """From one moment to another, open at its end."""

    opens_at: datetime
    closes_at: datetime

    @property
    def length(self) -> timedelta:
        """How long it lasts, in elapsed time."""
        return self.closes_at - self.opens_at

    def holds(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether a visit lies wholly inside."""
        return self.opens_at <= starts_at and ends_at <= self.closes_at


def of_day(day: date, opens: time, closes: time, zone: str) -> Interval:
    """From one clock time of a day to another. Closing at 00:00 means the day's end."""
    closes_on = day + timedelta(days=1) if closes == _MIDNIGHT else day
    return Interval(
        wall_time.instant(datetime.combine(day, opens), zone),
        wall_time.instant(datetime.combine(closes_on, closes), zone),
    )


def joined(found: Iterable[Interval]) -> list[Interval]:
    """In order, those that touch or overlap made one; empty ones fall out."""
    done: list[Interval] = []
    for each in sorted(found):
        if done and each.opens_at <= done[-1].closes_at:
            last = done.pop()
            each = Interval(last.opens_at, max(last.closes_at, each.closes_at))
        if each.opens_at < each.closes_at:  # a clock change may have swallowed it
            done.append(each)
    return done


def common(ours: Sequence[Interval], theirs: Sequence[Interval]) -> list[Interval]:
    """What lies in both."""
    overlaps = (
        Interval(max(a.opens_at, b.opens_at), min(a.closes_at, b.closes_at))
        for a in ours
        for b in theirs
    )
    return sorted(each for each in overlaps if each.opens_at < each.closes_at)


def without(ours: Sequence[Interval], taken: Sequence[Interval]) -> list[Interval]:
    """What lies in ours and in none of those taken."""
    left = list(ours)
    for gone in taken:
        left = [
            part
            for each in left
            for part in (
                Interval(each.opens_at, min(each.closes_at, gone.opens_at)),
                Interval(max(each.opens_at, gone.closes_at), each.closes_at),
            )
            if part.opens_at < part.closes_at
        ]
    return sorted(left)
