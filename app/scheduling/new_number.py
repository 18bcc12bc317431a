"""What follows when a patient has another number."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access import web_sessions
from app.links import magic_links
from app.people.models import Patient, Practitioner
from app.scheduling import moving, visit_texts
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.tasks import desk
from app.tasks.models import TaskCode


def follow(db: Session, patient: Patient, *, by: Practitioner) -> None:
    """Sign the patient out everywhere, pull back every link, and plan the texts of visits anew.

    Whoever has the old phone opens nothing any more. Codes do not go to the new number for a day:
    `access.codes` sees to that.
    """
    web_sessions.end_all(db, patient, by=by)
    magic_links.revoke_all(db, patient.id)
    desk.settle_for(db, TaskCode.BAD_NUMBER, patient.id, by=by)
    ahead = db.scalars(
        select(Appointment).where(
            Appointment.patient_id == patient.id,
            Appointment.service != Service.INFUSION,
            Appointment.status.in_((AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)),
            Appointment.ends_at > clock.now(),
        )
    )
    for visit in ahead.all():
        visit.version += 1  # a text that went to the old number does not count
        moving.note(db, visit, "new-number", by=by)
        visit_texts.plan(db, visit)
