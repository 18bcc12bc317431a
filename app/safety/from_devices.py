"""Alerts that a phone raised by itself, and that reach the clinic once it has a signal."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.db import once
from app.messaging import claims
from app.people.models import Patient
from app.safety import escalation
from app.safety.models import DeviceAlert, SafetyAlert, Signal


def take(
    db: Session, patient: Patient, uuid: UUID, signal: Signal, at: datetime, *, urgent: bool = True
) -> SafetyAlert:
    """Raise what a phone tells of, `at` by its own clock. The same one again is the same alert."""
    claims.hold_patient(db, patient.id)  # of two that tell the same, one waits
    known = db.scalar(
        select(DeviceAlert).where(DeviceAlert.patient_id == patient.id, DeviceAlert.uuid == uuid)
    )
    if known is not None:
        return db.get_one(SafetyAlert, known.alert_id)
    alert = escalation.raise_alert(db, patient, signal, urgent=urgent)
    db.flush()  # the note points at the alert
    now = clock.now()
    note = DeviceAlert(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        uuid=uuid,
        alert_id=alert.id,
        happened_at=min(at, now),
        made_at=now,
    )
    if once.add_once(db, note):
        trail.record(db, "tell-from-phone", agent=patient, entity=alert, detail=signal.value)
    return alert


def happened_at(db: Session, alert: SafetyAlert) -> datetime | None:
    """When it came about by the phone's clock, of what came from a phone by itself."""
    first = select(DeviceAlert.happened_at).where(DeviceAlert.alert_id == alert.id)
    return db.scalar(first.order_by(DeviceAlert.happened_at).limit(1))
