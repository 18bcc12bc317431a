"""Sends one text that is due, and takes in what becomes of it."""

from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from app import clock, live
from app.db.engine import Database
from app.links import magic_links
from app.links.models import LinkState
from app.messaging import claims
from app.messaging.gateway import Accepted, Answer, Declined, InDoubt, Outgoing, SmsGateway, TooFast
from app.messaging.models import Direction, Message, MessageStatus
from app.security.encryption import Unreadable
from app.tasks import desk
from app.tasks.models import TaskCode

log = structlog.get_logger("texts")
OPTED_OUT = "21610"
_EXPIRED = "expired"
_UNREADABLE = "unreadable"
_RANK = {
    MessageStatus.QUEUED: 0,
    MessageStatus.SENDING: 1,
    MessageStatus.IN_DOUBT: 2,
    MessageStatus.ACCEPTED: 3,
    MessageStatus.SENT: 4,
    MessageStatus.DELIVERED: 5,
    MessageStatus.UNDELIVERED: 5,
    MessageStatus.FAILED: 5,
    MessageStatus.CANCELLED: 5,
}
_TWILIO_STATUS = {
    "accepted": MessageStatus.ACCEPTED,
    "scheduled": MessageStatus.ACCEPTED,
    "queued": MessageStatus.ACCEPTED,
    "sending": MessageStatus.ACCEPTED,
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.DELIVERED,
    "undelivered": MessageStatus.UNDELIVERED,
    "failed": MessageStatus.FAILED,
    "canceled": MessageStatus.CANCELLED,
}


def send_one(database: Database, gateway: SmsGateway, worker: str, base_url: str) -> bool:
    """Claim the most urgent due text, hand it over outside any transaction, note the answer.

    False when nothing was due.
    """
    with database.session() as db:
        message = claims.claim_next(db, worker)
        if message is None:
            return False
        outgoing = _outgoing(db, message, base_url)
    if outgoing is None:
        return True
    answer = gateway.send(outgoing)
    with database.session() as db:
        # Merged as it was claimed, so that the fence still compares this claim.
        _note(db, db.merge(message, load=False), answer)
    log.info("text", outcome=type(answer).__name__, purpose=message.purpose.value)
    return True


def _outgoing(db: Session, message: Message, base_url: str) -> Outgoing | None:
    """A claimed text as it leaves; None, its verdict written, when it must not leave any more."""
    if message.expires_at is not None and message.expires_at <= clock.now():
        _conclude_failed(db, message, _EXPIRED)
        return None
    if message.patient is not None and message.patient.opted_out_at is not None:
        claims.conclude(db, message, status=MessageStatus.CANCELLED, status_at=clock.now())
        return None
    try:
        _address(message)
        return Outgoing(message.id, message.number, rendered(message, base_url), _validity(message))
    except (Unreadable, KeyError):
        # A key was retired too early. One such text must not hold up all that come after it.
        log.error("text unreadable", message=str(message.id))
        _conclude_failed(db, message, _UNREADABLE)
        return None


def _address(message: Message) -> None:
    # To the number somebody has now: it may be another than when the text was queued.
    person = message.patient or message.practitioner
    if person is not None and person.phone and person.phone != message.number:
        message.number = person.phone


def rendered(message: Message, base_url: str) -> str:
    """The body as the phone shows it, with the link's address derived into its place."""
    if message.link is None:
        return message.body
    return message.body.replace("{link}", magic_links.address_of(message.link, base_url))


def apply_status(db: Session, message: Message, word: str, code: str, sid: str) -> None:
    """Take in one status callback. Order and repeats do not matter: the higher rank stays."""
    status = _TWILIO_STATUS.get(word)
    if status is None or message.direction is Direction.INBOUND:
        return
    db.refresh(message, with_for_update=True)  # two callbacks may come at once
    if _RANK[status] <= _RANK[message.status]:
        return
    if message.status is MessageStatus.IN_DOUBT and message.appointment_id is not None:
        desk.settle(db, TaskCode.TEXT_IN_DOUBT, message.appointment_id)
    message.status, message.status_at = status, clock.now()
    message.provider_sid = message.provider_sid or sid
    if status in (MessageStatus.UNDELIVERED, MessageStatus.FAILED):
        message.error_code = code
        _tell_staff(db, message, code)
    else:
        message.sent_at = message.sent_at or clock.now()
        _mark_link_sent(message)
    _wake(db, message)


def _note(db: Session, message: Message, answer: Answer) -> None:
    now = clock.now()
    match answer:
        case Accepted(sid, delivered):
            status = MessageStatus.DELIVERED if delivered else MessageStatus.ACCEPTED
            if claims.conclude(
                db, message, status=status, provider_sid=sid, sent_at=now, status_at=now
            ):
                _mark_link_sent(message)
        case TooFast(wait):
            claims.put_back(db, message, due_at=now + wait)
        case InDoubt():
            # Not when a callback has settled it meanwhile.
            if claims.conclude(db, message, status=MessageStatus.IN_DOUBT, status_at=now):
                tell_staff_of_doubt(db, message)
        case Declined(code):
            _conclude_failed(db, message, code)
    _wake(db, message)


def tell_staff_of_doubt(db: Session, message: Message) -> None:
    """A text that may or may not have left goes to a person:

    a second one is worse than a late one.
    """
    if message.patient is not None:
        desk.open_task(
            db,
            TaskCode.TEXT_IN_DOUBT,
            message.patient,
            by=None,
            appointment_id=message.appointment_id,
        )


def _conclude_failed(db: Session, message: Message, code: str) -> None:
    failed = MessageStatus.FAILED
    if claims.conclude(db, message, status=failed, error_code=code, status_at=clock.now()):
        _tell_staff(db, message, code)


def _tell_staff(db: Session, message: Message, code: str) -> None:
    patient = message.patient
    if patient is None:
        return
    if code == OPTED_OUT and patient.opted_out_at is None:
        patient.opted_out_at = clock.now()
    task = TaskCode.OPTED_OUT if code == OPTED_OUT else TaskCode.TEXT_UNDELIVERED
    desk.open_task(db, task, patient, by=None, appointment_id=message.appointment_id, urgent=True)


def _mark_link_sent(message: Message) -> None:
    if message.link is not None:
        magic_links.advance(message.link, LinkState.SENT)


def _validity(message: Message) -> timedelta | None:
    return message.expires_at - clock.now() if message.expires_at else None


def _wake(db: Session, message: Message) -> None:
    live.publish(db, f"desk:{message.clinic_id}")
