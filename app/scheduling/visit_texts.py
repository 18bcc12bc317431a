"""The texts that hang on one visit, and the link they carry."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, i18n
from app.links import magic_links
from app.links.models import LinkKind, MagicLink
from app.messaging import outbox, quiet_hours, texts
from app.messaging.models import Message, Purpose
from app.scheduling.models import Appointment

JOIN_BEFORE = timedelta(minutes=5)


def plan(db: Session, visit: Appointment) -> MagicLink:
    """Mint the visit's join link, queue the text that carries it, and retire earlier links.

    The text is due five minutes before the start and is wanted until the visit's end; the link
    outlives the visit a little. Whoever holds an earlier link is led to the new time.
    """
    link = magic_links.mint(
        db,
        LinkKind.JOIN,
        clinic_id=visit.clinic_id,
        patient_id=visit.patient_id,
        appointment_id=visit.id,
        expires_at=visit.ends_at + magic_links.JOIN_OUTLIVES_VISIT,
    )
    magic_links.supersede(db, visit.id, link)
    outbox.withdraw(db, visit.id)
    with i18n.using(visit.patient.language):
        body = texts.join(visit.clinic, _clinician(visit), visit.starts_at, visit.patient.zone)
    outbox.enqueue(
        db,
        Purpose.JOIN,
        body,
        patient=visit.patient,
        due_at=visit.starts_at - JOIN_BEFORE,
        expires_at=visit.ends_at,
        appointment_id=visit.id,
        link=link,
        once_key=f"join:{visit.id}:{visit.version}",
    )
    return link


def keep(db: Session, visit: Appointment) -> None:
    """The patient keeps the time after asking for others: its join text leaves after all."""
    once_key = f"join:{visit.id}:{visit.version}"
    if db.scalar(select(Message.id).where(Message.once_key == once_key)) is None:
        plan(db, visit)


def tell_moved(db: Session, visit: Appointment) -> None:
    """Text the patient the new time, outside quiet hours. Not when the join text comes first."""
    due_at = quiet_hours.next_awake(clock.now(), visit.patient.zone)
    if due_at >= visit.starts_at - 2 * JOIN_BEFORE:
        return
    with i18n.using(visit.patient.language):
        body = texts.moved(visit.clinic, _clinician(visit), visit.starts_at, visit.patient.zone)
    outbox.enqueue(
        db,
        Purpose.NOTICE,
        body,
        patient=visit.patient,
        due_at=due_at,
        expires_at=visit.starts_at - JOIN_BEFORE,
        appointment_id=visit.id,
    )


def call_off(db: Session, visit: Appointment) -> None:
    """Withdraw the visit's texts and retire its links: they say that it is not taking place."""
    outbox.withdraw(db, visit.id)
    magic_links.supersede(db, visit.id, None)


def tell_called_off(db: Session, visit: Appointment) -> None:
    """Text the patient that a visit ahead is off, outside their quiet hours."""
    due_at = quiet_hours.next_awake(clock.now(), visit.patient.zone)
    if due_at >= visit.ends_at:
        return
    with i18n.using(visit.patient.language):
        body = texts.called_off(
            visit.clinic, _clinician(visit), visit.starts_at, visit.patient.zone
        )
    outbox.enqueue(
        db,
        Purpose.NOTICE,
        body,
        patient=visit.patient,
        due_at=due_at,
        expires_at=visit.ends_at,
        appointment_id=visit.id,
    )


def _clinician(visit: Appointment) -> str:
    return visit.practitioner.display_name if visit.practitioner else visit.clinic.short_name
