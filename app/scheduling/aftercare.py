"""The hours after a dose, in which everything is gentler."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.people.models import Patient
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service

GENTLE_FOR = timedelta(hours=24)


def is_after_dose(db: Session, patient: Patient) -> bool:
    """Whether an infusion ended within the last 24 hours:

    recorded, or planned while nothing is recorded.
    """
    now = clock.now()
    ended_at = func.coalesce(Encounter.ended_at, Appointment.ends_at)
    found = db.scalar(
        select(Appointment.id)
        .outerjoin(Encounter, Encounter.appointment_id == Appointment.id)
        .where(
            Appointment.patient_id == patient.id,
            Appointment.service == Service.INFUSION,
            Appointment.status != AppointmentStatus.CANCELLED,
            ended_at <= now,
            ended_at > now - GENTLE_FOR,
        )
        .limit(1)
    )
    return found is not None
