"""The session that somebody's words belong to."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.people.models import Patient
from app.scheduling.models import Appointment, AppointmentStatus, Service

NEVER_WAS = (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW)


def latest(db: Session, patient: Patient, at: datetime | None = None) -> Appointment | None:
    """The last session that had begun by then (now, if nothing is said). None before the first."""
    return db.scalar(
        select(Appointment)
        .where(
            Appointment.patient_id == patient.id,
            Appointment.service == Service.INFUSION,
            Appointment.status.not_in(NEVER_WAS),
            Appointment.starts_at <= (at or clock.now()),
        )
        .order_by(Appointment.starts_at.desc())
        .limit(1)
    )


def took_or_takes_place(infusion: Appointment) -> bool:
    """Whether it was neither called off nor kept by nobody."""
    return infusion.status not in NEVER_WAS
