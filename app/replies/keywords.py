"""STOP, START and HELP, in Twilio's words and in people's own.

Twilio acts on its own words by itself and confirms them, so those are only recorded. Any other word
for the same is ours to confirm, once. What somebody says about texts holds for the sender they said
it to, as it does at Twilio: for one clinic that has its own, for all that share one.
"""

from collections.abc import Callable, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, live
from app.audit import trail
from app.messaging import answers, outbox
from app.messaging.models import Message, Purpose
from app.people.models import Clinic, Patient
from app.protocols import reaching
from app.replies import answering
from app.tasks import desk
from app.tasks.models import TaskCode


def stop(
    db: Session,
    patients: Iterable[Patient],
    *,
    confirm: Patient | None,
    words: Callable[[Clinic], str] = answers.stopped,
) -> None:
    """No text any more to any of these; each clinic has a task to reach them otherwise.

    `confirm`: who is told so, in one text; not when they had stopped texts before.
    """
    stopped = [patient for patient in patients if patient.opted_out_at is None]
    for patient in stopped:
        patient.opted_out_at = clock.now()
        trail.record(db, "opt-out", agent=patient, entity=patient)
        outbox.withdraw_from(db, patient)
        reaching.follow_texts(db, patient)
        desk.open_task(db, TaskCode.OPTED_OUT, patient, by=patient, urgent=True)
    if confirm is not None and confirm in stopped:
        body, once_key = words(confirm.clinic), _confirmation_of(confirm)
        answering.say(db, Purpose.KEYWORD, body, patient=confirm, once_key=once_key)


def was_ours(db: Session, patient: Patient) -> bool:
    """Whether it was us who confirmed their stop, so that Twilio knows of none and says nothing."""
    if patient.opted_out_at is None:
        return False
    ours = select(Message.id).where(Message.once_key == _confirmation_of(patient))
    return db.scalar(ours) is not None


def start(db: Session, patients: Iterable[Patient], *, confirm: Patient | None) -> None:
    """Texts again, to each of these that had stopped them; what is booked is texted about again."""
    rejoined = [patient for patient in patients if patient.opted_out_at is not None]
    for patient in rejoined:
        patient.opted_out_at = None
        trail.record(db, "opt-in", agent=patient, entity=patient)
        reaching.follow_texts(db, patient)
        desk.settle_for(db, TaskCode.OPTED_OUT, patient.id)
        live.publish(db, f"desk:{patient.clinic_id}")
    if confirm is not None and confirm in rejoined:
        answering.say(db, Purpose.KEYWORD, answers.rejoined(confirm.clinic), patient=confirm)


def _confirmation_of(patient: Patient) -> str:
    """What tells our confirmation of this stop from any other answer to a word."""
    assert patient.opted_out_at is not None, "only a stop is confirmed"
    return f"stopped:{patient.id}:{patient.opted_out_at.timestamp()}"


def tell_who_we_are(db: Session, patient: Patient) -> None:
    """Who texts, how to reach them, and how to end it. Also for whoever wants no texts."""
    answering.say(db, Purpose.KEYWORD, answers.who_we_are(patient.clinic), patient=patient)
