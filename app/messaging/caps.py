"""How many texts Afterglow may start by itself around one infusion, and whose right comes first.

A text with a cap key ("after:<infusion>") is counted; answers, nudges, staff's own words and safety
have none. While fewer are left than want to leave, the join text goes before the day-before text,
and both before the rest. The join text is counted but never withheld: without it nobody arrives.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Patient

WITHHELD = "cap"  # the error code of a text that the cap held back
_MOST = {"after": 4, "before": 3, "day7": 1}
_RIGHT = (Purpose.JOIN, Purpose.CONFIRM)
_NEVER_LEFT = (MessageStatus.QUEUED, MessageStatus.CANCELLED)


def limit_of(cap_key: str) -> int:
    """How many texts a key allows. Raises KeyError for a key that nobody keeps count of."""
    return _MOST[cap_key.partition(":")[0]]


def begin_counting(db: Session, message: Message) -> bool:
    """Hold the patient's row until the transaction ends, so that no two take the last place.

    False when somebody else holds it just now: to wait for them could mean to wait for ever.
    """
    row = (
        select(Patient.id)
        .where(Patient.id == message.patient_id)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return db.scalar(row) is not None


def allows(db: Session, message: Message) -> bool:
    """Whether a claimed text may still leave under its cap.

    A place is kept for each queued text of a better right.
    """
    if message.cap_key is None or message.purpose is Purpose.JOIN:
        return True
    others = select(func.count(Message.id)).where(
        Message.cap_key == message.cap_key, Message.id != message.id
    )
    left = db.scalar(others.where(Message.status.not_in(_NEVER_LEFT), ~_failed_here)) or 0
    better = _RIGHT[: _RIGHT.index(message.purpose)] if message.purpose in _RIGHT else _RIGHT
    kept = db.scalar(
        others.where(Message.status == MessageStatus.QUEUED, Message.purpose.in_(better))
    )
    return left + (kept or 0) < limit_of(message.cap_key)


# Never handed over, or refused: it reached nobody.
_failed_here = (Message.status == MessageStatus.FAILED) & Message.sent_at.is_(None)
