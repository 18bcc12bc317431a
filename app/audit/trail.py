"""Writes the audit trail."""

from sqlalchemy.orm import Session

from app import clock
from app.audit.models import AuditEvent
from app.db.base import Model


def record(
    db: Session, action: str, *, agent: Model | None, entity: Model, detail: str = ""
) -> None:
    """Add an event in the caller's transaction.

    `agent` None: Afterglow itself. No personal words in `detail`.
    """
    clinic_id = (
        entity.id if entity.__tablename__ == "clinic" else getattr(entity, "clinic_id", None)
    )
    db.add(
        AuditEvent(
            clinic_id=clinic_id,
            action=action,
            agent_kind=agent.__tablename__ if agent else "afterglow",
            agent_id=agent.id if agent else None,
            entity_kind=entity.__tablename__,
            entity_id=entity.id,
            detail=detail,
            recorded_at=clock.now(),
        )
    )
