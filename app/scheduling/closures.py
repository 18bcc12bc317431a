"""Days on which the weekly hours do not hold: holidays, a clinician away, hours beside the week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from app import clock, live, wall_time
from app.audit import trail
from app.db.base import Model
from app.i18n import gettext as _
from app.people.models import Clinic, Practitioner
from app.refusal import Refusal
from app.scheduling import calendars
from app.scheduling.intervals import Interval, of_day
from app.scheduling.models import Appointment, ExceptionKind, HoursException

_LONGEST = timedelta(days=366)
_MIDNIGHT = time(0)


class DaysOutOfOrder(Refusal):
    pass


@dataclass(frozen=True)
class Days:
    """Days that differ, as staff enter them. Without times: whole days."""

    kind: ExceptionKind
    first_on: date
    last_on: date
    opens: time | None = None
    closes: time | None = None
    name: str = ""


def add(
    db: Session,
    clinic: Clinic,
    practitioner: Practitioner | None,
    days: Days,
    *,
    by: Model | None,
) -> HoursException:
    """Close the clinic, note a clinician away, or give either extra hours. Moves no appointment.

    Entered twice it stands once. Refuses (DaysOutOfOrder) days or times that end before they begin,
    days that are past or more than a year, and extra hours without times.
    """
    _refuse_disorder(days, wall_time.wall(clock.now(), clinic.zone).date())
    for row in upcoming(db, clinic):
        if row.practitioner_id == (practitioner.id if practitioner else None) and _same(row, days):
            return row
    row = HoursException(
        clinic_id=clinic.id,
        practitioner_id=practitioner.id if practitioner else None,
        kind=days.kind,
        first_on=days.first_on,
        last_on=days.last_on,
        opens=days.opens,
        closes=days.closes,
        name="" if practitioner else days.name,
        made_at=clock.now(),
    )
    db.add(row)
    trail.record(db, f"add-{days.kind}", agent=by, entity=row)
    live.publish(db, f"desk:{clinic.id}")
    return row


def remove(db: Session, row: HoursException, *, by: Model | None) -> None:
    """The weekly hours hold again on these days."""
    trail.record(db, f"remove-{row.kind}", agent=by, entity=row)
    db.delete(row)
    live.publish(db, f"desk:{row.clinic_id}")


def upcoming(db: Session, clinic: Clinic) -> list[HoursException]:
    """What differs from today on, of the clinic and all its clinicians, the earliest first."""
    today = wall_time.wall(clock.now(), clinic.zone).date()
    return list(
        db.scalars(
            select(HoursException)
            .where(HoursException.clinic_id == clinic.id, HoursException.last_on >= today)
            .order_by(HoursException.first_on, HoursException.opens, HoursException.id)
        )
    )


def between(
    db: Session, clinic: Clinic, start: datetime, end: datetime, *, is_clinics: bool = False
) -> Sequence[HoursException]:
    """What differs on any day from one moment to another; `is_clinics`: without clinicians'."""
    asked = select(HoursException).where(
        HoursException.clinic_id == clinic.id, *touch(clinic, start, end)
    )
    if is_clinics:
        asked = asked.where(HoursException.practitioner_id.is_(None))
    return db.scalars(asked).all()


def touch(clinic: Clinic, start: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    """What lies on any day from one moment to another, as part of a larger question."""
    return (
        HoursException.last_on >= wall_time.wall(start, clinic.zone).date(),
        HoursException.first_on <= wall_time.wall(end, clinic.zone).date(),
    )


def closed_days(db: Session, clinic: Clinic, start: datetime, end: datetime) -> dict[date, str]:
    """The whole days on which the clinic is closed between two moments, with their names."""
    found: dict[date, str] = {}
    for row in between(db, clinic, start, end, is_clinics=True):
        if row.kind is ExceptionKind.AWAY and row.opens is None:
            days = (row.last_on - row.first_on).days + 1
            found |= {row.first_on + timedelta(days=more): row.name for more in range(days)}
    return found


def moments(
    row: HoursException | Days, zone: str, start: datetime, end: datetime
) -> list[Interval]:
    """Its days from one moment to another, each as a stretch of time on the clocks of `zone`."""
    day = max(row.first_on, wall_time.wall(start, zone).date())
    last = min(row.last_on, wall_time.wall(end, zone).date())
    found = []
    while day <= last:
        found.append(of_day(day, row.opens or _MIDNIGHT, row.closes or _MIDNIGHT, zone))
        day += timedelta(days=1)
    return found


def still_booked(db: Session, clinic: Clinic, rows: Sequence[HoursException]) -> list[Appointment]:
    """Open appointments from now on in the time away of these rows: nothing moved them."""
    away = [row for row in rows if row.kind is ExceptionKind.AWAY]
    if not away:
        return []
    last = max(row.last_on for row in away) + timedelta(days=1)
    end = wall_time.instant(datetime.combine(last, _MIDNIGHT), clinic.zone)
    ahead = db.scalars(
        select(Appointment)
        .options(joinedload(Appointment.patient), joinedload(Appointment.practitioner))
        .where(
            Appointment.clinic_id == clinic.id,
            Appointment.status.in_(calendars.OPEN),
            Appointment.starts_at >= clock.now(),
            Appointment.starts_at < end,
        )
        .order_by(Appointment.starts_at)
    )
    return [each for each in ahead if any(falls_in(each, row, clinic.zone) for row in away)]


def falls_in(appointment: Appointment, row: HoursException, zone: str) -> bool:
    """Whether an appointment lies in time away, its clinician's or the whole clinic's."""
    if row.kind is not ExceptionKind.AWAY:
        return False
    if row.practitioner_id is not None and row.practitioner_id != appointment.practitioner_id:
        return False
    start, end = appointment.starts_at, appointment.ends_at
    return any(
        each.opens_at < end and start < each.closes_at for each in moments(row, zone, start, end)
    )


def _same(row: HoursException, days: Days) -> bool:
    return (row.kind, row.first_on, row.last_on, row.opens, row.closes) == (
        days.kind,
        days.first_on,
        days.last_on,
        days.opens,
        days.closes,
    )


def _refuse_disorder(days: Days, today: date) -> None:
    if days.last_on < days.first_on:
        raise DaysOutOfOrder(_("The last day must not come before the first."), field="last_on")
    if days.last_on < today:
        raise DaysOutOfOrder(_("These days have passed. Choose later ones."), field="first_on")
    if days.last_on - days.first_on >= _LONGEST:
        raise DaysOutOfOrder(_("Enter a year at most."), field="last_on")
    if (days.opens is None) != (days.closes is None):
        field = "opens" if days.opens is None else "closes"
        raise DaysOutOfOrder(_("Enter both times, or leave both empty."), field=field)
    if days.opens is None and days.kind is ExceptionKind.EXTRA:
        raise DaysOutOfOrder(_("Enter from when until when."), field="opens")
    if days.opens and days.closes and _MIDNIGHT != days.closes <= days.opens:
        raise DaysOutOfOrder(_("Hours must end after they begin."), field="closes")
