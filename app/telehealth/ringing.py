"""Rings staff by text when somebody waits: the visit's clinician first, then a coordinator."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, i18n
from app.messaging import outbox, texts
from app.messaging.models import Purpose
from app.people.models import Practitioner, Role
from app.telehealth import calling_back
from app.telehealth.models import Seat, SeatState, VideoVisit
from app.telehealth.silence import is_silent

RING_AFTER = timedelta(seconds=45)
WORTH_READING_FOR = timedelta(minutes=30)
_IS_OPEN = (VideoVisit.ended_at.is_(None), VideoVisit.coordinator_rung_at.is_(None))
# Each of the two by its own index: rooms that nobody ever entered stay open for good.
_SEATED = (
    select(VideoVisit.id, VideoVisit.clinician_rung_at, Seat.claimed_at, Seat.seen_at)
    .join(Seat, Seat.visit_id == VideoVisit.id)
    .where(
        *_IS_OPEN,
        Seat.state == SeatState.CLAIMED,
        Seat.guest_id.is_(None),
        Seat.gone_at.is_(None),
        Seat.claimed_at.is_not(None),
    )
)
_ASKING = select(VideoVisit.id, VideoVisit.clinician_rung_at, VideoVisit.phone_asked_at).where(
    *_IS_OPEN, VideoVisit.phone_asked_at.is_not(None), calling_back.is_open()
)


def ring(db: Session) -> None:
    """Text staff about visits in which somebody has been waiting, or has asked to be phoned.

    The clinician first, 45 s later a coordinator; each once a visit.
    """
    for waits in _waiting(db):
        if clock.now() >= waits.since + RING_AFTER:
            _ring_for(db, db.get_one(VideoVisit, waits.visit_id), waits.since)


def next_due(db: Session) -> datetime | None:
    """When the next person of staff has to be rung, as far as is known now."""
    moments = (waits.since + (2 if waits.was_rung else 1) * RING_AFTER for waits in _waiting(db))
    return min(moments, default=None)


@dataclass(frozen=True)
class _Waits:
    visit_id: UUID
    since: datetime
    was_rung: bool


def _waiting(db: Session) -> list[_Waits]:
    """Where nobody has come yet, and since when. At ten o'clock they are many: two questions.

    Who asked for a call has waited long enough.
    """
    found: dict[UUID, _Waits] = {}
    for waits in (*_seated(db), *_asking(db)):
        known = found.get(waits.visit_id)
        if known is None or waits.since < known.since:
            found[waits.visit_id] = waits
    return list(found.values())


def _seated(db: Session) -> list[_Waits]:
    return [
        _Waits(visit_id, claimed_at, rung_at is not None)
        for visit_id, rung_at, claimed_at, seen_at in db.execute(_SEATED)
        if claimed_at is not None and not is_silent(seen_at)
    ]


def _asking(db: Session) -> list[_Waits]:
    return [
        _Waits(visit_id, asked_at - RING_AFTER, rung_at is not None)
        for visit_id, rung_at, asked_at in db.execute(_ASKING)
        if asked_at is not None
    ]


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
