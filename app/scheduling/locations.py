"""Places where sessions are given, each with its address and its own clock."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, wall_time
from app.audit import trail
from app.db.base import Model
from app.people.models import Clinic
from app.scheduling.models import Appointment, Location


@dataclass(frozen=True)
class Place:
    """What is known of a place. `zone` is on whose clock times there are said."""

    name: str
    address: str
    directions: str
    zone: str


def add(db: Session, clinic: Clinic, place: Place, *, by: Model | None) -> Location:
    """A new place of the clinic's."""
    row = Location(
        clinic_id=clinic.id,
        name=place.name,
        address=place.address,
        directions=place.directions,
        zone=place.zone,
        made_at=clock.now(),
    )
    db.add(row)
    trail.record(db, "add-location", agent=by, entity=row)
    return row


def change(db: Session, row: Location, place: Place, *, by: Model | None) -> None:
    """Other words for a place. What was agreed on its former clock stays at its moment."""
    row.name, row.address, row.directions = place.name, place.address, place.directions
    row.zone = place.zone
    trail.record(db, "change-location", agent=by, entity=row)


def close(db: Session, row: Location, *, by: Model | None) -> None:
    """Nothing new is booked there. What is booked stays. Twice changes nothing."""
    if row.closed_at is None:
        row.closed_at = clock.now()
        trail.record(db, "close-location", agent=by, entity=row)


def reopen(db: Session, row: Location, *, by: Model | None) -> None:
    """It can be booked again. Twice changes nothing."""
    if row.closed_at is not None:
        row.closed_at = None
        trail.record(db, "reopen-location", agent=by, entity=row)


def give(db: Session, appointment: Appointment, row: Location) -> None:
    """It takes place there: its moment stays, its time is the one on the clock of the place."""
    appointment.location_id, appointment.zone = row.id, row.zone
    appointment.wall_start = wall_time.written(appointment.starts_at, row.zone)
    db.flush()  # the row reads its place anew
    db.expire(appointment, ["location"])


def of_clinic(db: Session, clinic: Clinic, *, also_closed: bool = False) -> list[Location]:
    """The clinic's places in the order in which they were entered; the first is the usual one."""
    asked = select(Location).where(Location.clinic_id == clinic.id)
    if not also_closed:
        asked = asked.where(Location.closed_at.is_(None))
    return list(db.scalars(asked.order_by(Location.made_at, Location.id)))


def where(db: Session, appointment: Appointment) -> Location | None:
    """Where an appointment takes place: the place it was booked at, else the clinic's usual one."""
    if appointment.location is not None:
        return appointment.location
    return next(iter(of_clinic(db, appointment.clinic)), None)
