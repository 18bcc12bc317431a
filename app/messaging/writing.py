"""Texts that a person at the clinic writes to a patient."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock, live
from app.audit import trail
from app.i18n import gettext as _
from app.messaging import claims, clinical_words, outbox, quiet_hours, segments, threads
from app.messaging.models import Message, MessageStatus, Purpose, Thread
from app.people.models import Patient, Practitioner
from app.refusal import Refusal

LONGEST = 480  # signs


class NothingWritten(Refusal):
    pass


class TooLong(Refusal):
    pass


class TakesNoTexts(Refusal):
    pass


class HasLeft(Refusal):
    """A text that is on its way cannot be called back."""


class SaysWhy(Refusal):
    """It holds words that tell others what the patient comes for. It may be sent all the same."""


def leaves_at(patient: Patient, thread: Thread | None) -> datetime:
    """When a text written now would leave: now when it answers them, else once they are awake."""
    now = clock.now()
    return now if answers(thread) else quiet_hours.next_awake(now, patient.zone)


def answers(thread: Thread | None) -> bool:
    """Whether a text written now answers what the patient wrote."""
    return thread is not None and thread.opened_at is not None


def read(body: str, patient: Patient, *, in_any_words: bool = False) -> str:
    """What was typed, as it would be sent: typographic signs made plain, ends trimmed.

    Refuses (NothingWritten, TooLong) what is no text, and (SaysWhy) one with clinical words unless
    it is wanted `in_any_words`.
    """
    body = segments.plain(body.replace("\r\n", "\n")).strip()
    if not body:
        raise NothingWritten(_("Write something first."), field="body")
    if len(body) > LONGEST:
        raise TooLong(
            _("That is %(count)s signs. Shorten it to %(most)s, or phone.")
            % {"count": len(body), "most": LONGEST},
            field="body",
        )
    clinic = patient.clinic
    said = clinical_words.found(body, besides=(clinic.name, clinic.short_name))
    if said and not in_any_words:
        raise SaysWhy(
            _(
                "Whoever glances at the phone would read %(words)s. Say it without, "
                "or send it as it is."
            )
            % {"words": ", ".join(f"“{word}”" for word in said)},
            field="body",
        )
    return body


def send(
    db: Session,
    patient: Patient,
    body: str,
    *,
    by: Practitioner,
    form: str,
    seen: datetime | None = None,
    about: UUID | None = None,
) -> Message:
    """Queue a text and note that the patient has been answered.

    `form` names the form that it was typed into: posted twice, it is one text. `seen`: the newest
    text that stood above it; `about`: the visit whose time it asks about. Refuses (TakesNoTexts)
    somebody who is not to be texted.
    """
    claims.hold_patient(db, patient.id)  # a reply may be taken in at this moment
    once_key = f"written:{by.id}:{form}"
    there = _sent_from(db, once_key)
    if there is not None and there.body == body:
        return there
    if there is not None:  # a page that came back from the browser's memory, and other words
        once_key = f"written:{by.id}:{uuid4()}"
    thread = threads.of(db, patient)
    message = outbox.enqueue(
        db,
        Purpose.WRITTEN,
        body,
        patient=patient,
        due_at=leaves_at(patient, thread),
        at_any_hour=answers(thread),
        once_key=once_key,
        appointment_id=about,
        written_by=by,
    ) or _sent_from(db, once_key)
    if message is None:
        raise TakesNoTexts(
            _("%(name)s takes no texts. Please phone.") % {"name": patient.given_name},
            field="body",
        )
    db.flush()  # the trail points at the row
    trail.record(db, "write-text", agent=by, entity=message)
    threads.answered(db, thread, by=by, seen=seen)
    return message


def take_back(db: Session, message: Message, *, by: Practitioner) -> None:
    """A text that staff wrote and that has not left stays here for good. Twice changes nothing.

    Refuses (HasLeft) one that a worker has in hand already.
    """
    # One conditional update, as a worker claims: only one of the two gets the row.
    taken = db.execute(
        update(Message)
        .where(
            Message.id == message.id,
            Message.written_by_id.is_not(None),
            Message.status == MessageStatus.QUEUED,
        )
        .values(status=MessageStatus.CANCELLED, once_key=None, status_at=clock.now())
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).first()
    db.refresh(message)
    if taken is not None:
        trail.record(db, "take-back-text", agent=by, entity=message)
        live.publish(db, f"desk:{message.clinic_id}")
    elif message.status is not MessageStatus.CANCELLED:
        raise HasLeft(_("That text is on its way already."), field="texts-title")


def hold_back(db: Session, patient: Patient) -> list[Message]:
    """Keep what staff wrote to a patient and has not left: they wrote it before they knew.

    It stays in the thread, so that staff can send it all the same.
    """
    held = db.scalars(
        update(Message)
        .where(
            Message.patient_id == patient.id,
            Message.purpose == Purpose.WRITTEN,
            Message.status == MessageStatus.QUEUED,
        )
        .values(status=MessageStatus.CANCELLED, error_code=threads.HELD_BACK, status_at=clock.now())
        .returning(Message)
    ).all()
    for message in held:
        trail.record(db, "hold-back-text", agent=None, entity=message)
    return list(held)


def _sent_from(db: Session, once_key: str) -> Message | None:
    return db.scalar(select(Message).where(Message.once_key == once_key))
