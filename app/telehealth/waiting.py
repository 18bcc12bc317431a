"""Who sits in a visit's waiting room right now, for the whole clinic."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.scheduling.models import Appointment
from app.telehealth.models import Seat, SeatState, VideoVisit
from app.telehealth.silence import is_reconnecting, is_silent

# A page that has been silent for longer has been closed, not lost.
_FORGOTTEN_AFTER = timedelta(minutes=10)


_Seat = Row[UUID, datetime | None, SeatState, datetime | None, datetime | None, datetime | None]


@dataclass(frozen=True)
class Waiting:
    """A patient who waits to be let in."""

    appointment: Appointment
    since: datetime
    is_reconnecting: bool
    host_is_here: bool  # somebody of staff has the room open


def at_clinic(db: Session, clinic_id: UUID) -> list[Waiting]:
    """Everybody who waits and has not been let in on any device, the longest first."""
    waiting = _waiting(db, clinic_id)
    if not waiting:
        return []
    rows = db.scalars(
        select(Appointment)
        .where(Appointment.id.in_(list(waiting)))
        .options(joinedload(Appointment.patient), joinedload(Appointment.practitioner))
    )
    appointments = {row.id: row for row in rows}
    return [
        Waiting(
            appointment=appointments[appointment_id],
            since=seats[0].claimed_at,
            is_reconnecting=all(_is_reconnecting(seat) for seat in seats),
            host_is_here=not is_silent(seats[0].host_seen_at),
        )
        for appointment_id, seats in waiting.items()
    ]


def in_rooms(db: Session, clinic_id: UUID) -> set[UUID]:
    """The appointments of the same, for whoever has read them already."""
    return set(_waiting(db, clinic_id))


def _waiting(db: Session, clinic_id: UUID) -> dict[UUID, list[_Seat]]:
    """The seats in which somebody waits, by appointment, in the order in which they came."""
    seats = db.execute(
        select(
            VideoVisit.appointment_id,
            VideoVisit.host_seen_at,
            Seat.state,
            Seat.claimed_at,
            Seat.seen_at,
            Seat.gone_at,
        )
        .join(VideoVisit, VideoVisit.id == Seat.visit_id)
        .where(
            VideoVisit.clinic_id == clinic_id,
            VideoVisit.ended_at.is_(None),
            Seat.guest_id.is_(None),
            Seat.state.in_((SeatState.CLAIMED, SeatState.ADMITTED)),
        )
        .order_by(Seat.claimed_at)
    ).all()
    let_in = {seat.appointment_id for seat in seats if seat.state is SeatState.ADMITTED}
    found: dict[UUID, list[_Seat]] = {}
    for seat in seats:
        if seat.appointment_id not in let_in and _is_remembered(seat):
            found.setdefault(seat.appointment_id, []).append(seat)
    return found


def _is_reconnecting(seat: _Seat) -> bool:
    return is_reconnecting(seat.seen_at, seat.gone_at)


def _is_remembered(seat: _Seat) -> bool:
    last = seat.gone_at or seat.seen_at
    return last is not None and clock.machine_now() - last < _FORGOTTEN_AFTER
