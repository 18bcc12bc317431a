"""Who else takes part in a visit, as its page shows it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.scheduling.models import Appointment
from app.telehealth import guests
from app.telehealth.models import VisitGuest


@dataclass(frozen=True)
class Guests:
    """Who is invited, and whether anybody else can be."""

    there: list[VisitGuest]

    @property
    def has_room(self) -> bool:
        return len(self.there) < guests.MOST


def guests_of(db: Session, appointment: Appointment) -> Guests | None:
    """None where nobody can take part: a session, or a visit that is over."""
    if not appointment.service.is_visit or not guests.is_open(appointment):
        return None
    return Guests(guests.of(db, appointment))
