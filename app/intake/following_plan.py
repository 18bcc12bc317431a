"""A session's plan has changed: what was not asked yet before it follows, what was asked stays."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db.base import Model
from app.intake import packet_texts, packets, taking_along, wordings
from app.intake.models import IntakePacket, PacketCode
from app.messaging.models import Message, MessageStatus
from app.plans import kept
from app.plans.steps import StepKind
from app.scheduling.models import Appointment

_NEVER_LEFT = (MessageStatus.QUEUED, MessageStatus.CANCELLED)


def follow(
    db: Session, infusion: Appointment, kinds: Collection[StepKind], *, by: Model | None
) -> None:
    """Ask what is asked before an infusion as its plan has it now. `kinds`: what changed in it."""
    if infusion.starts_at <= clock.now():
        return
    for packet in packets.packets_of(db, infusion):
        if packet.done_at is not None:
            continue
        if packet.code is PacketCode.INTAKE and StepKind.INTAKE in kinds:
            _follow_forms(db, packet, infusion, by=by)
        elif packet.code in packets.CHECKS and not _was_asked(db, packet):
            _follow_check(db, packet, infusion, anew=StepKind.SCALES_BEFORE in kinds, by=by)
    db.flush()  # what was pulled back is not "asked already"
    if StepKind.INTAKE in kinds:
        packets.assign(db, infusion, by=by)
    packets.assign_checks(db, infusion, besides=_asked_with_forms(db, infusion), by=by)


def _follow_forms(
    db: Session, packet: IntakePacket, infusion: Appointment, *, by: Model | None
) -> None:
    if kept.plan_of(db, infusion).intake.is_on:
        taking_along.give_time(db, packet, infusion)
    elif _was_asked(db, packet):
        packet_texts.plan(db, packet)  # nobody is reminded any more
    else:
        taking_along.cancel(db, packet, by=by)


def _follow_check(
    db: Session, packet: IntakePacket, infusion: Appointment, *, anew: bool, by: Model | None
) -> None:
    span = packets.span_of(db, infusion, packet.code)
    if span is None or anew:
        taking_along.cancel(db, packet, by=by)
    else:
        taking_along.move(db, packet, span)


def _was_asked(db: Session, packet: IntakePacket) -> bool:
    """Whether the patient knows of it: by a text, or because they found it on their page."""
    if packet.opened_at is not None:
        return True
    texts = db.scalars(select(Message.status).where(Message.link_id == packet.link_id)).all()
    if any(status not in _NEVER_LEFT for status in texts):
        return True
    return packet.opens_at <= clock.now() and MessageStatus.QUEUED not in texts


def _asked_with_forms(db: Session, infusion: Appointment) -> list[PacketCode]:
    """Checks that came along with the forms, in one text."""
    forms = [each for each in packets.packets_of(db, infusion) if each.code is PacketCode.INTAKE]
    asked = {task.questionnaire_id for packet in forms for task in packets.tasks_of(db, packet)}
    return [code for code in packets.CHECKS if wordings.form_for(db, infusion, code).id in asked]
