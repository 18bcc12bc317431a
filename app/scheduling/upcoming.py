"""When patients have their next session."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.people.models import Clinic
from app.scheduling import calendars
from app.scheduling.models import Appointment, Service


def sessions(db: Session, clinic: Clinic, patient_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """The start of each patient's next infusion that is not over. None booked: not in it."""
    if not patient_ids:
        return {}
    rows = db.execute(
        select(Appointment.patient_id, func.min(Appointment.starts_at))
        .where(
            Appointment.clinic_id == clinic.id,
            Appointment.patient_id.in_(patient_ids),
            Appointment.service == Service.INFUSION,
            Appointment.status.in_(calendars.OPEN),
            Appointment.ends_at > clock.now(),
        )
        .group_by(Appointment.patient_id)
    )
    return {row[0]: row[1] for row in rows}
