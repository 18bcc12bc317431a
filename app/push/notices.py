"""Notices beside a journal text: each a row, written in the transaction that wants it."""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db.once import add_once
from app.people.models import Patient
from app.push.models import NoticeStatus, PushNotice

LEASE = timedelta(seconds=120)
_KEPT = timedelta(days=90)


def queue(
    db: Session, patient: Patient, *, due_at: datetime, expires_at: datetime, once_key: str
) -> None:
    """Queue a patient's notice. The same key again moves it while it still waits.

    Whether any browser of theirs takes notices is seen when it is due.
    """
    if not patient.is_active:
        return
    notice = PushNotice(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        once_key=once_key,
        status=NoticeStatus.QUEUED,
        due_at=due_at,
        expires_at=expires_at,
        attempts=0,
        made_at=clock.now(),
    )
    if not add_once(db, notice):
        db.execute(
            update(PushNotice)
            .where(PushNotice.once_key == once_key, PushNotice.status == NoticeStatus.QUEUED)
            .values(due_at=due_at, expires_at=expires_at)
        )


def cancel(db: Session, once_key: str) -> None:
    """It is not wanted any more. Its key is free again, unless the notice has left."""
    db.execute(
        delete(PushNotice).where(
            PushNotice.once_key == once_key, PushNotice.status == NoticeStatus.QUEUED
        )
    )


def claim_next(db: Session) -> PushNotice | None:
    """Take the notice that is due first, for one lease; one whose worker died is taken again."""
    now = clock.machine_now()
    is_free = or_(
        PushNotice.status == NoticeStatus.QUEUED,
        and_(PushNotice.status == NoticeStatus.SENDING, PushNotice.leased_until < now),
    )
    due = (
        select(PushNotice.id)
        .where(is_free, PushNotice.due_at <= clock.now())
        .order_by(PushNotice.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return db.scalar(
        update(PushNotice)
        .where(PushNotice.id == due, is_free)
        .values(
            status=NoticeStatus.SENDING,
            attempts=PushNotice.attempts + 1,
            leased_until=now + LEASE,
        )
        .returning(PushNotice)
        .execution_options(populate_existing=True)
    )


def forget_old(db: Session) -> None:
    """What is long over says nothing to anybody. For the worker."""
    db.execute(
        delete(PushNotice).where(
            PushNotice.status.in_((NoticeStatus.SENT, NoticeStatus.FAILED, NoticeStatus.CANCELLED)),
            PushNotice.due_at < clock.now() - _KEPT,
        )
    )


def next_due(db: Session) -> datetime | None:
    """When the next queued notice is due."""
    return db.scalar(
        select(PushNotice.due_at)
        .where(PushNotice.status == NoticeStatus.QUEUED)
        .order_by(PushNotice.due_at)
        .limit(1)
    )
