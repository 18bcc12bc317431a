"""Visits that are over and of which nobody said what they came to: a task for the desk.

A talk in our own room says by itself that it was held. One by phone, in a room elsewhere, or that
nobody came to, only staff can tell; what nobody tells is missing in the record and in every number.
"""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.tasks import desk
from app.tasks.models import StaffTask, TaskCode
from app.telehealth.models import VisitOutcome

# Who runs late, or writes it down after the next patient, is not to be asked yet.
AFTER = timedelta(hours=1)
_LATELY = timedelta(days=2)  # whoever was not asked by then would not know any more
_LONGEST = timedelta(hours=12)
_UNDECIDED = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)


def ask(db: Session) -> None:
    """Ask once of each visit, and take back what was answered meanwhile. For the worker."""
    _take_back(db)
    over = clock.now() - AFTER
    said = select(VisitOutcome.id).where(
        VisitOutcome.appointment_id == Appointment.id, VisitOutcome.result.is_not(None)
    )
    asked = select(StaffTask.id).where(
        StaffTask.appointment_id == Appointment.id,
        StaffTask.code == TaskCode.RECORD_OUTCOME,
        StaffTask.made_at >= Appointment.ends_at,
    )
    rows = db.scalars(
        select(Appointment)
        .options(joinedload(Appointment.patient))
        .where(
            Appointment.starts_at > over - _LATELY - _LONGEST,
            Appointment.starts_at <= over,
            Appointment.ends_at.between(over - _LATELY, over),
            Appointment.service != Service.INFUSION,
            Appointment.status.in_(_UNDECIDED),
            Appointment.asked_at.is_(None),  # they look for another time: that is on the desk
            ~said.exists(),
            ~asked.exists(),
        )
        .order_by(Appointment.ends_at)
    )
    for visit in rows.all():
        desk.open_task(db, TaskCode.RECORD_OUTCOME, visit.patient, by=None, appointment_id=visit.id)


def _take_back(db: Session) -> None:
    """Of a visit that was decided, moved ahead or called off nobody needs to say anything."""
    undecided = select(Appointment.id).where(
        Appointment.id == StaffTask.appointment_id,
        Appointment.status.in_(_UNDECIDED),
        Appointment.ends_at <= clock.now(),
    )
    db.execute(
        update(StaffTask)
        .where(
            StaffTask.done_at.is_(None),
            StaffTask.code == TaskCode.RECORD_OUTCOME,
            ~undecided.exists(),
        )
        .values(done_at=clock.now())
        .execution_options(synchronize_session=False)
    )
