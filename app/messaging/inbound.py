"""The road in: a text is stored as it came, sealed, before anybody looks what it means.

What a webhook brings and what the sweep finds are stored alike, once for each of the gateway's ids.
Understanding comes later and a floor above: it claims the oldest text of a number, and a text that
nobody could understand stays until somebody can. Nothing that came in is ever dropped.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from app import clock, live
from app.db.once import add_once
from app.messaging.models import Direction, InboundText, Message, MessageStatus, Purpose
from app.security import keyring

LEASE = timedelta(seconds=60)
# After these a text is not asked any more what it means, and holds up its number no longer.
MOST_ATTEMPTS = 3
_KEPT_FOR = timedelta(days=7)  # longer than the sweep looks back


@dataclass(frozen=True)
class Raw:
    """What came in. Numbers are the gateway's way of writing them."""

    sender: str
    to: str
    body: str
    answered: str = ""  # "STOP", "START" or "HELP" where the gateway has answered by itself
    pictures: int = 0
    service: str = ""  # the service that `to` belongs to, where the gateway says so


def store(
    db: Session, sid: str, raw: Raw, *, at: datetime | None = None, swept: bool = False
) -> InboundText | None:
    """Keep a text as it came: one INSERT. None when `sid` was stored before."""
    text = InboundText(
        provider_sid=sid,
        sender_index=keyring.ring().blind_for_house(raw.sender),
        swept=swept,
        received_at=at or clock.now(),
        attempts=0,
        to_nobody=False,
        service=raw.service,
    )
    sealed = asdict(raw)
    del sealed["service"]  # ours
    text.raw = json.dumps(sealed).encode()
    return text if add_once(db, text) else None


def raw_of(text: InboundText) -> Raw:
    """What came in, in clear. Raises Unreadable when its key was retired."""
    words = text.raw
    assert words is not None, "not understood yet"
    return Raw(**json.loads(words), service=text.service)


def claim_next(db: Session) -> InboundText | None:
    """Take the oldest text that nobody has in hand, for one lease; what it counts is the attempt.

    What one number wrote is understood in the order of its coming: the second waits for the first,
    as long as there is hope for that one, and it is known to whom it was written.
    """
    earlier = aliased(InboundText)
    is_second = exists().where(
        earlier.understood_at.is_(None),
        earlier.attempts <= MOST_ATTEMPTS,
        earlier.to_nobody.is_(False),
        earlier.sender_index == InboundText.sender_index,
        or_(
            earlier.received_at < InboundText.received_at,
            and_(earlier.received_at == InboundText.received_at, earlier.id < InboundText.id),
        ),
    )
    now = clock.machine_now()
    is_free = and_(
        InboundText.understood_at.is_(None),
        or_(InboundText.try_at.is_(None), InboundText.try_at <= now),
    )
    oldest = (
        select(InboundText.id)
        .where(is_free, ~is_second)
        .order_by(InboundText.received_at, InboundText.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    claimed = db.scalar(
        update(InboundText)
        .where(InboundText.id == oldest, is_free)
        .values(attempts=InboundText.attempts + 1, try_at=now + LEASE)
        .returning(InboundText.id)
        .execution_options(synchronize_session=False)
    )
    return db.get(InboundText, claimed, populate_existing=True) if claimed else None


def finish(db: Session, text: InboundText) -> bool:
    """It is understood, in the caller's transaction; its words stand in a Message from now on.

    False when this claim is no longer the one that counts: then nothing may be done.
    """
    done = db.scalar(
        update(InboundText)
        .where(
            InboundText.id == text.id,
            InboundText.attempts == text.attempts,
            InboundText.understood_at.is_(None),
        )
        .values(understood_at=clock.now(), raw_sealed=None, to_nobody=False)
        .returning(InboundText.id)
        .execution_options(synchronize_session=False)
    )
    return done is not None


def put_off(db: Session, text: InboundText, wait: timedelta) -> None:
    """It was not understood this time; it is tried again after the wait."""
    db.execute(
        update(InboundText)
        .where(InboundText.id == text.id, InboundText.attempts == text.attempts)
        .values(try_at=clock.machine_now() + wait)
        .execution_options(synchronize_session=False)
    )


def keep_for_nobody(db: Session, text: InboundText, wait: timedelta) -> None:
    """It was written to a sender that no clinic has: it is kept, and asked about anew after a wait.

    That counts as no attempt, so that it is understood like any other once its clinic is known.
    """
    db.execute(
        update(InboundText)
        .where(InboundText.id == text.id, InboundText.attempts == text.attempts)
        .values(try_at=clock.machine_now() + wait, attempts=0, to_nobody=True)
        .execution_options(synchronize_session=False)
    )


def next_due(db: Session) -> datetime | None:
    """Since when the oldest text waits to be understood."""
    return db.scalar(
        select(InboundText.received_at)
        .where(InboundText.understood_at.is_(None))
        .order_by(InboundText.received_at)
        .limit(1)
    )


def forget_old(db: Session) -> None:
    """Drop what was understood long ago: its words stand elsewhere. For the worker."""
    db.execute(delete(InboundText).where(InboundText.understood_at < clock.now() - _KEPT_FOR))


def record(
    db: Session,
    clinic_id: UUID,
    number: str,
    body: str,
    *,
    sid: str,
    at: datetime,
    may_be_anothers: bool = False,
    **whose: UUID | None,
) -> Message:
    """The text as the clinic keeps it. `whose`: patient_id, practitioner_id or thread_id.

    `may_be_anothers`: it may have been meant for another clinic that texts by the same sender.
    """
    message = Message(
        clinic_id=clinic_id,
        direction=Direction.INBOUND,
        purpose=Purpose.REPLY,
        status=MessageStatus.RECEIVED,
        body=body,
        number=number,
        due_at=at,
        sent_at=at,
        provider_sid=sid,
        made_at=clock.now(),
        may_be_anothers=may_be_anothers,
        **whose,
    )
    db.add(message)
    db.flush()  # what follows from it is looked up beside the row
    live.publish(db, f"desk:{clinic_id}")
    return message


def is_overtaken(db: Session, message: Message) -> bool:
    """Whether its patient has written something newer, so that this was found late."""
    newer = select(Message.id).where(
        Message.patient_id == message.patient_id,
        Message.direction == Direction.INBOUND,
        Message.due_at > message.due_at,
    )
    return db.scalar(newer.limit(1)) is not None
