"""Intake before arrival: all that was asked is done on the phone before the planned start.

Only of what was texted a day ahead at least. What was finished at the desk is done, and no hit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.intake.models import IntakePacket, IntakeTask, PacketCode
from app.messaging.models import Message, MessageStatus, Purpose
from app.metrics.cohort import Cohort, Infusion
from app.metrics.figures import Metric, Row, State, state_of

SLUG = "intake"
AHEAD = timedelta(hours=24)
NOTHING_ASKED = "nothing-asked"
NOT_TEXTED = "not-texted"
TEXTED_LATE = "texted-late"
AT_DESK = "at-the-desk"
DONE_LATE = "done-late"
NOT_DONE = "started-not-done"
NOT_STARTED = "opened-not-started"
NOT_OPENED = "not-opened"
UNDELIVERED = "text-undelivered"
STEPS = ("sent", "delivered", "opened", "started", "done")
_LEFT = (MessageStatus.ACCEPTED, MessageStatus.SENT, MessageStatus.DELIVERED)


@dataclass(frozen=True)
class _Asked:
    sent_at: datetime | None
    delivered_at: datetime | None
    opened_at: datetime | None
    started_at: datetime | None
    done_at: datetime | None


def measure(db: Session, cohort: Cohort) -> Metric:
    """One row an infusion."""
    asked = _load(db, cohort)
    rows = [_row(cohort, each, asked.get(each.id)) for each in cohort]
    return Metric(SLUG, cohort.period.months, rows)


def funnel(rows: Sequence[Row]) -> list[tuple[str, int]]:
    """How many of those that count came to each step."""
    return [(step, sum(row.facts[f"{step}_at"] is not None for row in rows)) for step in STEPS]


def _row(cohort: Cohort, infusion: Infusion, asked: _Asked | None) -> Row:
    state, why = state_of(infusion, cohort.now, _why_not(infusion, asked))
    stopped = _stopped(infusion, asked) if asked else ""
    is_hit = state is State.COUNTED and not stopped
    return Row(
        infusion,
        infusion.id,
        state,
        is_hit,
        why or ("" if state is State.OPEN else stopped),
        (),
        {
            "asked": "yes" if asked else "no",
            "planned_start_at": infusion.starts_at,
            **{f"{step}_at": getattr(asked, f"{step}_at", None) for step in STEPS},
        },
    )


def _why_not(infusion: Infusion, asked: _Asked | None) -> str:
    if asked is None:
        return NOTHING_ASKED
    if asked.sent_at is None:
        return NOT_TEXTED
    return TEXTED_LATE if asked.sent_at > infusion.starts_at - AHEAD else ""


def _stopped(infusion: Infusion, asked: _Asked) -> str:
    if asked.done_at is not None:
        if asked.opened_at is None:
            return AT_DESK
        return "" if asked.done_at < infusion.starts_at else DONE_LATE
    if asked.started_at is not None:
        return NOT_DONE
    if asked.opened_at is not None:
        return NOT_STARTED
    return NOT_OPENED if asked.delivered_at is not None else UNDELIVERED


def _load(db: Session, cohort: Cohort) -> Mapping[UUID, _Asked]:
    """What was asked before each infusion: the latest packet that stands."""
    texts = _texts(db, cohort)
    started = (
        select(IntakeTask.packet_id, func.min(IntakeTask.started_at).label("started_at"))
        .join(IntakePacket, IntakePacket.id == IntakeTask.packet_id)
        .where(IntakePacket.appointment_id.in_(cohort.ids))
        .group_by(IntakeTask.packet_id)
        .subquery()
    )
    rows = db.execute(
        select(
            IntakePacket.appointment_id,
            IntakePacket.link_id,
            IntakePacket.opened_at,
            started.c.started_at,
            IntakePacket.done_at,
        )
        .outerjoin(started, started.c.packet_id == IntakePacket.id)
        .where(
            IntakePacket.appointment_id.in_(cohort.ids),
            IntakePacket.code == PacketCode.INTAKE,
            IntakePacket.cancelled_at.is_(None),
        )
        .order_by(IntakePacket.id)
    )
    return {
        appointment_id: _Asked(*texts.get(link_id, (None, None)), opened_at, started_at, done_at)
        for appointment_id, link_id, opened_at, started_at, done_at in rows
    }


def _texts(
    db: Session, cohort: Cohort
) -> dict[UUID | None, tuple[datetime | None, datetime | None]]:
    """When the first text of each link left and when it arrived."""
    rows = db.execute(
        select(Message.link_id, Message.status, Message.sent_at, Message.status_at)
        .where(
            Message.appointment_id.in_(cohort.ids),
            Message.link_id.is_not(None),
            Message.purpose.in_((Purpose.INTAKE, Purpose.REMINDER)),
        )
        .order_by(Message.due_at, Message.id)
    )
    found: dict[UUID | None, tuple[datetime | None, datetime | None]] = {}
    for link_id, status, sent_at, status_at in rows:
        sent, delivered = found.get(link_id, (None, None))
        if status in _LEFT or sent_at is not None:
            sent = sent or sent_at or status_at
        if status is MessageStatus.DELIVERED:
            delivered = delivered or status_at or sent_at
        found[link_id] = (sent, delivered)
    return found
