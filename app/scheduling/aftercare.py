"""The hours after a dose, in which everything is gentler, and what better waits until then."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app import clock
from app.people.models import Patient
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service

GENTLE_FOR = timedelta(hours=24)
_NEVER_BEGAN = (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW)


def gentle_until(db: Session, patient: Patient) -> datetime | None:
    """When the 24 hours after the last infusion's end are over; None when there is none lately.

    Its end is the recorded one, or the planned while nothing is recorded.
    """
    return gentle_after(db.scalar(select(last_end(patient.id))))


def gentle_after(ended_at: datetime | None) -> datetime | None:
    """The same of what `last_end` found."""
    return ended_at + GENTLE_FOR if ended_at else None


def last_end(patient_id: UUID | InstrumentedAttribute[UUID]) -> ScalarSelect[datetime | None]:
    """When a patient's last infusion ended, if lately, to be asked beside other things."""
    now = clock.now()
    session = aliased(Appointment)
    ended_at = func.coalesce(Encounter.ended_at, session.ends_at)
    return (
        select(func.max(ended_at))
        .select_from(session)
        .outerjoin(Encounter, Encounter.appointment_id == session.id)
        .where(
            session.patient_id == patient_id,
            session.service == Service.INFUSION,
            session.status.not_in(_NEVER_BEGAN),
            ended_at <= now,
            ended_at > now - GENTLE_FOR,
        )
        .scalar_subquery()
    )
