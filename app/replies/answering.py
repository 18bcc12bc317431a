"""Answers that leave by themselves, and what keeps two machines from answering each other."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app import clock
from app.access import attempts
from app.messaging import answers, outbox, threads
from app.messaging.models import Message, Purpose, Thread
from app.people.models import Clinic, Patient
from app.scheduling import reading_hours

# Nobody is told more often when a person reads what they wrote.
LINE_AGAIN_AFTER = timedelta(hours=4)
# A person varies what they write and pauses; a machine that answers ours does neither.
_MOST, _MOST_ALIKE = 30, 8
_PER = timedelta(hours=1)


def may_answer(db: Session, reply: Message) -> bool:
    """Whether a text may be answered by itself once more: not without end, nor the same words.

    Counts it, so ask once a text.
    """
    words = reply.body.strip().casefold()
    alike = attempts.allow(db, f"alike:{reply.number}:{words}", limit=_MOST_ALIKE, per=_PER)
    return alike and attempts.allow(db, f"answers:{reply.number}", limit=_MOST, per=_PER)


def may_tell_of_help(db: Session, reply: Message) -> bool:
    """Whether they may be told once more where help is. A person never reaches this limit."""
    return attempts.allow(db, f"help:{reply.number}", limit=_MOST, per=_PER)


def say(
    db: Session,
    purpose: Purpose,
    body: str,
    *,
    patient: Patient | None = None,
    thread: Thread | None = None,
    once_key: str | None = None,
) -> bool:
    """Queue an answer to leave now. False when they cannot be texted."""
    queued = outbox.enqueue(
        db, purpose, body, patient=patient, thread=thread, due_at=clock.now(), once_key=once_key
    )
    return queued is not None


def say_when_read(db: Session, patient: Patient) -> None:
    """Tell them when a person reads what they wrote, unless they were told lately."""
    thread = threads.of(db, patient)
    now = clock.now()
    if thread.line_at is not None and now < thread.line_at + LINE_AGAIN_AFTER:
        return
    if say(db, Purpose.ANSWER, _when_read(db, patient.clinic, patient.zone), patient=patient):
        thread.line_at = now


def say_when_called(db: Session, patient: Patient) -> None:
    """Tell them when they are phoned."""
    clinic, zone = patient.clinic, patient.zone
    hours = reading_hours.reading_time(db, clinic, clock.now())
    if hours is None:
        body = answers.call_sometime(clinic)
    elif hours.opens_at <= clock.now():
        body = answers.call_until(clinic, hours.closes_at, zone)
    else:
        body = answers.call_from(clinic, hours.opens_at, zone)
    say(db, Purpose.ANSWER, body, patient=patient)


def _when_read(db: Session, clinic: Clinic, zone: str) -> str:
    hours = reading_hours.reading_time(db, clinic, clock.now())
    if hours is None:
        return answers.read_sometime(clinic)
    if hours.opens_at <= clock.now():
        return answers.read_until(clinic, hours.closes_at, zone)
    return answers.read_from(clinic, hours.opens_at, zone)
