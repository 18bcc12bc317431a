"""What was done, by whom, to which record. Append-only; holds ids, never contents."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Model


class AuditEvent(Model):
    """FHIR AuditEvent in small: agent, action, entity, moment."""

    __tablename__ = "audit_event"
    __table_args__ = (Index(None, "clinic_id", "recorded_at"), Index(None, "entity_id"))

    clinic_id: Mapped[UUID | None]
    action: Mapped[str]
    agent_kind: Mapped[str]
    agent_id: Mapped[UUID | None]
    entity_kind: Mapped[str]
    entity_id: Mapped[UUID | None]
    detail: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
