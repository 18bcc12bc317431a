"""The outgoing road: a text is a row, written in the transaction of the change that wants it.

Claimed by one conditional update with a lease and a fence (attempt and worker), so that two workers
never hold the same text and a late one cannot overwrite a newer verdict. Leases are machine time;
when a text is due is domain time.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app import clock, live
from app.links.models import MagicLink
from app.messaging.models import Direction, Message, MessageStatus, Purpose
from app.people.models import Patient, Practitioner

LEASE = timedelta(seconds=60)
_PRIORITY = {
    Purpose.CODE: 0,
    Purpose.SAFETY: 0,
    Purpose.JOIN: 1,
    Purpose.STAFF: 1,
    Purpose.ANSWER: 2,
}


def enqueue(
    db: Session,
    purpose: Purpose,
    body: str,
    *,
    due_at: datetime,
    patient: Patient | None = None,
    practitioner: Practitioner | None = None,
    expires_at: datetime | None = None,
    appointment_id: UUID | None = None,
    link: MagicLink | None = None,
    once_key: str | None = None,
) -> Message | None:
    """Queue a text to a patient or a member of staff.

    `{link}` in the body becomes the link's address.

    None when the person cannot be texted (no number, never agreed, opted out), or `once_key` was
    queued before.
    """
    person = patient or practitioner
    assert person is not None
    if not person.phone or (patient is not None and not _may_text(patient, purpose)):
        return None
    if once_key and db.scalar(select(Message.id).where(Message.once_key == once_key)):
        return None
    message = Message(
        clinic_id=person.clinic_id,
        patient_id=patient.id if patient else None,
        practitioner_id=practitioner.id if practitioner else None,
        appointment_id=appointment_id,
        link_id=link.id if link else None,
        direction=Direction.OUTBOUND,
        purpose=purpose,
        status=MessageStatus.QUEUED,
        body=body,
        number=person.phone,
        once_key=once_key,
        priority=_PRIORITY.get(purpose, 5),
        due_at=due_at,
        expires_at=expires_at,
        made_at=clock.now(),
    )
    db.add(message)
    live.publish(db, "outbox")
    return message


def _may_text(patient: Patient, purpose: Purpose) -> bool:
    """Whoever asks for a code has asked for that text, agreed or not."""
    return patient.takes_texts or (purpose is Purpose.CODE and patient.opted_out_at is None)


def withdraw(db: Session, appointment_id: UUID) -> None:
    """Cancel whatever is still queued for a visit. Its once-keys are free again."""
    db.execute(
        update(Message)
        .where(Message.appointment_id == appointment_id, Message.status == MessageStatus.QUEUED)
        .values(status=MessageStatus.CANCELLED, once_key=None)
    )


def claim_next(db: Session, worker: str) -> Message | None:
    """Take the most urgent text that is due, for one lease. None when there is nothing to send."""
    waiting = (
        select(Message.id)
        .where(Message.status == MessageStatus.QUEUED, Message.due_at <= clock.now())
        .order_by(Message.priority, Message.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    claimed = db.scalar(
        update(Message)
        .where(Message.id == waiting, Message.status == MessageStatus.QUEUED)
        .values(
            status=MessageStatus.SENDING,
            attempt=Message.attempt + 1,
            worker=worker,
            lease_until=clock.machine_now() + LEASE,
        )
        .returning(Message.id)
    )
    return db.get(Message, claimed, populate_existing=True) if claimed else None


def conclude(db: Session, message: Message, **verdict: object) -> bool:
    """Write what became of a claimed text, if this claim is still the one that counts."""
    done = db.scalar(
        update(Message)
        .where(
            Message.id == message.id,
            Message.attempt == message.attempt,
            Message.worker == message.worker,
            Message.status == MessageStatus.SENDING,
        )
        .values(**verdict)
        .returning(Message.id)
    )
    return done is not None


def put_back(db: Session, message: Message, *, due_at: datetime) -> None:
    """Queue a claimed text anew: the provider said that it never took it."""
    conclude(db, message, status=MessageStatus.QUEUED, due_at=due_at, lease_until=None)


def expire_leases(db: Session) -> list[UUID]:
    """Texts whose worker died with them in hand:

    whether they left is in doubt. Returns their ids.
    """
    return list(
        db.scalars(
            update(Message)
            .where(
                Message.status == MessageStatus.SENDING, Message.lease_until < clock.machine_now()
            )
            .values(status=MessageStatus.IN_DOUBT, status_at=clock.now())
            .returning(Message.id)
        )
    )


def next_due(db: Session) -> datetime | None:
    """When the next queued text is due."""
    return db.scalar(
        select(Message.due_at)
        .where(Message.status == MessageStatus.QUEUED)
        .order_by(Message.due_at)
        .limit(1)
    )


def lateness(db: Session) -> timedelta:
    """How long the oldest due text has been waiting."""
    due_at = next_due(db)
    return max(timedelta(0), clock.now() - due_at) if due_at else timedelta(0)


def thread(db: Session, patient: Patient) -> list[Message]:
    """Everything said with a patient, oldest first: what was sent or received, and what waits."""
    return list(
        db.scalars(
            select(Message)
            .where(
                Message.patient_id == patient.id,
                or_(Message.status != MessageStatus.CANCELLED, Message.sent_at.is_not(None)),
            )
            .order_by(Message.made_at, Message.id)
        )
    )
