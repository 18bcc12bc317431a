"""Understands texts that have come in: whose each one is, what it means, and what follows.

A text is claimed in a transaction of its own and understood in the next one, all of it or nothing:
a crash on the way loses neither the text nor does anything twice. One that cannot be understood is
put before a person as it is.
"""

from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from app import i18n
from app.db.engine import Database
from app.i18n import gettext as _
from app.messaging import alarms, claims, inbound, threads
from app.messaging.alarms import AlarmCode
from app.messaging.inbound import Raw
from app.messaging.models import InboundText, Message
from app.messaging.senders import UnknownSender
from app.people.models import Patient
from app.replies import answering, care, following, meaning, strangers, whose
from app.replies.following import Reply
from app.replies.meaning import Kind, Understood
from app.replies.whose import Writer
from app.safety import escalation
from app.safety.models import Signal
from app.scheduling import calendars

log = structlog.get_logger("replies")
_WAIT = timedelta(seconds=2)
_LONG_WAIT = timedelta(minutes=10)
_GATEWAYS_WORD = {"STOP": Kind.STOP, "START": Kind.START, "HELP": Kind.HELP}


def understand_next(database: Database) -> bool:
    """Claim the oldest text that waits and take it in. False when none waits.

    After three attempts it is put before a person as it stands; if even that fails it stays, is
    tried again every ten minutes, and an alarm is raised. So does one that was written to a sender
    which no clinic has: nobody guesses whose it may be.
    """
    with database.session(write=False) as db:
        if inbound.next_due(db) is None:  # nearly always: no writer has to wait for that
            return False
    with database.session() as db:
        text = inbound.claim_next(db)
    if text is None:
        return False
    is_hopeless = text.attempts > inbound.MOST_ATTEMPTS
    try:
        with database.session() as db:
            (keep_as_it_is if is_hopeless else understand)(db, text)
    except UnknownSender:
        log.error("text to nobody", text=str(text.id))
        with database.session() as db:
            inbound.keep_for_nobody(db, text, _LONG_WAIT)
            alarms.raise_(db, AlarmCode.UNKNOWN_SENDER)
    except Exception as error:  # noqa: BLE001  whatever it is, the text must stay
        # By kind alone: its words may be the patient's.
        log.error("text not understood", text=str(text.id), kind=type(error).__name__)
        with database.session() as db:
            inbound.put_off(db, text, _LONG_WAIT if is_hopeless else _WAIT * text.attempts)
            if is_hopeless:
                alarms.raise_(db, AlarmCode.NOT_UNDERSTOOD)
    return True


def understand(db: Session, text: InboundText) -> Message | None:
    """Take a stored text in: its words become a Message, and what they ask for is done.

    None when somebody else has done so meanwhile.
    """
    raw = inbound.raw_of(text)
    if not inbound.finish(db, text):
        return None
    writer, others = _to_be_told(db, whose.find(db, raw), raw)
    message = _record(db, writer, raw, text)
    if writer.patient is not None:
        _from_patient(db, writer, writer.patient, raw, message)
        for other in others:
            _tell_also(db, writer, other, raw, text)
    elif writer.practitioner is not None:
        _from_staff(db, raw)
    else:
        strangers.take_in(db, message, _meaning(raw), writer.behind)
    return message


def keep_as_it_is(db: Session, text: InboundText) -> Message | None:
    """Put a text before a person without asking what it means; for danger alone one more try."""
    raw = inbound.raw_of(text)
    if not inbound.finish(db, text):
        return None
    writer = whose.find(db, raw)
    others: tuple[Patient, ...] = ()
    asks_once_more = text.attempts == inbound.MOST_ATTEMPTS + 1 and writer.patient is not None
    is_danger = asks_once_more and Kind.CRISIS in _meaning(raw)
    if is_danger:
        writer, others = _to_be_told(db, writer, raw)
    message = _record(db, writer, raw, text)
    threads.touch_inbound(db, message, needs_person=True)
    if writer.patient is not None:
        following.put_before_person(db, message, writer.patient)
        if is_danger:
            escalation.raise_alert(db, writer.patient, Signal.WORDS)
        for other in others:
            _tell_also(db, writer, other, raw, text)
    return message


