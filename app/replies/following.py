"""What follows from what a patient has written.

Danger comes before everything else, and the end of texts before any text. What cannot be done by
itself is put before a person, never guessed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, i18n
from app.i18n import gettext as _
from app.messaging import answers, outbox, writing
from app.messaging.models import Message, Purpose
from app.people.models import Patient
from app.protocols import reaching
from app.replies import answering, keywords, quiet_minutes, strangers
from app.replies.meaning import Kind, Understood
from app.safety import escalation
from app.safety.models import Signal
from app.scheduling import asking, calendars, confirming
from app.scheduling.models import Appointment, Service
from app.scheduling.rules import AlreadyOver
from app.tasks import desk
from app.tasks.models import TaskCode


@dataclass(frozen=True)
class Reply:
    """A patient's text, and what is known about it."""

    message: Message
    patient: Patient
    elsewhere: tuple[Patient, ...]  # the same number at other clinics behind that sender
    behind: frozenset[UUID]  # the clinics that text by the sender it was written to
    understood: Understood
    is_answered: bool  # Twilio has answered by itself
    is_late: bool  # they have written something newer meanwhile
    may_answer: bool

    @property
    def everywhere(self) -> tuple[Patient, ...]:
        """The patient, here and at other clinics."""
        return (self.patient, *self.elsewhere)

    @property
    def by_this_sender(self) -> tuple[Patient, ...]:
        """Those of them whose clinic texts by it today: a START brings texts back from no other."""
        return tuple(each for each in self.everywhere if each.clinic_id in self.behind)

    @property
    def confirms(self) -> Patient | None:
        """Who is told that a word has taken effect, when that is ours to tell."""
        return self.patient if self.may_answer and not self.is_answered else None


def follow(db: Session, reply: Reply) -> bool:
    """Do what the text asks for. Returns whether a person has to see to it as well."""
    if reply.understood.kinds == (Kind.UNCLEAR,) and quiet_minutes.skip(db, reply.message):
        return False
    seen_to = [_FOLLOWS[kind](db, reply) for kind in reply.understood.kinds]
    return any(seen_to)


