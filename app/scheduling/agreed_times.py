"""What was agreed is a time on a clock. Where the law moves the clock, the moment moves.

A zone's rules come with the machine, and change while visits are booked: a summer time is put off
or given up. What was agreed as ten o'clock stays at ten o'clock.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, wall_time
from app.scheduling import calendars, moving
from app.scheduling.models import Appointment


def follow_zones(db: Session) -> int:
    """Put every appointment ahead at the moment at which clocks now show what was agreed.

    Its texts and its link go along; nobody is asked anew. Returns how many were put elsewhere.
    Repeats change nothing.
    """
    count = 0
    for appointment_id in list(_adrift(db)):
        appointment = db.get_one(Appointment, appointment_id)
        calendars.hold_appointment(db, appointment)
        moment = _agreed(appointment.wall_start, appointment.zone, appointment.starts_at)
        if moment != appointment.starts_at:
            moving.follow_zone(db, appointment, moment)
            count += 1
    return count


def _adrift(db: Session) -> Iterator[UUID]:
    ahead = select(
        Appointment.id, Appointment.wall_start, Appointment.zone, Appointment.starts_at
    ).where(
        Appointment.status.in_(calendars.OPEN),
        Appointment.starts_at > clock.now(),
        Appointment.ends_at > clock.now(),  # as all of these do: by its index
    )
    for appointment_id, agreed, zone, starts_at in db.execute(ahead):
        if _agreed(agreed, zone, starts_at) != starts_at:
            yield appointment_id


def _agreed(wall_start: str, zone: str, starts_at: datetime) -> datetime:
    """The moment itself where clocks show then what was agreed: it may be the second such hour."""
    agreed = datetime.fromisoformat(wall_start)
    if wall_time.wall(starts_at, zone) == agreed:
        return starts_at
    return wall_time.instant(agreed, zone)
