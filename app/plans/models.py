"""A clinic's protocols. A version is never changed once it is here; the newest counts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Changing, Model
from app.plans.kinds import ProtocolKind


class Protocol(Changing, Model):
    """A way of doing it that a clinic offers at booking (FHIR PlanDefinition).

    One that comes with Afterglow has no row until the clinic changes something about it.
    """

    __tablename__ = "protocol"
    __table_args__ = (UniqueConstraint("clinic_id", "slug"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    slug: Mapped[str]
    name: Mapped[str]
    kind: Mapped[ProtocolKind]
    is_on: Mapped[bool]
    is_default: Mapped[bool]
    made_at: Mapped[datetime]


class ProtocolVersion(Model):
    """The plan of a protocol from one edit to the next, numbered from 1."""

    __tablename__ = "protocol_version"
    __table_args__ = (UniqueConstraint("protocol_id", "number"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    protocol_id: Mapped[UUID] = mapped_column(ForeignKey("protocol.id"))
    number: Mapped[int]
    plan: Mapped[str] = mapped_column(Text)  # JSON, as `Plan.written` writes it
    made_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    made_at: Mapped[datetime]
