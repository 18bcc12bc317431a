"""All that hangs on sessions and is still to come: their visits, texts, forms and prompts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.i18n import gettext as _
from app.intake.models import IntakePacket, PacketCode
from app.journal.models import JournalPrompt, Moment
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Patient
from app.plans.steps import StepKind
from app.scheduling.models import Appointment

_TEXTS = {
    Purpose.INTAKE: (StepKind.INTAKE, "text"),
    Purpose.REMINDER: (StepKind.INTAKE, "reminder"),
    Purpose.CONFIRM: (StepKind.CONFIRM, "text"),
    Purpose.JOIN: (StepKind.JOIN, "text"),
    Purpose.NUDGE: (StepKind.NUDGE, "text"),
    Purpose.NOTICE: (StepKind.VISIT, "text"),
    Purpose.EVENING: (StepKind.EVENING, "text"),
    Purpose.MORNING: (StepKind.MORNING, "text"),
    Purpose.WEEK: (StepKind.WEEK, "text"),
    Purpose.ESCORT: (StepKind.ESCORT, "text"),
}
_PACKETS = {
    PacketCode.INTAKE: StepKind.INTAKE,
    PacketCode.READINESS_EVE: StepKind.READINESS_EVE,
    PacketCode.READINESS_MORNING: StepKind.READINESS_MORNING,
}
_PROMPTS = {
    Moment.EVENING: StepKind.EVENING,
    Moment.MORNING: StepKind.MORNING,
    Moment.WEEK: StepKind.WEEK,
    Moment.GOALS: StepKind.GOALS,
}


@dataclass(frozen=True)
class Thing:
    """One thing to come. `part`: which of those that a step brings with it."""

    session: Appointment
    kind: StepKind
    part: str
    at: datetime


@dataclass(frozen=True)
class Change:
    """Something that moves from `before` to `after`; None: it is not there."""

    appointment: Appointment  # the session, or a visit that follows none
    patient: Patient
    kind: StepKind
    before: datetime | None
    after: datetime | None
    what: str


Things = Mapping[tuple[UUID, StepKind, str], Thing]


def of(db: Session, sessions: Sequence[Appointment]) -> Things:
    """What is still to come of these sessions, or of visits that follow none."""
    db.flush()  # what was just planned counts
    roots = {row.id: row for row in sessions}
    visits = _visits(db, roots)
    owners = roots | {row.id: roots[row.follows_id] for row in visits if row.follows_id}
    found = [
        *(Thing(owners[row.id], StepKind.VISIT, "visit", row.starts_at) for row in visits),
        *_texts(db, owners),
        *_packets(db, roots),
        *_prompts(db, roots),
    ]
    return {(each.session.id, each.kind, each.part): each for each in found}


def changes(before: Things, after: Things) -> list[Change]:
    """What is there afterwards at another time, no more, or for the first time."""
    moved = [
        (before.get(key), after.get(key))
        for key in [*before, *(key for key in after if key not in before)]
    ]
    return sorted(
        (_change(*pair) for pair in moved if _at(pair[0]) != _at(pair[1])),
        key=lambda each: (each.after or each.before or clock.now(), str(each.appointment.id)),
    )


def _at(thing: Thing | None) -> datetime | None:
    return thing.at if thing is not None else None


def _change(before: Thing | None, after: Thing | None) -> Change:
    thing = after or before
    assert thing is not None, "one of both is there"
    return Change(
        thing.session, thing.session.patient, thing.kind, _at(before), _at(after), _said(thing)
    )


def _said(thing: Thing) -> str:
    return {
        "visit": _("Visit"),
        "text": _("Text"),
        "reminder": _("Reminder"),
        "due": _("Due"),
        "check": _("Short check"),
    }.get(thing.part, _("On the page"))


def _visits(db: Session, roots: Mapping[UUID, Appointment]) -> list[Appointment]:
    """Visits ahead: those after the sessions, and those among the roots themselves."""
    after = db.scalars(
        select(Appointment).where(Appointment.follows_id.in_(roots), Appointment.starts_at > _now())
    )
    alone = (row for row in roots.values() if row.service.is_visit)
    return [row for row in (*after, *alone) if row.status.is_open and row.starts_at > _now()]


def _texts(db: Session, owners: Mapping[UUID, Appointment]) -> Iterable[Thing]:
    rows = db.execute(
        select(Message.appointment_id, Message.purpose, Message.due_at, IntakePacket.code)
        .outerjoin(IntakePacket, IntakePacket.link_id == Message.link_id)
        .where(
            Message.appointment_id.in_(owners),
            Message.status == MessageStatus.QUEUED,
            Message.purpose.in_((*_TEXTS, Purpose.READINESS)),
        )
        .order_by(Message.due_at.desc())
    )
    for appointment_id, purpose, due_at, code in rows:
        assert appointment_id is not None, "asked for by it"
        kind, part = _TEXTS.get(purpose) or (_PACKETS.get(code, StepKind.READINESS_EVE), "text")
        yield Thing(owners[appointment_id], kind, part, due_at)


def _packets(db: Session, roots: Mapping[UUID, Appointment]) -> Iterable[Thing]:
    rows = db.scalars(
        select(IntakePacket).where(
            IntakePacket.appointment_id.in_(roots),
            IntakePacket.code.in_(_PACKETS),
            IntakePacket.cancelled_at.is_(None),
            IntakePacket.done_at.is_(None),
            IntakePacket.closes_at > _now(),
        )
    )
    for row in rows:
        session, kind = roots[row.appointment_id or row.id], _PACKETS[row.code]
        if row.opens_at > _now():
            yield Thing(session, kind, "opens", row.opens_at)
        yield Thing(session, kind, "due", row.due_at)


def _prompts(db: Session, roots: Mapping[UUID, Appointment]) -> Iterable[Thing]:
    rows = db.scalars(
        select(JournalPrompt)
        .options(joinedload(JournalPrompt.packet))
        .where(
            JournalPrompt.appointment_id.in_(roots),
            JournalPrompt.cancelled_at.is_(None),
            JournalPrompt.closes_at > _now(),
        )
    )
    for row in rows:
        session, kind = roots[row.appointment_id], _PROMPTS.get(row.moment)
        if kind is not None and row.opens_at > _now():
            yield Thing(session, kind, "page", row.opens_at)
        packet = row.packet
        if packet is not None and packet.cancelled_at is None and packet.opens_at > _now():
            yield Thing(session, StepKind.CHECKS, f"check-{row.moment}", packet.opens_at)


def _now() -> datetime:
    return clock.now()
