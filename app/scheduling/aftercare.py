"""The hours after a dose, in which everything is gentler, and what better waits until then."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.people.models import Patient
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service

GENTLE_FOR = timedelta(hours=24)
_NEVER_BEGAN = (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW)


def gentle_until(db: Session, patient: Patient) -> datetime | None:
    """When the 24 hours after the last infusion's end are over; None when there is none lately.

    Its end is the recorded one, or the planned while nothing is recorded.
    """
    now = clock.now()
    ended_at = func.coalesce(Encounter.ended_at, Appointment.ends_at)
    last = db.scalar(
        select(func.max(ended_at))
        .select_from(Appointment)
        .outerjoin(Encounter, Encounter.appointment_id == Appointment.id)
        .where(
            Appointment.patient_id == patient.id,
            Appointment.service == Service.INFUSION,
            Appointment.status.not_in(_NEVER_BEGAN),
            ended_at <= now,
            ended_at > now - GENTLE_FOR,
        )
    )
    return last + GENTLE_FOR if last else None
