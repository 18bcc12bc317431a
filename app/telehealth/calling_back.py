"""When the picture does not come: the patient asks to be phoned instead."""

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import Session

from app import clock, live
from app.audit import trail
from app.people import phones
from app.scheduling import visit_texts
from app.tasks import desk
from app.tasks.models import StaffTask, TaskCode
from app.telehealth.models import Seat, VideoVisit


def ask(db: Session, seat: Seat, *, number: str = "") -> StaffTask:
    """Put an urgent call on the clinic's desk, with the number, and alarm whoever is there.

    Without a number the one said for this visit is called, else the one on file. Asking again only
    changes the number. Refuses (NotAPhoneNumber) a number nobody could call.
    """
    visit = seat.visit
    appointment = visit.appointment
    if number:
        visit.callback = phones.normal(number, appointment.clinic.country)
        visit.said_by_id = seat.id
    visit_texts.is_there(db, appointment)
    visit.phone_asked_at = visit.phone_asked_at or clock.now()
    live.publish(db, visit.topic)
    trail.record(db, "ask-for-call", agent=appointment.patient, entity=appointment)
    return desk.open_task(
        db,
        TaskCode.CALL_BACK,
        appointment.patient,
        by=appointment.patient,
        appointment_id=appointment.id,
        note=visit.callback or appointment.patient.phone,
        urgent=True,
    )


def is_open() -> ColumnElement[bool]:
    """Whether a call that was asked for in a visit is still to be made, in a question about it."""
    return exists().where(
        StaffTask.appointment_id == VideoVisit.appointment_id,
        StaffTask.code == TaskCode.CALL_BACK,
        StaffTask.done_at.is_(None),
    )
