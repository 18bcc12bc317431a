""" "Was this easy?": one question after a visit, which nobody has to answer."""

from datetime import timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app import clock
from app.db.once import add_once
from app.people.models import Patient
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.telehealth.models import Ease, VideoVisit, VisitEase

ASKED_FOR = timedelta(days=3)


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


def unasked(patient: Patient) -> ColumnElement[bool]:
    """Which of a patient's appointments home may still ask about: over for some days at most."""
    answered = select(VisitEase.id).where(VisitEase.appointment_id == Appointment.id)
    return (
        (Appointment.patient_id == patient.id)
        & (Appointment.service != Service.INFUSION)
        & (Appointment.status == AppointmentStatus.FULFILLED)
        & (Appointment.ends_at > clock.now() - ASKED_FOR)
        & ~answered.exists()
    )


def _has_begun(db: Session, appointment: Appointment) -> bool:
    if appointment.status is AppointmentStatus.FULFILLED:
        return True
    started = select(VideoVisit.id).where(
        VideoVisit.appointment_id == appointment.id, VideoVisit.started_at.is_not(None)
    )
    return db.scalar(started) is not None
