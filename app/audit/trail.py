"""Writes the audit trail, and looks up whether something stands there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import chain
from app.audit.models import AuditEvent
from app.db.base import Model

# Where a record that names no patient belongs to one that does.
_PARTS_OF = ("appointment", "visit", "response", "packet", "entry")


def record(
    db: Session, action: str, *, agent: Model | None, entity: Model, detail: str = ""
) -> None:
    """Add an event in the caller's transaction; it is linked to the chain at the commit.

    `agent` None: Afterglow itself. No personal words in `detail`.
    """
    clinic_id = (
        entity.id if entity.__tablename__ == "clinic" else getattr(entity, "clinic_id", None)
    )
    event = AuditEvent(
        clinic_id=clinic_id,
        action=action,
        agent_kind=agent.__tablename__ if agent else "afterglow",
        agent_id=agent.id if agent else None,
        entity_kind=entity.__tablename__,
        entity_id=entity.id,
        patient_id=_patient_of(entity),
        detail=detail,
        recorded_at=clock.now(),
    )
    db.add(event)
    chain.expect(db, event)


def has(db: Session, action: str, *, agent: Model, entity: Model, since: datetime) -> bool:
    """Whether this was written down since then: the same act, by the same, on the same."""
    found = select(AuditEvent.id).where(
        AuditEvent.clinic_id == getattr(entity, "clinic_id", None),
        AuditEvent.patient_id == _patient_of(entity),
        AuditEvent.entity_id == entity.id,
        AuditEvent.agent_id == agent.id,
        AuditEvent.action == action,
        AuditEvent.recorded_at >= since,
    )
    return db.scalar(found.limit(1)) is not None


def _patient_of(entity: Model) -> UUID | None:
    """Whom a record is about, if about anybody."""
    if entity.__tablename__ == "patient":
        return entity.id
    patient_id: UUID | None = getattr(entity, "patient_id", None)
    for name in _PARTS_OF:
        whole = None if patient_id else getattr(entity, name, None)
        if isinstance(whole, Model):
            patient_id = _patient_of(whole)
    return patient_id
