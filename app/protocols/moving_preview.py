"""Moving a session with everything that hangs on it, and seeing beforehand what would move."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.base import Model
from app.people.models import Practitioner
from app.protocols import hanging, infusions
from app.protocols.hanging import Change
from app.protocols.rehearsing import rehearse
from app.scheduling.models import Appointment, Service
from app.scheduling.rescheduling import Moved


@dataclass(frozen=True)
class MovedAlong:
    """What `infusions.reschedule` says, and everything that stands elsewhere since."""

    moved: Moved
    changes: list[Change]


def preview(
    db: Session,
    appointment: Appointment,
    starts_at: datetime,
    *,
    ends_at: datetime | None = None,
    practitioner: Practitioner | None = None,
    by: Model | None,
) -> MovedAlong:
    """What would move along. It is done for show and taken back.

    Needs a writing transaction. Refuses as `infusions.reschedule` does.
    """
    with rehearse(db):
        return move(db, appointment, starts_at, ends_at=ends_at, practitioner=practitioner, by=by)


def move(
    db: Session,
    appointment: Appointment,
    starts_at: datetime,
    *,
    ends_at: datetime | None = None,
    practitioner: Practitioner | None = None,
    by: Model | None,
) -> MovedAlong:
    """Move it, in the caller's transaction. Refuses as `infusions.reschedule` does."""
    sessions = _touched(db, appointment)
    before = hanging.of(db, sessions)
    moved = infusions.reschedule(
        db, appointment, starts_at, ends_at=ends_at, practitioner=practitioner, by=by
    )
    return MovedAlong(moved, hanging.changes(before, hanging.of(db, sessions)))


def _touched(db: Session, appointment: Appointment) -> list[Appointment]:
    """All sessions of the patient: the forms of one may serve another, and weeks meet sessions."""
    if appointment.service is not Service.INFUSION:
        return [appointment]
    theirs = select(Appointment).where(
        Appointment.patient_id == appointment.patient_id, Appointment.service == Service.INFUSION
    )
    return list(db.scalars(theirs.order_by(Appointment.starts_at, Appointment.id)))
