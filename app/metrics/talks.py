"""The visits that follow the infusions of a cohort, with what is known of each: four questions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.messaging.models import Message, MessageStatus, Purpose
from app.metrics.cohort import Cohort
from app.scheduling.models import Appointment, AppointmentStatus
from app.telehealth.models import (
    Ease,
    ProviderName,
    Seat,
    VideoVisit,
    VisitEase,
    VisitOutcome,
    VisitResult,
    VisitTiming,
    WhyNotHeld,
)
from app.telehealth.timings import STEPS

LOST = (MessageStatus.UNDELIVERED, MessageStatus.FAILED)


@dataclass(frozen=True)
class Sat:
    """A patient's device in a visit, with what its page measured."""

    opened_at: datetime
    claimed_at: datetime | None
    admitted_at: datetime | None
    device: str
    pages: int
    fault: str
    steps: Mapping[str, int | None]

    @property
    def there_at(self) -> datetime:
        """When it was let in, else when somebody showed to be there, else when it was opened."""
        return self.admitted_at or self.claimed_at or self.opened_at


@dataclass(frozen=True)
class Talk:
    """One visit as it was planned and as it went."""

    id: UUID
    infusion_id: UUID
    status: AppointmentStatus
    starts_at: datetime
    asked_at: datetime | None  # for another time, and picked none yet
    provider: ProviderName | None
    host_came: bool
    started_at: datetime | None  # both sides connected
    seconds: int  # so long
    held: bool | None  # in a room elsewhere
    result: VisitResult | None
    reason: WhyNotHeld | None
    began_at: datetime | None  # by phone
    ease: Ease | None
    seats: tuple[Sat, ...] = ()
    text_lost: bool = False

    @property
    def stands(self) -> bool:
        """Whether it was not called off."""
        return self.status is not AppointmentStatus.CANCELLED

    @property
    def opened_at(self) -> datetime | None:
        """When its page was first looked at."""
        return min((seat.opened_at for seat in self.seats), default=None)

    @property
    def sat(self) -> Sat | None:
        """The device that counts: the one let in first, else the first on which somebody was."""
        there = [seat for seat in self.seats if seat.claimed_at is not None]
        let_in = [seat for seat in there if seat.admitted_at is not None]
        return min(let_in or there, key=lambda seat: seat.there_at, default=None)

    @property
    def fault(self) -> str:
        """What kept a page from going on: a refused camera before anything else."""
        faults = [seat.fault for seat in self.seats if seat.fault]
        return "denied" if "denied" in faults else (faults[0] if faults else "")


def load(db: Session, cohort: Cohort) -> dict[UUID, list[Talk]]:
    """The talks after each infusion: those called off first, then in the order of their making."""
    ids = select(Appointment.id).where(Appointment.follows_id.in_(cohort.ids))
    seats, lost = _seats(db, ids), _lost(db, ids)
    found: dict[UUID, list[Talk]] = {}
    for talk in _talks(db, cohort):
        whole = replace(talk, seats=tuple(seats.get(talk.id, ())), text_lost=talk.id in lost)
        found.setdefault(talk.infusion_id, []).append(whole)
    for talks in found.values():
        talks.sort(key=lambda talk: (talk.stands, talk.id))
    return found


def _talks(db: Session, cohort: Cohort) -> Iterable[Talk]:
    rows = db.execute(
        select(*_TALK)
        .outerjoin(VideoVisit, VideoVisit.appointment_id == Appointment.id)
        .outerjoin(VisitOutcome, VisitOutcome.appointment_id == Appointment.id)
        .outerjoin(VisitEase, VisitEase.appointment_id == Appointment.id)
        .where(Appointment.follows_id.in_(cohort.ids))
    )
    return [_talk(row, cohort.now) for row in rows]


def _talk(row: Any, now: datetime) -> Talk:
    running = min(now, row.ends_at) - row.together_at if row.together_at else timedelta()
    return Talk(
        id=row.id,
        infusion_id=row.follows_id,
        status=row.status,
        starts_at=row.starts_at,
        asked_at=row.asked_at,
        provider=row.provider,
        host_came=row.host_id is not None,
        started_at=row.started_at,
        seconds=(row.together_seconds or 0) + max(0, running // _SECOND),
        held=row.held,
        result=row.result,
        reason=row.reason,
        began_at=row.began_at,
        ease=row.said,
    )


_SECOND = timedelta(seconds=1)
_TALK = (
    Appointment.id,
    Appointment.follows_id,
    Appointment.status,
    Appointment.starts_at,
    Appointment.ends_at,
    Appointment.asked_at,
    VideoVisit.provider,
    VideoVisit.host_id,
    VideoVisit.started_at,
    VideoVisit.together_seconds,
    VideoVisit.together_at,
    VideoVisit.held,
    VisitOutcome.result,
    VisitOutcome.reason,
    VisitOutcome.began_at,
    VisitEase.said,
)


def _seats(db: Session, visit_ids: Select[UUID]) -> dict[UUID, list[Sat]]:
    rows = db.execute(
        select(VideoVisit.appointment_id, *_SEAT)
        .join(VideoVisit, VideoVisit.id == Seat.visit_id)
        .outerjoin(VisitTiming, VisitTiming.seat_id == Seat.id)
        .where(VideoVisit.appointment_id.in_(visit_ids), Seat.guest_id.is_(None))
        .order_by(Seat.id)
    )
    found: dict[UUID, list[Sat]] = {}
    for visit_id, opened_at, claimed_at, admitted_at, device, pages, fault, *steps in rows:
        measured = dict(zip(STEPS, steps, strict=True))
        sat = Sat(opened_at, claimed_at, admitted_at, device, pages or 0, fault or "", measured)
        found.setdefault(visit_id, []).append(sat)
    return found


_SEAT = (
    Seat.opened_at,
    Seat.claimed_at,
    Seat.admitted_at,
    Seat.device,
    VisitTiming.pages,
    VisitTiming.fault,
    *(getattr(VisitTiming, f"{step}_ms") for step in STEPS),
)


def _lost(db: Session, visit_ids: Select[UUID]) -> set[UUID]:
    """Those of which the last text with the link did not arrive."""
    rows = db.execute(
        select(Message.appointment_id, Message.status)
        .where(
            Message.appointment_id.in_(visit_ids),
            Message.purpose == Purpose.JOIN,
            Message.status.not_in((MessageStatus.CANCELLED, MessageStatus.QUEUED)),
        )
        .order_by(Message.due_at, Message.id)
    )
    last = {visit_id: status for visit_id, status in rows if visit_id is not None}
    return {visit_id for visit_id, status in last.items() if status in LOST}
