"""How far patients come with what they were asked, and at which question they stop.

Counts of forms and questions, never what was answered.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.intake.models import IntakePacket, IntakeTask, PacketCode, TaskKind, TaskState
from app.messaging import caps
from app.messaging.models import Message, MessageStatus
from app.questionnaires.models import Questionnaire, QuestionnaireResponse

FEW = 10  # below this a share says more than it knows
_LOOKED_BACK = timedelta(days=180)
_LEFT = (MessageStatus.ACCEPTED, MessageStatus.SENT, MessageStatus.DELIVERED)


@dataclass(frozen=True)
class Moments:
    """When a packet was sent, arrived, was opened, begun and done; None: not yet. With its text."""

    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    opened_at: datetime | None = None
    started_at: datetime | None = None
    done_at: datetime | None = None
    text: Message | None = None  # the latest that left, or that the cap held back


@dataclass(frozen=True)
class Counted:
    """How many packets came how far. `at_desk`: finished at the clinic, never opened by them."""

    asked: int
    sent: int
    delivered: int
    opened: int
    started: int
    done: int
    at_desk: int
    before_arrival: int

    @property
    def may_say_shares(self) -> bool:
        """Whether there are enough for a share to mean something."""
        return self.asked >= FEW


@dataclass(frozen=True)
class Stop:
    """A question at which people stand who have not gone on for a day."""

    questionnaire: Questionnaire
    link_id: str
    count: int
    begun: int  # how many began that form

    @property
    def share(self) -> float | None:
        """Of those who began the form; None while they are few."""
        return self.count / self.begun if self.begun >= FEW else None


def moments(db: Session, packets: Sequence[IntakePacket]) -> dict[UUID, Moments]:
    """How far each packet came."""
    texts = _texts(db, [packet.link_id for packet in packets if packet.link_id])
    started = _started(db, [packet.id for packet in packets])
    return {
        packet.id: _moments_of(packet, texts.get(packet.link_id, []), started.get(packet.id))
        for packet in packets
    }


def counted(db: Session, clinic_id: UUID) -> Counted:
    """Of everything the clinic asked in half a year by text, how much came how far."""
    packets = db.scalars(
        select(IntakePacket).where(
            IntakePacket.clinic_id == clinic_id,
            IntakePacket.code.not_in((PacketCode.ASSESSMENT, PacketCode.AFTERCARE)),
            IntakePacket.cancelled_at.is_(None),
            IntakePacket.opens_at <= clock.now(),
            IntakePacket.opens_at > clock.now() - _LOOKED_BACK,
        )
    ).all()
    found = moments(db, packets)
    all_of = list(found.values())
    return Counted(
        asked=len(packets),
        sent=sum(each.sent_at is not None for each in all_of),
        delivered=sum(each.delivered_at is not None for each in all_of),
        opened=sum(each.opened_at is not None for each in all_of),
        started=sum(each.started_at is not None for each in all_of),
        done=sum(each.done_at is not None and each.opened_at is not None for each in all_of),
        at_desk=sum(each.done_at is not None and each.opened_at is None for each in all_of),
        before_arrival=sum(
            packet.done_at is not None and packet.done_at <= packet.closes_at
            for packet in packets
            if packet.appointment_id is not None
        ),
    )


def stops(db: Session, clinic_id: UUID) -> list[Stop]:
    """Where people stopped, most at one question first: they stood there for a day, or it closed.

    Counted by form and question over everybody; what they answered is not looked at.
    """
    tasks = db.scalars(
        select(IntakeTask)
        .options(
            joinedload(IntakeTask.questionnaire),
            joinedload(IntakeTask.response).defer(QuestionnaireResponse.answers_sealed),
            joinedload(IntakeTask.packet),
        )
        .where(
            IntakeTask.clinic_id == clinic_id,
            IntakeTask.kind == TaskKind.FORM,
            IntakeTask.started_at > clock.now() - _LOOKED_BACK,
        )
    ).all()
    begun = Counter(task.questionnaire_id for task in tasks)
    standing = [task for task in tasks if _has_stopped(task)]
    counts = Counter((task.questionnaire_id, _stands_at(task)) for task in standing)
    forms = {task.questionnaire_id: task.questionnaire for task in tasks}
    found = [
        Stop(form, link_id, count, begun[form_id])
        for (form_id, link_id), count in counts.items()
        if (form := forms[form_id]) is not None
    ]
    return sorted(found, key=lambda stop: (-stop.count, stop.questionnaire.title, stop.link_id))


def _has_stopped(task: IntakeTask) -> bool:
    if task.state is TaskState.COMPLETED or task.response is None:
        return False
    saved_at = task.response.saved_at or task.started_at
    is_closed = task.packet.closes_at <= clock.now() or task.state is TaskState.CANCELLED
    return is_closed or (saved_at is not None and saved_at <= clock.now() - timedelta(days=1))


def _stands_at(task: IntakeTask) -> str:
    return task.response.at_link_id if task.response else ""


def _texts(db: Session, link_ids: Iterable[UUID]) -> dict[UUID | None, list[Message]]:
    rows = db.scalars(
        select(Message)
        .where(
            Message.link_id.in_(list(link_ids)),
            or_(
                Message.status.not_in((MessageStatus.QUEUED, MessageStatus.CANCELLED)),
                Message.error_code == caps.WITHHELD,
            ),
        )
        .order_by(Message.made_at, Message.id)
    )
    found: dict[UUID | None, list[Message]] = {}
    for row in rows:
        found.setdefault(row.link_id, []).append(row)
    return found


def _started(db: Session, packet_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    rows = db.execute(
        select(IntakeTask.packet_id, func.min(IntakeTask.started_at))
        .where(IntakeTask.packet_id.in_(list(packet_ids)), IntakeTask.started_at.is_not(None))
        .group_by(IntakeTask.packet_id)
    )
    return {packet_id: moment for packet_id, moment in rows if moment is not None}


def _moments_of(
    packet: IntakePacket, texts: Sequence[Message], started_at: datetime | None
) -> Moments:
    sent = [text.sent_at or text.status_at for text in texts if text.status in _LEFT]
    delivered = [text.status_at for text in texts if text.status is MessageStatus.DELIVERED]
    return Moments(
        sent_at=min((moment for moment in sent if moment), default=None),
        delivered_at=min((moment for moment in delivered if moment), default=None),
        opened_at=packet.opened_at,
        started_at=started_at,
        done_at=packet.done_at,
        text=texts[-1] if texts else None,
    )
