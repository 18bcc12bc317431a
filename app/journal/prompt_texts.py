"""The texts of a session's quiet minutes, and the notices beside them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app import clock, i18n, wall_time
from app.journal import timing
from app.journal.models import JournalPrompt, Moment
from app.journal.preferences import Preference
from app.messaging import outbox, texts
from app.messaging.models import Purpose
from app.push import notices
from app.scheduling.models import Appointment

_PURPOSES = {
    Moment.EVENING: Purpose.EVENING,
    Moment.MORNING: Purpose.MORNING,
    Moment.WEEK: Purpose.WEEK,
}


def plan(
    db: Session, infusion: Appointment, prompts: Sequence[JournalPrompt], preference: Preference
) -> None:
    """Queue anew what is to leave. What left stands; what was answered or skipped is not texted."""
    withdraw(db, infusion)
    if not preference.wants_prompts:
        return
    for prompt in prompts:
        is_settled = prompt.answered_at or prompt.skipped_at or prompt.cancelled_at
        if prompt.due_at is not None and not is_settled:
            _queue(db, prompt, prompt.due_at)


def withdraw(db: Session, infusion: Appointment) -> None:
    """Nothing of a session that is still queued leaves any more."""
    outbox.withdraw(db, infusion.id, *_PURPOSES.values())
    for moment in _PURPOSES:
        notices.cancel(db, f"{moment}:{infusion.id}")


def withdraw_one(db: Session, prompt: JournalPrompt) -> None:
    """The text of one prompt does not leave any more."""
    purpose = _PURPOSES.get(prompt.moment)
    if purpose is not None:
        outbox.withdraw(db, prompt.appointment_id, purpose)
        notices.cancel(db, f"{prompt.moment}:{prompt.appointment_id}")


def _queue(db: Session, prompt: JournalPrompt, due_at: datetime) -> None:
    patient = prompt.patient
    late_at = timing.late_at(due_at, patient.zone)
    if late_at <= clock.now():
        return
    with i18n.using(patient.language):
        is_week = prompt.moment is Moment.WEEK
        body = texts.quiet_week(patient.clinic) if is_week else texts.quiet_minute(patient.clinic)
    day = wall_time.wall(due_at, patient.zone).date()
    infusion_id = prompt.appointment_id
    outbox.enqueue(
        db,
        _PURPOSES[prompt.moment],
        body,
        patient=patient,
        due_at=due_at,
        expires_at=late_at,
        appointment_id=infusion_id,
        link=prompt.link,
        once_key=f"{prompt.moment}:{infusion_id}:{day}",
        cap_key=f"{'day7' if is_week else 'after'}:{infusion_id}",
    )
    notices.queue(
        db,
        patient,
        due_at=due_at,
        expires_at=late_at,
        once_key=f"{prompt.moment}:{infusion_id}",
    )
