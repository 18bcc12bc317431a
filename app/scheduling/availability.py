"""When the clinic is staffed, and when each clinician is there: the week, and days that differ.

The clinic's week, without its closed days, with its extra hours. A clinician works within that, in
their own week if they have one, not while they are away; their extra hours count beside the
clinic's week, but not on its closed days. Extra hours win over time away of the same calendar.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.people.models import Clinic, Practitioner
from app.scheduling import closures, staffed_hours
from app.scheduling.intervals import Interval, common, joined, without
from app.scheduling.models import ExceptionKind, HoursException, StaffedHours


def clinic_open(db: Session, clinic: Clinic, start: datetime, end: datetime) -> list[Interval]:
    """When the clinic is staffed between two moments. One statement: patients' pages ask it."""
    is_in_week = and_(StaffedHours.clinic_id == Clinic.id, StaffedHours.practitioner_id.is_(None))
    differs = and_(
        HoursException.clinic_id == Clinic.id,
        HoursException.practitioner_id.is_(None),
        *closures.touch(clinic, start, end),
    )
    asked = (
        select(StaffedHours, HoursException)
        .select_from(Clinic)
        .outerjoin(StaffedHours, is_in_week)
        .outerjoin(HoursException, differs)
        .where(Clinic.id == clinic.id)
    )
    rows: list[tuple[StaffedHours | None, HoursException | None]] = [
        (row, day) for row, day in db.execute(asked)
    ]
    week = {row.id: row for row, _day in rows if row is not None}
    days = {day.id: day for _row, day in rows if day is not None}
    hours = staffed_hours.openings(week.values())
    usual = staffed_hours.intervals(hours, clinic.zone, start, end)
    return _applied(usual, _Differing(days.values(), clinic.zone, start, end))


def staffed(
    db: Session,
    clinic: Clinic,
    practitioners: Sequence[Practitioner],
    start: datetime,
    end: datetime,
) -> dict[UUID, list[Interval]]:
    """When each clinician is there between two moments. Without own hours: the clinic's."""
    weeks: dict[UUID | None, list[StaffedHours]] = {}
    for row in db.scalars(select(StaffedHours).where(StaffedHours.clinic_id == clinic.id)):
        weeks.setdefault(row.practitioner_id, []).append(row)
    days: dict[UUID | None, list[HoursException]] = {}
    for day in closures.between(db, clinic, start, end):
        days.setdefault(day.practitioner_id, []).append(day)

    def week_of(whose: UUID | None) -> list[Interval]:
        hours = staffed_hours.openings(weeks.get(whose, []))
        return staffed_hours.intervals(hours, clinic.zone, start, end)

    def differing(whose: UUID | None) -> _Differing:
        return _Differing(days.get(whose, []), clinic.zone, start, end)

    clinics = differing(None)
    ours = _applied(week_of(None), clinics)
    closed = without(clinics.away, clinics.extra)
    found = {}
    for each in practitioners:
        theirs = differing(each.id)
        usual = common(ours, week_of(each.id)) if each.id in weeks else ours
        left = without(usual, theirs.away)
        found[each.id] = joined([*left, *without(theirs.extra, closed)])
    return found


class _Differing:
    """The days of one calendar that differ from its week, as moments."""

    def __init__(
        self, rows: Iterable[HoursException], zone: str, start: datetime, end: datetime
    ) -> None:
        self.away: list[Interval] = []
        self.extra: list[Interval] = []
        for row in rows:
            kind = self.away if row.kind is ExceptionKind.AWAY else self.extra
            kind += closures.moments(row, zone, start, end)
        self.away, self.extra = joined(self.away), joined(self.extra)


def _applied(week: Sequence[Interval], days: _Differing) -> list[Interval]:
    return joined([*without(week, days.away), *days.extra])
