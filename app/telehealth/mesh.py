"""Those who were let into a visit see each other: every two of them connect directly.

The clinician is connected with each by the offers that wait for whoever comes; here it is seats
among themselves. Nobody who waits learns who is inside.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.telehealth import signals
from app.telehealth.models import Seat, SeatState, Side, VideoVisit, VisitGuest


def beside(db: Session, seat: Seat) -> list[dict[str, Any]]:
    """Whom a seat that was let in shares the room with, for its page.

    Of every two the one whose id comes first `begins`, so that they do not both.
    """
    if seat.state is not SeatState.ADMITTED:
        return []
    names = _names(db, seat.visit)
    return [
        {
            "seat": str(other.id),
            "page": other.page,
            "name": names[other.guest_id],
            "begins": seat.id.hex < other.id.hex,
        }
        for other in _inside(db, seat.visit_id)
        if other.id != seat.id and other.page
    ]


def names_of(db: Session, visit: VideoVisit, seats: list[Seat]) -> dict[UUID, str]:
    """How each of these seats is called, by its id."""
    if all(seat.is_patients for seat in seats):
        return {seat.id: visit.appointment.patient.given_name for seat in seats}
    names = _names(db, visit)
    return {seat.id: names[seat.guest_id] for seat in seats}


def pass_on(db: Session, sender: Seat, receiver_id: UUID | None, **signal: Any) -> bool:
    """Keep a signal from one seat to another. Left out unless both were let into this visit."""
    receiver = db.get(Seat, receiver_id) if receiver_id else None
    if receiver is None or receiver.id == sender.id or receiver.visit_id != sender.visit_id:
        return False
    if SeatState.ADMITTED is not sender.state or SeatState.ADMITTED is not receiver.state:
        return False
    return signals.keep(db, sender.visit, receiver, towards=Side.PATIENT, sender=sender, **signal)


def _inside(db: Session, visit_id: UUID) -> list[Seat]:
    admitted = (Seat.visit_id == visit_id, Seat.state == SeatState.ADMITTED)
    return list(db.scalars(select(Seat).where(*admitted).order_by(Seat.admitted_at, Seat.id)))


def _names(db: Session, visit: VideoVisit) -> dict[UUID | None, str]:
    guests = db.scalars(select(VisitGuest).where(VisitGuest.appointment_id == visit.appointment_id))
    names: dict[UUID | None, str] = {guest.id: guest.name for guest in guests}
    return names | {None: visit.appointment.patient.given_name}
