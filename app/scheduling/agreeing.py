"""A patient agreed to texts, or took that back: what is booked follows."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.messaging import outbox
from app.people.models import Patient
from app.scheduling import calendars, visit_texts
from app.scheduling.models import Appointment, Service


def follow(db: Session, patient: Patient) -> None:
    """Queue the texts of visits ahead for whoever takes texts now, withdraw them for others."""
    visits = db.scalars(
        select(Appointment).where(
            Appointment.patient_id == patient.id,
            Appointment.service != Service.INFUSION,
            Appointment.status.in_(calendars.OPEN),
            Appointment.ends_at > clock.now(),
        )
    )
    for visit in visits:
        if patient.takes_texts:
            visit_texts.keep(db, visit)
        else:
            outbox.withdraw(db, visit.id)