def _to_be_told(db: Session, writer: Writer, raw: Raw) -> tuple[Writer, tuple[Patient, ...]]:
    """Of one number at several clinics: who is answered, and who else hears of danger.

    Words that may mean danger go where the person is in care, whoever texted them last.
    """
    if not writer.elsewhere or Kind.CRISIS not in _meaning(raw):
        return writer, ()
    first, *others = care.told_of_danger(db, writer.everywhere)
    elsewhere = tuple(each for each in writer.everywhere if each is not first)
    writer = replace(writer, clinic=first.clinic, patient=first, elsewhere=elsewhere)
    return writer, tuple(others)


def _tell_also(db: Session, writer: Writer, other: Patient, raw: Raw, text: InboundText) -> None:
    """The same words at another clinic that cares for whoever wrote them. It answers nothing: they
    have been told where help is.
    """
    claims.hold_patient(db, other.id)
    there = replace(writer, clinic=other.clinic, patient=other)
    message = _record(db, there, raw, text)
    following.alert_beside(db, other)
    threads.touch_inbound(db, message, needs_person=True)


def _record(db: Session, writer: Writer, raw: Raw, text: InboundText) -> Message:
    is_stranger = writer.patient is None and writer.practitioner is None
    thread = threads.of_stranger(db, writer.clinic, writer.number) if is_stranger else None
    return inbound.record(
        db,
        writer.clinic.id,
        writer.number,
        _as_read(writer, raw),
        sid=text.provider_sid,
        at=text.received_at,
        may_be_anothers=_may_be_anothers(db, writer),
        patient_id=writer.patient.id if writer.patient else None,
        practitioner_id=writer.practitioner.id if writer.practitioner else None,
        thread_id=thread.id if thread else None,
    )


def _may_be_anothers(db: Session, writer: Writer) -> bool:
    """Whether staff are told that it may be another clinic's: only where they care for the person.

    Else whoever enters a number and texts it would learn that it is a patient's somewhere.
    """
    if writer.patient is None or not writer.elsewhere:
        return False
    return writer.patient.id in care.where(db, [writer.patient])


def _as_read(writer: Writer, raw: Raw) -> str:
    """The words as staff read them; a picture is not fetched, but nobody must miss it."""
    if not raw.pictures:
        return raw.body
    with i18n.using(writer.clinic.language):
        return f"{raw.body}\n{_('[a picture]')}".strip()


def _from_patient(
    db: Session, writer: Writer, patient: Patient, raw: Raw, message: Message
) -> None:
    claims.hold_patient(db, patient.id)
    db.refresh(patient, ["opted_out_at", "number_failed_at"])  # a report may have been quicker
    understood = _meaning(raw, patient, _names(db, writer, patient))
    if raw.pictures and understood.kinds == (Kind.OK,):
        understood = Understood((Kind.UNCLEAR,))  # it may be the picture that says it
    with i18n.using(patient.language):
        following.see_that_the_number_is_good(db, patient)
        reply = Reply(
            message,
            patient,
            writer.elsewhere,
            writer.behind,
            understood,
            is_answered=understood.is_twilio_word,
            is_late=inbound.is_overtaken(db, message),
            may_answer=not understood.is_automatic and answering.may_answer(db, message),
        )
        needs_person = following.follow(db, reply)
        if raw.pictures and not needs_person:
            following.put_before_person(db, message, patient)
        threads.touch_inbound(db, message, needs_person=needs_person or raw.pictures > 0)


def _from_staff(db: Session, raw: Raw) -> None:
    """What staff answer to a ring is kept, and asks for nothing. Their STOP silences alerts."""
    if Kind.STOP in _meaning(raw):
        alarms.raise_(db, AlarmCode.STAFF_NUMBER)


def _meaning(raw: Raw, patient: Patient | None = None, names: tuple[str, ...] = ()) -> Understood:
    """What it means; where Twilio has taken it for a word of its own, that is what it means."""
    kind = _GATEWAYS_WORD.get(raw.answered.upper())
    if kind is not None:
        return Understood((kind,), is_twilio_word=True)
    opted_out = patient is not None and patient.opted_out_at is not None
    return meaning.understand(raw.body, opted_out=opted_out, names=names)


def _names(db: Session, writer: Writer, patient: Patient) -> tuple[str, ...]:
    """Whom a greeting or a signature may name."""
    clinicians = calendars.clinicians(db, writer.clinic.id)
    return (
        patient.full_name,
        writer.clinic.name,
        writer.clinic.short_name,
        *(clinician.display_name for clinician in clinicians),
    )
