""" "Was this easy?": one question after a visit, which nobody has to answer."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db.once import add_once
from app.scheduling.models import Appointment, AppointmentStatus
from app.telehealth.models import Ease, VideoVisit, VisitEase


def say(db: Session, appointment: Appointment, said: Ease) -> bool:
    """Keep the answer; another takes its place. False, and nothing kept, before any talk began."""
    if not _has_begun(db, appointment):
        return False
    row = of(db, appointment)
    if row is None:
        add_once(
            db,
            VisitEase(
                clinic_id=appointment.clinic_id,
                appointment_id=appointment.id,
                said=said,
                said_at=clock.now(),
            ),
        )
    else:
        row.said, row.said_at = said, clock.now()
    return True


def of(db: Session, appointment: Appointment) -> VisitEase | None:
    """What was answered, a skip included."""
    return db.scalar(select(VisitEase).where(VisitEase.appointment_id == appointment.id))


def _has_begun(db: Session, appointment: Appointment) -> bool:
    if appointment.status is AppointmentStatus.FULFILLED:
        return True
    started = select(VideoVisit.id).where(
        VideoVisit.appointment_id == appointment.id, VideoVisit.started_at.is_not(None)
    )
    return db.scalar(started) is not None
