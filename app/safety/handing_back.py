"""Alerts that somebody took on and can see to no longer: they ring again."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, live
from app.audit import trail
from app.people.models import Practitioner
from app.safety.models import SafetyAlert


def taken_on_by(db: Session, practitioner: Practitioner) -> Sequence[SafetyAlert]:
    """The alerts that somebody sees to and has not closed."""
    return db.scalars(
        select(SafetyAlert).where(
            SafetyAlert.acknowledged_by_id == practitioner.id, SafetyAlert.closed_at.is_(None)
        )
    ).all()


def hand_back(db: Session, alert: SafetyAlert, *, by: Practitioner) -> None:
    """Nobody has it: it stands red on every page again, and those on call are texted anew."""
    alert.acknowledged_at = alert.acknowledged_by_id = None
    alert.next_round_at = clock.now()
    trail.record(db, "hand-back-alert", agent=by, entity=alert)
    live.publish(db, f"desk:{alert.clinic_id}")
