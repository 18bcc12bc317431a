"""The day after a dose, in which nobody is asked to sign anything."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Appointment, AppointmentStatus, Service

REST = timedelta(hours=24)
_TOOK_OR_TAKES_PLACE = (
    AppointmentStatus.BOOKED,
    AppointmentStatus.ARRIVED,
    AppointmentStatus.FULFILLED,
)


def rests_until(db: Session, patient_id: UUID, *, at: datetime | None = None) -> datetime | None:
    """Until when no consent may be asked of a patient; None: it may be now.

    From the start of an infusion to a day after its end, the recorded one or the planned.
    """
    moment = at or clock.now()
    infusions = db.scalars(
        select(Appointment).where(
            Appointment.patient_id == patient_id,
            Appointment.service == Service.INFUSION,
            Appointment.status.in_(_TOOK_OR_TAKES_PLACE),
            Appointment.starts_at <= moment,
            Appointment.starts_at > moment - timedelta(days=4),
        )
    ).all()
    if not infusions:
        return None
    ends = windows.recorded_ends(db, [infusion.id for infusion in infusions])
    until = max((ends.get(each.id, each.ends_at) + REST for each in infusions), default=None)
    return until if until is not None and until > moment else None
