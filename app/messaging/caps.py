"""How many texts Afterglow may start by itself around one infusion, and whose right comes first.

A text with a cap key ("after:<infusion>") is counted; answers, nudges, staff's own words and safety
have none. While fewer are left than want to leave, the order of right is: the join text, the text
of the day before a visit, the check before an infusion, what is to be filled in, the quiet minute
of the evening, that of the morning, the rest. The join text is counted but never withheld: without
it nobody arrives. A place is kept for one check, not for two: else nobody could be reminded of what
they have not done.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Patient

WITHHELD = "cap"  # the error code of a text that the cap held back
_MOST = {"after": 4, "before": 3, "day7": 1}
_RIGHT = (
    Purpose.JOIN,
    Purpose.CONFIRM,
    Purpose.READINESS,
    Purpose.INTAKE,
    Purpose.EVENING,
    Purpose.MORNING,
)
_ONE_IS_ENOUGH = (Purpose.READINESS,)
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
    others = (Message.cap_key == message.cap_key, Message.id != message.id)
    left = db.scalars(
        select(func.count(Message.id)).where(
            *others, Message.status.not_in(_NEVER_LEFT), ~_failed_here
        )
    ).one()
    return left + _kept(db, message, *others) < limit_of(message.cap_key)


def withheld(waiting: Mapping[int, tuple[datetime, Purpose]], cap_key: str) -> set[int]:
    """Which of these texts the cap would hold back, if all are queued and leave when they are due.

    `waiting`: when each is due, and its purpose.
    """
    left, found = 0, set()
    ahead = sorted(waiting, key=lambda name: waiting[name][0])
    for place, name in enumerate(ahead):
        purpose = waiting[name][1]
        others = [waiting[each][1] for each in ahead[place:]]
        better = [each for each in others if each in _better_than(purpose)]
        kept = sum(1 if each in _ONE_IS_ENOUGH else better.count(each) for each in {*better})
        if purpose is Purpose.JOIN or left + kept < limit_of(cap_key):
            left += 1
        else:
            found.add(name)
    return found


def _better_than(purpose: Purpose) -> Sequence[Purpose]:
    """Whose right comes before this one's."""
    return _RIGHT[: _RIGHT.index(purpose)] if purpose in _RIGHT else _RIGHT


def _kept(db: Session, message: Message, *others: ColumnElement[bool]) -> int:
    better = _better_than(message.purpose)
    waiting = db.execute(
        select(Message.purpose, func.count(Message.id))
        .where(*others, Message.status == MessageStatus.QUEUED, Message.purpose.in_(better))
        .group_by(Message.purpose)
    )
    return sum(1 if purpose in _ONE_IS_ENOUGH else count for purpose, count in waiting)


# Never handed over, or refused: it reached nobody.
_failed_here = (Message.status == MessageStatus.FAILED) & Message.sent_at.is_(None)