def visit_meant(db: Session, patient: Patient, at: datetime) -> Appointment | None:
    """The visit that a text of that moment is about: the next one that was not over then."""
    visit = db.scalar(
        select(Appointment)
        .where(
            Appointment.patient_id == patient.id,
            Appointment.service != Service.INFUSION,
            Appointment.status.in_(calendars.OPEN),
            Appointment.ends_at > at,
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    )
    # A text that was found late may be about one that is over by now.
    return visit if visit is not None and visit.ends_at > clock.now() else None


def see_that_the_number_is_good(db: Session, patient: Patient) -> None:
    """Whoever texts from a number can be texted there, whatever was thought of it."""
    if patient.number_failed_at is None:
        return
    patient.number_failed_at = None
    desk.settle_for(db, TaskCode.BAD_NUMBER, patient.id)
    reaching.follow_texts(db, patient)


def put_before_person(db: Session, message: Message, patient: Patient) -> None:
    """Somebody has to answer: a task with the words as they stand."""
    desk.open_task(db, TaskCode.ANSWER, patient, by=patient, note=message.body)


def alert_beside(db: Session, patient: Patient) -> None:
    """Words that may mean danger, at a further clinic that cares for whoever wrote them."""
    escalation.raise_alert(db, patient, Signal.WORDS)
    _hold_back(db, patient)
    if not patient.takes_texts:
        _open_call(db, patient, None)


def _danger(db: Session, reply: Reply) -> bool:
    patient = reply.patient
    escalation.raise_alert(db, patient, Signal.WORDS)
    _hold_back(db, patient)
    is_told = bool(escalation.on_call(db, patient.clinic))
    words = answers.resources if is_told else answers.resources_alone
    wants_none = Kind.STOP in reply.understood or patient.opted_out_at is not None
    if wants_none:
        _open_call(db, patient, None)
    elif answering.may_tell_of_help(db, reply.message):
        answering.say(db, Purpose.SAFETY, words(patient.clinic), patient=patient)
    return True


def _hold_back(db: Session, patient: Patient) -> None:
    """What staff wrote before they knew does not leave unseen: they say whether it still fits."""
    held = writing.hold_back(db, patient)
    if held:
        with i18n.using(patient.clinic.language):
            note = _("Held back when they wrote of danger: %(text)s")
            words = "\n".join(note % {"text": message.body} for message in held)
        desk.open_task(db, TaskCode.ANSWER, patient, by=None, note=words, urgent=True)


def _stop(db: Session, reply: Reply) -> bool:
    in_danger = Kind.CRISIS in reply.understood
    body = answers.stopped_in_danger if in_danger else answers.stopped
    keywords.stop(db, reply.everywhere, confirm=reply.confirms, words=body)
    strangers.no_more_texts(db, reply.message.number, reply.behind)
    return False


def _start(db: Session, reply: Reply) -> bool:
    is_here = reply.patient in reply.by_this_sender
    if reply.is_late or reply.patient.texts_agreed_at is None or not is_here:
        return _for_person(db, reply)
    confirm = reply.confirms
    if reply.may_answer and keywords.was_ours(db, reply.patient):
        confirm = reply.patient
    keywords.start(db, reply.by_this_sender, confirm=confirm)
    return False


def _help(db: Session, reply: Reply) -> bool:
    # Our lines name a number where AYUDA brings help: some will send the word to us.
    in_danger = [each for each in reply.everywhere if escalation.was_alerted_lately(db, each)]
    for patient in in_danger:
        escalation.raise_alert(db, patient, Signal.WORDS)
    if reply.confirms is not None:
        keywords.tell_who_we_are(db, reply.confirms)
    return bool(in_danger)


def _call(db: Session, reply: Reply) -> bool:
    patient = reply.patient
    visit = visit_meant(db, patient, reply.message.due_at)
    _open_call(db, patient, visit)
    if visit is not None:
        outbox.withdraw(db, visit.id, Purpose.NUDGE)  # it would offer what they have asked for
    if reply.may_answer and Kind.LATER not in reply.understood:
        answering.say_when_called(db, patient)
    return False


def _later(db: Session, reply: Reply) -> bool:
    visit = _visit_of(db, reply)
    if visit is None or quiet_minutes.means_no_visit(db, reply.message):
        return _for_person(db, reply)
    try:
        asking.ask(db, visit, by=reply.patient)
    except AlreadyOver:  # called off this very moment
        return _for_person(db, reply)
    answered = reply.may_answer and asking.answer_with_times(db, visit) is not None
    return not answered


def _ok(db: Session, reply: Reply) -> bool:
    visit = _visit_of(db, reply)
    if visit is None:
        return _for_person(db, reply)
    try:
        confirming.confirm(db, visit, by=reply.patient)
    except AlreadyOver:
        return _for_person(db, reply)
    return False


def _for_person(db: Session, reply: Reply) -> bool:
    put_before_person(db, reply.message, reply.patient)
    if reply.may_answer:
        answering.say_when_read(db, reply.patient)
    return True


def _visit_of(db: Session, reply: Reply) -> Appointment | None:
    if reply.is_late:
        return None
    return visit_meant(db, reply.patient, reply.message.due_at)


def _open_call(db: Session, patient: Patient, visit: Appointment | None) -> None:
    desk.open_task(
        db,
        TaskCode.CALL_BACK,
        patient,
        by=patient,
        appointment_id=visit.id if visit else None,
        note=patient.phone,
        urgent=True,
    )


_FOLLOWS: Mapping[Kind, Callable[[Session, Reply], bool]] = {
    Kind.CRISIS: _danger,
    Kind.STOP: _stop,
    Kind.START: _start,
    Kind.HELP: _help,
    Kind.CALL: _call,
    Kind.LATER: _later,
    Kind.OK: _ok,
    Kind.UNCLEAR: _for_person,
}
