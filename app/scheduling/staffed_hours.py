"""When the clinic is staffed, and when each clinician is. Weekly, on the clinic's wall clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from app import live, wall_time
from app.audit import trail
from app.db.base import Model
from app.i18n import gettext as _
from app.people.models import Clinic, Practitioner
from app.refusal import Refusal
from app.scheduling.intervals import Interval as Interval
from app.scheduling.intervals import joined, of_day
from app.scheduling.models import StaffedHours

_MIDNIGHT = time(0)


class HoursOutOfOrder(Refusal):
    pass


@dataclass(frozen=True)
class Opening:
    """Hours on one day of the week, 0 being Monday. Closing at 00:00 means the day's end."""

    weekday: int
    opens: time
    closes: time
    from_on: date | None = None  # the first day on which they hold


def intervals(
    openings: Iterable[Opening], zone: str, start: datetime, end: datetime
) -> list[Interval]:
    """The openings as moments, on every day from `start` to `end`; touching ones are joined."""
    day, last = wall_time.wall(start, zone).date(), wall_time.wall(end, zone).date()
    by_weekday: dict[int, list[Opening]] = {}
    for opening in openings:
        by_weekday.setdefault(opening.weekday, []).append(opening)
    found: list[Interval] = []
    while day <= last:
        found += [
            of_day(day, opening.opens, opening.closes, zone)
            for opening in by_weekday.get(day.weekday(), [])
            if opening.from_on is None or opening.from_on <= day
        ]
        day += timedelta(days=1)
    return joined(found)


def set_hours(
    db: Session,
    clinic: Clinic,
    practitioner: Practitioner | None,
    rows: Sequence[Opening],
    *,
    by: Model | None,
) -> None:
    """Replace the weekly hours of the clinic, or of one clinician.

    Without rows the clinic is closed, and a clinician works the clinic's hours.

    Refuses (HoursOutOfOrder) hours that end before they begin, or that overlap on a day.
    """
    _refuse_disorder(rows)
    db.execute(delete(StaffedHours).where(*_whose(clinic, practitioner)))
    for row in rows:
        db.add(
            StaffedHours(
                clinic_id=clinic.id,
                practitioner_id=practitioner.id if practitioner else None,
                weekday=row.weekday,
                opens=row.opens,
                closes=row.closes,
                from_on=row.from_on,
            )
        )
    trail.record(db, "set-hours", agent=by, entity=practitioner or clinic)
    live.publish(db, f"desk:{clinic.id}")


def hours_of(db: Session, clinic: Clinic, practitioner: Practitioner | None) -> list[Opening]:
    """The weekly hours that were set for the clinic, or for this clinician alone, in order."""
    return openings(db.scalars(select(StaffedHours).where(*_whose(clinic, practitioner))))


def _refuse_disorder(rows: Sequence[Opening]) -> None:
    for row in rows:
        if row.closes != _MIDNIGHT and row.closes <= row.opens:
            raise HoursOutOfOrder(_("Hours must end after they begin."), field="closes")
    ordered = sorted(rows, key=lambda row: (row.weekday, row.opens))
    for earlier, later in pairwise(ordered):
        same_day = earlier.weekday == later.weekday
        if same_day and (earlier.closes == _MIDNIGHT or later.opens < earlier.closes):
            raise HoursOutOfOrder(_("Hours on the same day must not overlap."), field="opens")


def _whose(
    clinic: Clinic, practitioner: Practitioner | None
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    owner = StaffedHours.practitioner_id
    return (
        StaffedHours.clinic_id == clinic.id,
        owner == practitioner.id if practitioner else owner.is_(None),
    )


def openings(rows: Iterable[StaffedHours]) -> list[Opening]:
    """Rows as the weekly hours they stand for, in order."""
    found = [Opening(row.weekday, row.opens, row.closes, row.from_on) for row in rows]
    return sorted(found, key=lambda opening: (opening.weekday, opening.opens))
