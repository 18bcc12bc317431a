"""Who sits in a visit's waiting room right now, for the whole clinic."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app import clock
from app.scheduling.models import Appointment
from app.telehealth.models import Seat, SeatState, VideoVisit

# A page that has been silent for longer has been closed, not lost.
_FORGOTTEN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Waiting:
    """A patient who waits to be let in."""

    appointment: Appointment
    since: datetime
    is_reconnecting: bool
    host_is_here: bool  # somebody of staff has the room open


def at_clinic(db: Session, clinic_id: UUID) -> list[Waiting]:
    """Everybody who waits and has not been let in on any device, the longest first."""
    seats = db.scalars(
        select(Seat)
        .join(Seat.visit)
        .join(VideoVisit.appointment)
        .options(
            contains_eager(Seat.visit)
            .contains_eager(VideoVisit.appointment)
            .options(joinedload(Appointment.patient), joinedload(Appointment.practitioner))
        )
        .where(
            VideoVisit.clinic_id == clinic_id,
            VideoVisit.ended_at.is_(None),
            Seat.guest_id.is_(None),
            Seat.state.in_((SeatState.CLAIMED, SeatState.ADMITTED)),
        )
        .order_by(Seat.claimed_at)
    ).all()
    let_in = {seat.visit_id for seat in seats if seat.state is SeatState.ADMITTED}
    by_visit: dict[UUID, list[Seat]] = {}
    for seat in seats:
        if seat.visit_id not in let_in and _is_remembered(seat):
            by_visit.setdefault(seat.visit_id, []).append(seat)
    return [_waiting(found) for found in by_visit.values()]


def _waiting(seats: list[Seat]) -> Waiting:
    first = seats[0]
    assert first.claimed_at is not None, "a claimed seat knows since when"
    return Waiting(
        appointment=first.visit.appointment,
        since=first.claimed_at,
        is_reconnecting=all(seat.is_reconnecting for seat in seats),
        host_is_here=first.visit.host_is_here,
    )


def _is_remembered(seat: Seat) -> bool:
    last = seat.gone_at or seat.seen_at
    return last is not None and clock.machine_now() - last < _FORGOTTEN_AFTER
