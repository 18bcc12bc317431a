"""What was done, by whom, to which record. Append-only; holds ids, never contents."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Model


class AuditEvent(Model):
    """FHIR AuditEvent in small: agent, action, entity, moment.

    Each clinic's events are a chain: at commit an event is given the next number and a hash over
    itself and the one before (see `chain`). The database refuses any other change.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index(None, "clinic_id", "recorded_at"),
        Index(None, "entity_id"),
        Index(None, "patient_id"),
        Index(None, "agent_id"),
        # Two that append at once cannot both be the next.
        Index("ix_audit_event_chain", "clinic_id", "seq", unique=True),
    )

    clinic_id: Mapped[UUID | None]
    action: Mapped[str]
    agent_kind: Mapped[str]
    agent_id: Mapped[UUID | None]
    entity_kind: Mapped[str]
    entity_id: Mapped[UUID | None]
    patient_id: Mapped[UUID | None]  # whom it is about, whatever record was touched
    detail: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    seq: Mapped[int | None]  # from 1, without a gap, in each clinic; None until the commit
    previous_hash: Mapped[bytes | None]  # of the event before; empty for the first
    hash: Mapped[bytes | None]
