""" "Not today", said with the button or in a text: one record, whichever way it came.

No reason is asked. Until another time is picked or this one is kept nothing more leaves for the
visit, and somebody at the clinic knows that a time has to be found.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app import clock, i18n, live
from app.db.base import Model
from app.links import magic_links
from app.links.models import LinkKind, MagicLink
from app.messaging import answers, outbox
from app.messaging.models import Message, Purpose
from app.scheduling import calendars, moving, rules, visit_texts
from app.scheduling.models import Appointment
from app.tasks import desk
from app.tasks.models import TaskCode

# A visit this near leaves staff no day to get round to it.
_NEAR = timedelta(hours=24)
# Whoever sleeps over it chooses tomorrow: the times open long after the visit's own hour.
_CHOOSE_FOR = timedelta(days=7)


def ask(db: Session, visit: Appointment, *, by: Model | None) -> None:
    """The patient wants another time: the visit's texts are withheld and staff see it at once.

    The visit keeps its place until a time is picked. Asking again changes nothing but how urgent
    the task is. Refuses (AlreadyOver) a visit that took place or was called off.
    """
    calendars.hold_appointment(db, visit)
    rules.refuse_over(visit)
    outbox.withdraw(db, visit.id, *visit_texts.OF_ITS_TIME)
    visit.confirmed_at = None
    desk.open_task(
        db,
        TaskCode.FIND_A_TIME,
        visit.patient,
        by=by,
        appointment_id=visit.id,
        urgent=visit.starts_at - clock.now() <= _NEAR,
    )
    if visit.asked_at is None:
        visit.asked_at = clock.now()
        moving.note(db, visit, "ask-for-other-times", by=by)


def choose_until(visit: Appointment) -> datetime:
    """Until when whoever asked now may come back to the times."""
    return max(visit.ends_at, clock.now()) + _CHOOSE_FOR


def answer_with_times(db: Session, visit: Appointment) -> Message | None:
    """Text the patient a link of the same visit that opens on other times, in their language.

    An earlier such answer that has not left yet gives way to this one. None when they take no
    texts.
    """
    outbox.withdraw(db, visit.id, Purpose.ANSWER)
    link = link_to_times(db, visit)
    with i18n.using(visit.patient.language):
        body = answers.other_times(visit.clinic)
    return outbox.enqueue(
        db,
        Purpose.ANSWER,
        body,
        patient=visit.patient,
        due_at=clock.now(),
        appointment_id=visit.id,
        link=link,
        visit_at=visit.starts_at,
    )


def link_to_times(db: Session, visit: Appointment) -> MagicLink:
    """A link of the visit that opens on other times and asks for no camera."""
    link = magic_links.mint(
        db,
        LinkKind.JOIN,
        clinic_id=visit.clinic_id,
        patient_id=visit.patient_id,
        appointment_id=visit.id,
        expires_at=choose_until(visit),
        for_choosing=True,
    )
    db.flush()  # the text points at its link
    return link


def take_back(db: Session, visit: Appointment) -> bool:
    """They come after all, so nobody has to find a time. False when they had asked for none."""
    if visit.asked_at is None:
        return False
    visit.asked_at = None
    desk.settle(db, TaskCode.FIND_A_TIME, visit.id)
    live.publish(db, f"desk:{visit.clinic_id}")
    return True
