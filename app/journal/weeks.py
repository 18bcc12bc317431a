"""The look back on a session's week: nobody is texted about it when another session came in it."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.journal.models import JournalPrompt, Moment
from app.journal.sessions import NEVER_WAS
from app.scheduling.models import Appointment, Service

_LAST_DAY = timedelta(days=1)


def is_followed(db: Session, infusion: Appointment, week_opens_at: datetime) -> bool:
    """Whether another session comes within the week, or on its last day."""
    other = select(Appointment.id).where(
        Appointment.patient_id == infusion.patient_id,
        Appointment.service == Service.INFUSION,
        Appointment.status.not_in(NEVER_WAS),
        Appointment.starts_at > infusion.starts_at,
        Appointment.starts_at < week_opens_at + _LAST_DAY,
    )
    return db.scalar(other.limit(1)) is not None


def touched_by(db: Session, infusion: Appointment) -> list[Appointment]:
    """Sessions whose week is texted about, or not, because this one stood elsewhere until now."""
    weeks = db.scalars(
        select(JournalPrompt)
        .options(joinedload(JournalPrompt.appointment))
        .where(
            JournalPrompt.patient_id == infusion.patient_id,
            JournalPrompt.appointment_id != infusion.id,
            JournalPrompt.moment == Moment.WEEK,
            JournalPrompt.cancelled_at.is_(None),
            JournalPrompt.closes_at > clock.now(),
        )
    ).all()
    return [
        week.appointment
        for week in weeks
        if is_followed(db, week.appointment, week.opens_at) is (week.due_at is not None)
    ]
