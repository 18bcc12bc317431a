"""Putting a patient away who does not come any more, and bringing them back.

Nothing of theirs is lost, and they can still sign in and write; by itself the clinic sends nothing.
"""

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app import clock, live
from app.audit import trail
from app.i18n import gettext as _
from app.intake import taking_along
from app.messaging import claims, outbox
from app.messaging.models import Thread
from app.people.models import Patient, Practitioner
from app.protocols import reaching
from app.push.models import NoticeStatus, PushNotice
from app.refusal import Refusal
from app.safety.models import SafetyAlert
from app.scheduling import calendars
from app.scheduling.models import Appointment


class StillNeeded(Refusal):
    """Something of theirs still waits for somebody."""


def put_away(db: Session, patient: Patient, *, by: Practitioner) -> None:
    """They leave lists and searches, what was asked is asked no more, and no text is sent.

    Twice changes nothing. Refuses (StillNeeded) while anything is booked ahead, an alert is not
    closed, or a text waits for an answer: somebody has to see to that first.
    """
    claims.hold_patient(db, patient.id)
    if not patient.is_active:
        return
    refuse_needed(db, patient)
    patient.archived_at = clock.now()
    outbox.call_back(db, patient)
    for packet in taking_along.open_packets(db, patient):
        taking_along.cancel(db, packet, by=by)
    reaching.follow_texts(db, patient)
    db.execute(
        delete(PushNotice).where(
            PushNotice.patient_id == patient.id, PushNotice.status == NoticeStatus.QUEUED
        )
    )
    trail.record(db, "put-away", agent=by, entity=patient)
    live.publish(db, f"desk:{patient.clinic_id}")


def bring_back(db: Session, patient: Patient, *, by: Practitioner) -> None:
    """They come again. What was pulled back is not asked anew. Twice changes nothing."""
    if patient.archived_at is None or patient.merged_into_id is not None or patient.erased_at:
        return
    patient.archived_at = None
    reaching.follow_texts(db, patient)
    trail.record(db, "bring-back", agent=by, entity=patient)
    live.publish(db, f"desk:{patient.clinic_id}")


def refuse_needed(db: Session, patient: Patient) -> None:
    """Refuse (StillNeeded) while somebody at the clinic has to see to something of theirs first."""
    ahead = select(Appointment.id).where(
        Appointment.patient_id == patient.id,
        Appointment.status.in_(calendars.OPEN),
        Appointment.ends_at > clock.now(),
    )
    if db.scalar(ahead.limit(1)) is not None:
        raise StillNeeded(_("Something is booked for them. Call it off first."))
    alert = select(SafetyAlert.id).where(
        SafetyAlert.patient_id == patient.id,
        or_(SafetyAlert.acknowledged_at.is_(None), SafetyAlert.closed_at.is_(None)),
    )
    if db.scalar(alert.limit(1)) is not None:
        raise StillNeeded(_("A safety alert of theirs is open. See to it first."))
    waiting = select(Thread.id).where(
        Thread.patient_id == patient.id, Thread.opened_at.is_not(None)
    )
    if db.scalar(waiting.limit(1)) is not None:
        raise StillNeeded(_("They wait for an answer in the inbox. Answer first."))
