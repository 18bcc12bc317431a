"""Whether a claimed text leaves now. What was true when it was queued may be so no longer."""

from sqlalchemy.orm import Session

from app import clock
from app.messaging import caps, claims, failing, outbox, quiet_hours, troubles
from app.messaging.models import Message, MessageStatus
from app.people.models import Clinic


def may_leave(db: Session, message: Message) -> bool:
    """Whether it goes out now. If not, its verdict is written: cancelled, put off, or failed.

    Not wanted any more: a task for staff. Put off: to the end of the patient's quiet hours. Held
    back by the cap: nobody needs to do anything.
    """
    if _is_over(message):
        return _fail(db, message)
    if message.patient is not None and not outbox.may_text(message.patient, message.purpose):
        return _cancel(db, message)
    if not message.at_any_hour:
        now = clock.now()
        awake_at = quiet_hours.next_awake(now, _zone(db, message))
        if message.expires_at is not None and awake_at >= message.expires_at:
            return _fail(db, message)
        if awake_at > now:
            claims.put_back(db, message, due_at=awake_at)
            return False
    if message.cap_key is not None and not caps.begin_counting(db, message):
        claims.put_back(db, message)
        return False
    if not caps.allows(db, message):
        return _cancel(db, message, caps.WITHHELD)
    _address(message)
    return True


def _is_over(message: Message) -> bool:
    return message.expires_at is not None and message.expires_at <= clock.now()


def _fail(db: Session, message: Message) -> bool:
    failing.conclude(db, message, troubles.EXPIRED)
    return False


def _cancel(db: Session, message: Message, code: str = "") -> bool:
    claims.conclude(
        db,
        message,
        status=MessageStatus.CANCELLED,
        once_key=None,
        error_code=code,
        status_at=clock.now(),
    )
    return False


def _zone(db: Session, message: Message) -> str:
    if message.patient is not None:
        return message.patient.zone
    return db.get_one(Clinic, message.clinic_id).zone


def _address(message: Message) -> None:
    # To the number somebody has now: it may be another than when the text was queued.
    person = message.patient or message.practitioner
    if person is not None and person.phone and person.phone != message.number:
        message.number = person.phone
