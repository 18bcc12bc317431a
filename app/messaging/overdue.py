"""Join texts that should have left by now, whatever holds them: a person can phone instead."""

from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.messaging.models import Message, MessageStatus, Purpose
from app.tasks import desk
from app.tasks.models import StaffTask, TaskCode

_LATE_AFTER = timedelta(minutes=2)
_AT_ONCE = 200  # nobody else writes meanwhile where there is one writer


def tell_staff(db: Session) -> None:
    """Put each join text that is two minutes late on the desk, once; it is still sent if it can be.

    The earliest visits first, so many at once. The task is done by itself when the text arrives
    after all.
    """
    now = clock.now()
    told = select(StaffTask.id).where(
        StaffTask.appointment_id == Message.appointment_id,
        StaffTask.code == TaskCode.TEXT_UNDELIVERED,
        StaffTask.made_at >= Message.due_at,
    )
    late = (
        select(Message)
        .options(joinedload(Message.patient))
        .where(
            Message.status == MessageStatus.QUEUED,
            Message.purpose == Purpose.JOIN,
            Message.due_at <= now - _LATE_AFTER,
            or_(Message.expires_at.is_(None), Message.expires_at > now),
            ~told.exists(),
        )
        .order_by(Message.due_at)
        .limit(_AT_ONCE)
    )
    for message in db.scalars(late).all():
        if message.patient is not None:
            desk.open_task(
                db,
                TaskCode.TEXT_UNDELIVERED,
                message.patient,
                by=None,
                appointment_id=message.appointment_id,
                urgent=True,
            )
