"""What the few clear words of a reply mean: OK, LATER, CALL. Anything else goes to a person."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, i18n
from app.messaging.models import Message
from app.people.models import Patient
from app.scheduling import asking, confirming
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.tasks import desk
from app.tasks.models import TaskCode

_OK = {"ok", "okay", "k", "si", "sí", "vale"}
_LATER = {"later", "not today", "not ready", "luego", "más tarde", "mas tarde", "hoy no"}
_CALL = {"call", "call me", "llamar", "llámame", "llamame"}


def take_in(db: Session, reply: Message) -> None:
    """Act on a stored reply. A word that is not clear makes a task for a person, never a guess."""
    patient = db.get_one(Patient, reply.patient_id)
    word = reply.body.lower().strip(".!, \t\r\n\xa0")
    visit = next_visit(db, patient)
    with i18n.using(patient.language):
        if visit is not None and word in _OK:
            confirming.confirm(db, visit, by=patient)
        elif visit is not None and word in _LATER:
            asking.ask(db, visit, by=patient)
            asking.answer_with_times(db, visit)
        elif word in _CALL:
            _ask_for_call(db, visit, patient)
        else:
            desk.open_task(db, TaskCode.ANSWER, patient, by=patient, note=reply.body)


def next_visit(db: Session, patient: Patient) -> Appointment | None:
    """The visit that a reply is about: the next one that is not over."""
    return db.scalar(
        select(Appointment)
        .where(
            Appointment.patient_id == patient.id,
            Appointment.service != Service.INFUSION,
            Appointment.status.in_((AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)),
            Appointment.ends_at > clock.now(),
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    )


def _ask_for_call(db: Session, visit: Appointment | None, patient: Patient) -> None:
    desk.open_task(
        db,
        TaskCode.CALL_BACK,
        patient,
        by=patient,
        appointment_id=visit.id if visit else None,
        note=patient.phone,
        urgent=True,
    )
