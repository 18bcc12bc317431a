"""Takes in what the gateway says became of a text: by callback, or when it was asked.

Order and repeats do not matter. Each word about each sending counts once; the higher rank stays;
and of a text that was sent twice, one arrival outdoes whatever became of the other.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock, live
from app.links import magic_links
from app.links.models import LinkState
from app.messaging import claims, failing, threads
from app.messaging.models import DeliveryReport, Direction, Message, MessageStatus, Purpose
from app.tasks import desk
from app.tasks.models import TaskCode

_WORDS = {
    "accepted": MessageStatus.ACCEPTED,
    "scheduled": MessageStatus.ACCEPTED,
    "queued": MessageStatus.ACCEPTED,
    "sending": MessageStatus.ACCEPTED,
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.DELIVERED,
    "undelivered": MessageStatus.UNDELIVERED,
    "failed": MessageStatus.FAILED,
    "canceled": MessageStatus.FAILED,
}
_RANK = {
    MessageStatus.QUEUED: 0,
    MessageStatus.CANCELLED: 0,
    MessageStatus.SENDING: 1,
    MessageStatus.IN_DOUBT: 2,
    MessageStatus.ACCEPTED: 3,
    MessageStatus.SENT: 4,
    MessageStatus.UNDELIVERED: 5,
    MessageStatus.FAILED: 5,
    MessageStatus.DELIVERED: 6,
}
_FAILURES = (MessageStatus.UNDELIVERED, MessageStatus.FAILED)
_FAILED_WORDS = [word for word, status in _WORDS.items() if status in _FAILURES]
_FINAL = (*_FAILURES, MessageStatus.DELIVERED)
_FIRST_LOOK = timedelta(seconds=45)
_FIRST_LOOK_IN_DOUBT = timedelta(seconds=10)


def first_look(*, in_doubt: bool = False) -> datetime:
    """When the gateway is first asked about a text, if no callback has come by then."""
    return clock.machine_now() + (_FIRST_LOOK_IN_DOUBT if in_doubt else _FIRST_LOOK)


def apply_status(db: Session, message: Message, word: str, code: str, sid: str) -> None:
    """Take in one report about one of our texts. A word that nobody knows changes nothing.

    It may come before the answer to our own request, and then settles that.
    """
    status = _WORDS.get(word)
    if status is None or message.direction is Direction.INBOUND:
        return
    claims.hold_patient(db, message.patient_id)
    claims.hold(db, message)  # two reports may come at once
    if not _is_new(db, message, word, code, sid) or not _counts(db, message, status, sid):
        return
    was_in_doubt = message.status is MessageStatus.IN_DOUBT or message.was_resent
    had_failed = message.status in _FAILURES
    if had_failed or status is MessageStatus.DELIVERED or not message.provider_sid:
        message.provider_sid = sid or message.provider_sid
    if message.status is MessageStatus.IN_DOUBT:
        message.looks = 0  # how often it was searched for says nothing of its last word
    message.status, message.status_at = status, clock.now()
    # Of a text whose number at the gateway nobody knows, nobody can be asked.
    is_over = status in _FINAL or not message.provider_sid
    message.look_at = None if is_over else first_look()
    if status in _FAILURES:
        failing.follow(db, message, code or word)
        message.error_code = code or word
    else:
        _note_on_its_way(db, message, had_failed=had_failed)
    if was_in_doubt:
        settle_doubt(db, message)
    live.publish(db, f"desk:{message.clinic_id}")


def note_sent(db: Session, message: Message) -> None:
    """The gateway has it: so its link has left, and its thread goes up."""
    if message.link is not None:
        magic_links.advance(message.link, LinkState.SENT)
    threads.touch_outbound(db, message)


def settle_doubt(db: Session, message: Message) -> None:
    """It is known what became of a text: nobody need look into it, unless another is in doubt."""
    if message.patient_id is None:
        return
    others = select(Message.id).where(
        Message.patient_id == message.patient_id,
        Message.status == MessageStatus.IN_DOUBT,
        Message.id != message.id,
    )
    if message.appointment_id is not None:
        others = others.where(Message.appointment_id == message.appointment_id)
    if db.scalar(others.limit(1)) is None:
        _settle(db, TaskCode.TEXT_IN_DOUBT, message)


def _is_new(db: Session, message: Message, word: str, code: str, sid: str) -> bool:
    if not sid:
        return True
    said = select(DeliveryReport.id).where(DeliveryReport.sid == sid, DeliveryReport.word == word)
    if db.scalar(said) is not None:
        return False
    db.add(
        DeliveryReport(
            clinic_id=message.clinic_id,
            message_id=message.id,
            sid=sid,
            word=word,
            error_code=code,
            said_at=clock.now(),
        )
    )
    return True


def _counts(db: Session, message: Message, status: MessageStatus, sid: str) -> bool:
    """Whether a report changes what is known of a text that may have been sent more than once."""
    is_another = bool(sid and message.provider_sid and sid != message.provider_sid)
    if status is MessageStatus.DELIVERED:
        return message.status is not MessageStatus.DELIVERED
    if message.status in _FAILURES:
        # One sending failed; another one is under way.
        return status not in _FAILURES and is_another and not _has_failed(db, sid)
    if status in _FAILURES and is_another:
        return False
    return _RANK[status] > _RANK[message.status]


def _has_failed(db: Session, sid: str) -> bool:
    failed = select(DeliveryReport.id).where(
        DeliveryReport.sid == sid, DeliveryReport.word.in_(_FAILED_WORDS)
    )
    return db.scalar(failed.limit(1)) is not None


def _note_on_its_way(db: Session, message: Message, *, had_failed: bool) -> None:
    if message.sent_at is None:
        message.sent_at = clock.now()
        note_sent(db, message)
    if had_failed:
        message.error_code = ""
        _withdraw_second_tries(db, message)
    if message.status is MessageStatus.DELIVERED and (
        had_failed or message.again_of_id or message.purpose in (Purpose.JOIN, Purpose.NUDGE)
    ):
        _settle(db, TaskCode.TEXT_UNDELIVERED, message)


def _withdraw_second_tries(db: Session, message: Message) -> None:
    db.execute(
        update(Message)
        .where(
            Message.again_of_id == (message.again_of_id or message.id),
            Message.status == MessageStatus.QUEUED,
        )
        .values(status=MessageStatus.CANCELLED)
    )


def _settle(db: Session, code: TaskCode, message: Message) -> None:
    if message.appointment_id is not None:
        desk.settle(db, code, message.appointment_id)
    elif message.patient_id is not None:
        desk.settle_for(db, code, message.patient_id)
