"""The hours after a dose, in which everything is gentler, and what better waits until then."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Uuid, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.people.models import Patient
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service

GENTLE_FOR = timedelta(hours=24)
_NEVER_BEGAN = (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW)


def gentle_until(db: Session, patient: Patient) -> datetime | None:
    """When the 24 hours after the last infusion's end are over; None when there is none lately.

    Its end is the recorded one, or the planned while nothing is recorded.
    """
    return gentle_after(db.scalar(_LAST_END, {"patient": patient.id, **lately()}))


def gentle_after(ended_at: datetime | None) -> datetime | None:
    """The same of what `last_end` found."""
    return ended_at + GENTLE_FOR if ended_at else None


def lately() -> dict[str, datetime]:
    """What `last_end` is to be asked with."""
    now = clock.now()
    return {"now": now, "since": now - GENTLE_FOR}


def last_end(patient_id: ColumnElement[UUID]) -> ScalarSelect[datetime]:
    """When a patient's last infusion ended, if `lately`, to be asked beside other things."""
    session = aliased(Appointment)
    ended_at = func.coalesce(Encounter.ended_at, session.ends_at)
    return (
        select(func.max(ended_at))
        .select_from(session)
        .outerjoin(Encounter, Encounter.appointment_id == session.id)
        .where(
            session.patient_id == patient_id,
            session.service == Service.INFUSION,
            # One by one: a list would be put into the statement anew each time it is asked.
            *(session.status != each for each in _NEVER_BEGAN),
            ended_at <= bindparam("now"),
            ended_at > bindparam("since"),
        )
        .scalar_subquery()
    )


# Made once: nearly every page of a patient asks it.
_LAST_END = select(last_end(bindparam("patient", type_=Uuid())))
