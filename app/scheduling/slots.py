"""Free times for a visit: staffed, on the half hour, and not taken."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app import wall_time
from app.people.models import Clinic, Practitioner
from app.scheduling import availability, calendars
from app.scheduling.intervals import Interval

GRID = timedelta(minutes=30)


@dataclass(frozen=True)
class Slot:
    """A time that a clinician could give."""

    starts_at: datetime
    ends_at: datetime
    practitioner: Practitioner

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether the two share any time."""
        return self.starts_at < ends_at and starts_at < self.ends_at


def free_slots(
    db: Session,
    practitioner: Practitioner | None,
    clinic: Clinic,
    start: datetime,
    end: datetime,
    length: timedelta,
    *,
    ignoring: UUID | None = None,
) -> list[Slot]:
    """Times of `length` that begin from `start` until before `end`, earliest first.

    Of one clinician, or of all of the clinic without one. The appointment `ignoring` is thought
    away: it is the one to be moved.
    """
    people = [practitioner] if practitioner else calendars.clinicians(db, clinic.id)
    ids = [each.id for each in people]
    hours = availability.staffed(db, clinic, people, start, end + length)
    taken = calendars.taken_times(db, ids, start, end + length, ignoring=ignoring)
    found = [
        slot
        for each in people
        for slot in _within(hours[each.id], clinic.zone, length, each)
        if start <= slot.starts_at < end
        and not any(slot.overlaps(*visit) for visit in taken[each.id])
    ]
    return sorted(found, key=lambda slot: (slot.starts_at, slot.practitioner.id))


def grid(interval: Interval, zone: str) -> Iterator[datetime]:
    """The full and half hours on the clocks of `zone` within an interval."""
    shown = wall_time.wall(interval.opens_at, zone)
    shown = shown.replace(minute=shown.minute // 30 * 30, second=0, microsecond=0)
    last = wall_time.wall(interval.closes_at, zone) + timedelta(hours=1)  # clocks may go back
    while shown <= last:
        moment = wall_time.instant(shown, zone)
        # A time that the clocks skip falls together with a later one.
        if wall_time.wall(moment, zone) == shown and _in(interval, moment):
            yield moment
        shown += GRID


def _in(interval: Interval, moment: datetime) -> bool:
    return interval.opens_at <= moment < interval.closes_at


def _within(
    hours: Sequence[Interval], zone: str, length: timedelta, practitioner: Practitioner
) -> Iterator[Slot]:
    for interval in hours:
        for starts_at in grid(interval, zone):
            if interval.holds(starts_at, starts_at + length):
                yield Slot(starts_at, starts_at + length, practitioner)
