"""The end of an alert: somebody who took it on writes down what came of it."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock, live
from app.audit import trail
from app.i18n import gettext as _
from app.people.models import Clinic, Patient, Practitioner
from app.refusal import Refusal
from app.safety.models import Outcome, SafetyAlert


class NotTakenOn(Refusal):
    """Nobody has acknowledged it: others are still being texted."""


class NoNote(Refusal):
    pass


def close(
    db: Session, alert: SafetyAlert, outcome: Outcome, note: str, *, by: Practitioner
) -> None:
    """Write down what came of it; it leaves the console's strip. Closing twice changes nothing.

    Refuses (NotTakenOn) before it is acknowledged, and (NoNote) without a note.
    """
    if alert.closed_at is not None:
        return
    if alert.acknowledged_at is None:
        raise NotTakenOn(_("Acknowledge the alert first."), field="outcome")
    note = note.strip()
    if not note:
        raise NoNote(_("Write a few words about what was done."), field="note")
    alert.outcome = outcome.value
    alert.note = "\n".join(filter(None, (alert.note, note)))
    alert.closed_at, alert.closed_by_id = clock.now(), by.id
    trail.record(db, "close-alert", agent=by, entity=alert, detail=outcome.value)
    live.publish(db, f"desk:{alert.clinic_id}")


def of_patient(db: Session, patient: Patient) -> list[SafetyAlert]:
    """All alerts there ever were about a patient, the newest first."""
    theirs = select(SafetyAlert).where(SafetyAlert.patient_id == patient.id)
    return list(db.scalars(theirs.order_by(SafetyAlert.made_at.desc(), SafetyAlert.id.desc())))


def unclosed(db: Session, clinic: Clinic) -> list[SafetyAlert]:
    """Every alert that is not over: what is urgent, then what is oldest."""
    return list(
        db.scalars(
            select(SafetyAlert)
            .options(
                joinedload(SafetyAlert.patient),
                joinedload(SafetyAlert.thread),
                joinedload(SafetyAlert.acknowledged_by),
            )
            .where(SafetyAlert.clinic_id == clinic.id, SafetyAlert.closed_at.is_(None))
            .order_by(SafetyAlert.urgent.desc(), SafetyAlert.made_at)
        )
    )
