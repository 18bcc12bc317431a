"""Texts that tell a patient what the clinic did with a visit: moved it, or called it off."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from app import clock, i18n
from app.messaging import outbox, quiet_hours, texts
from app.messaging.models import Purpose
from app.people.models import Clinic
from app.scheduling import visit_texts
from app.scheduling.models import Appointment


def moved(db: Session, visit: Appointment) -> None:
    """Text the patient the new time, outside quiet hours. Not when the join text comes first."""
    due_at = quiet_hours.next_awake(clock.now(), visit.patient.zone)
    joins_at = visit_texts.joins_at(db, visit)
    if due_at >= joins_at - (visit.starts_at - joins_at):
        return
    _text(db, visit, texts.moved, due_at=due_at, expires_at=joins_at)


def called_off(db: Session, visit: Appointment) -> None:
    """Text the patient that a visit ahead is off, outside their quiet hours."""
    due_at = quiet_hours.next_awake(clock.now(), visit.patient.zone)
    if due_at < visit.ends_at:
        _text(db, visit, texts.called_off, due_at=due_at, expires_at=visit.ends_at)


def _text(
    db: Session,
    visit: Appointment,
    words: Callable[[Clinic, str, datetime, str], str],
    *,
    due_at: datetime,
    expires_at: datetime,
) -> None:
    with i18n.using(visit.patient.language):
        body = words(
            visit.clinic, visit_texts.clinician(visit), visit.starts_at, visit.patient.zone
        )
    outbox.enqueue(
        db,
        Purpose.NOTICE,
        body,
        patient=visit.patient,
        due_at=due_at,
        expires_at=expires_at,
        appointment_id=visit.id,
        visit_at=visit.starts_at,
    )
