"""Rings staff by text when somebody waits: the visit's clinician first, then a coordinator."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from app import clock, i18n
from app.messaging import outbox, texts
from app.messaging.models import Purpose
from app.people.models import Practitioner, Role
from app.telehealth import calling_back
from app.telehealth.models import Seat, SeatState, VideoVisit

RING_AFTER = timedelta(seconds=45)
WORTH_READING_FOR = timedelta(minutes=30)


def ring(db: Session) -> None:
    """Text staff about visits in which somebody has been waiting, or has asked to be phoned.

    The clinician first, 45 s later a coordinator; each once a visit.
    """
    for visit in _unanswered(db):
        since = _waiting_since(db, visit)
        if since is not None and clock.now() >= since + RING_AFTER:
            _ring_for(db, visit, since)


def next_due(db: Session) -> datetime | None:
    """When the next person of staff has to be rung, as far as is known now."""
    moments = []
    for visit in _unanswered(db):
        since = _waiting_since(db, visit)
        if since is not None:
            moments.append(since + (2 if visit.clinician_rung_at else 1) * RING_AFTER)
    return min(moments, default=None)


def _unanswered(db: Session) -> Sequence[VideoVisit]:
    is_open = (VideoVisit.ended_at.is_(None), VideoVisit.coordinator_rung_at.is_(None))
    waiting = select(Seat.visit_id).where(Seat.state == SeatState.CLAIMED, Seat.guest_id.is_(None))
    asking = select(VideoVisit.id).where(*is_open, VideoVisit.phone_asked_at.is_not(None))
    # Each of the two by its own index: rooms that nobody ever entered stay open for good.
    return db.scalars(
        select(VideoVisit).where(*is_open, VideoVisit.id.in_(union(waiting, asking)))
    ).all()


def _waiting_since(db: Session, visit: VideoVisit) -> datetime | None:
    """Since when somebody counts as waiting. Who asked for a call has waited long enough."""
    seats = db.scalars(
        select(Seat).where(
            Seat.visit_id == visit.id, Seat.state == SeatState.CLAIMED, Seat.guest_id.is_(None)
        )
    )
    moments = [seat.claimed_at for seat in seats if seat.is_present and seat.claimed_at]
    if visit.phone_asked_at is not None and calling_back.is_open(db, visit):
        moments.append(visit.phone_asked_at - RING_AFTER)
    return min(moments, default=None)


def _ring_for(db: Session, visit: VideoVisit, since: datetime) -> None:
    clinician = visit.appointment.practitioner
    if visit.clinician_rung_at is None:
        visit.clinician_rung_at = clock.now()
        if clinician is not None:
            _text(db, visit, clinician)
    if clock.now() >= since + 2 * RING_AFTER:
        visit.coordinator_rung_at = clock.now()
        coordinator = _coordinator(db, visit)
        if coordinator is not None:
            _text(db, visit, coordinator)


def _coordinator(db: Session, visit: VideoVisit) -> Practitioner | None:
    return db.scalar(
        select(Practitioner)
        .where(
            Practitioner.clinic_id == visit.clinic_id,
            Practitioner.role == Role.COORDINATOR,
            Practitioner.disabled_at.is_(None),
        )
        .order_by(Practitioner.on_call_rank.is_(None), Practitioner.on_call_rank)
        .limit(1)
    )


def _text(db: Session, visit: VideoVisit, practitioner: Practitioner) -> None:
    clinic = visit.appointment.clinic
    with i18n.using(clinic.language):
        wants_call = visit.phone_asked_at is not None
        body = texts.staff_call(clinic) if wants_call else texts.staff_waiting(clinic)
    outbox.enqueue(
        db,
        Purpose.STAFF,
        body,
        practitioner=practitioner,
        due_at=clock.now(),
        expires_at=clock.now() + WORTH_READING_FOR,
        once_key=f"ring:{visit.id}:{visit.appointment.starts_at:%Y%m%dT%H%M}:{practitioner.id}",
    )
