"""Texts from numbers that nobody has: kept, shown to staff, and answered by themselves only with
where help is, to words that may mean danger.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import i18n
from app.i18n import gettext as _
from app.messaging import answers, threads
from app.messaging.models import Direction, Message, Purpose, Thread
from app.people import enrolment
from app.people.models import Clinic
from app.refusal import Refusal
from app.replies import answering, meaning
from app.replies.meaning import Kind, Understood
from app.safety import escalation
from app.safety.models import Signal
from app.scheduling import escorts
from app.telehealth import guests

# Enough of what a number has written to find whether it wants no texts.
_LOOKED_BACK = 50
# Words about texts themselves: at a number that nobody has there is nothing to be done.
_ASKS_NOBODY = {Kind.STOP, Kind.START, Kind.HELP}


class WantsNoTexts(Refusal):
    pass


def take_in(
    db: Session, message: Message, understood: Understood, behind: Collection[UUID]
) -> None:
    """Put it before a person, unless it only said STOP, START or HELP.

    `behind`: the clinics that text by the sender it was written to.
    """
    needs_person = not set(understood.kinds) <= _ASKS_NOBODY
    threads.touch_inbound(db, message, needs_person=needs_person)
    if Kind.STOP in understood:
        no_more_texts(db, message.number, behind)
    if Kind.CRISIS in understood:
        _danger(db, message)


def _danger(db: Session, message: Message) -> None:
    clinic = db.get_one(Clinic, message.clinic_id)
    thread = threads.of_message(db, message)
    assert thread is not None, "a stranger's text stands in a thread"
    escalation.raise_alert_about_number(db, thread, Signal.WORDS)
    if wants_no_texts(db, thread) or not answering.may_tell_of_help(db, message):
        return
    is_told = bool(escalation.on_call(db, clinic))
    with i18n.using(clinic.language):
        body = (answers.resources if is_told else answers.resources_alone)(clinic)
        answering.say(db, Purpose.SAFETY, body, thread=thread)


def no_more_texts(db: Session, number: str, clinic_ids: Collection[UUID]) -> None:
    """To whoever comes along with a patient and has this number, none of them texts any more."""
    escorts.no_more_texts(db, number, clinic_ids)
    guests.no_more_texts(db, number, clinic_ids)


def refuse_unwanted(db: Session, clinic: Clinic, number: str) -> None:
    """Refuses (WantsNoTexts) a number that asked this clinic for no texts, patient's or not."""
    patient = enrolment.with_number(db, clinic.id, number)
    opted_out = patient is not None and patient.opted_out_at is not None
    if opted_out or wants_no_texts(db, threads.of_stranger(db, clinic, number)):
        raise WantsNoTexts(_("This number asked for no texts. Please phone."), field="phone")


def wants_no_texts(db: Session, thread: Thread) -> bool:
    """Whether the last that was said about texts themselves was to stop them."""
    said = db.scalars(
        select(Message)
        .where(Message.thread_id == thread.id, Message.direction == Direction.INBOUND)
        .order_by(Message.made_at.desc(), Message.id.desc())
        .limit(_LOOKED_BACK)
    )
    for message in said:
        understood = meaning.understand(message.body, opted_out=True)
        if Kind.STOP in understood:
            return True
        if Kind.START in understood:
            return False
    return False
