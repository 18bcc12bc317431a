"""The months that stand side by side, on the clinic's own calendar."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app import wall_time

SHOWN = 3
_MONTHS = 12
_WRITTEN = re.compile(r"(\d{4})-(\d\d)", re.ASCII)


@dataclass(frozen=True)
class Period:
    """Whole months in a row, the last one perhaps still running."""

    months: tuple[date, ...]  # their first days, the earliest first
    zone: str

    @property
    def starts_at(self) -> datetime:
        """When the first month begins."""
        return _midnight(self.months[0], self.zone)

    @property
    def ends_at(self) -> datetime:
        """When the last month is over."""
        return _midnight(after(self.months[-1]), self.zone)

    def month_of(self, moment: datetime) -> date:
        """The month that a moment belongs to on the clinic's clock."""
        return month_of(moment, self.zone)


def read(said: str) -> date | None:
    """The first day of a month as it is written, 2026-09; None for anything else."""
    found = _WRITTEN.fullmatch(said)
    if found is None:
        return None
    year, month = int(found[1]), int(found[2])
    return date(year, month, 1) if year and 1 <= month <= _MONTHS else None


def until(last: date, zone: str, *, count: int = SHOWN) -> Period:
    """So many months, the last of them the one of this day."""
    months = [last.replace(day=1)]
    while len(months) < count:
        months.insert(0, before(months[0]))
    return Period(tuple(months), zone)


def month_of(moment: datetime, zone: str) -> date:
    """The first day of a moment's month."""
    return wall_time.wall(moment, zone).date().replace(day=1)


def before(month: date) -> date:
    """The month before."""
    return (month - timedelta(days=1)).replace(day=1)


def after(month: date) -> date:
    """The month after."""
    return (month + timedelta(days=31)).replace(day=1)


def _midnight(day: date, zone: str) -> datetime:
    return wall_time.instant(datetime.combine(day, time(0)), zone)
