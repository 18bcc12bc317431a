"""The links that texts carry."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Model
from app.people.models import Patient


class LinkKind(StrEnum):
    JOIN = "join"
    INTAKE = "intake"
    WRITE = "write"
    SIGN_IN = "sign-in"
    ESCORT = "escort"  # for whoever drives the patient home
    GUEST = "guest"  # for somebody invited to a visit


class LinkState(StrEnum):
    MINTED = "minted"
    SENT = "sent"
    OPEN = "open"
    CLAIMED = "claimed"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


class MagicLink(Model):
    """A capability for one verb.

    The token itself is nowhere: only its hash, and a seed to derive it from.
    """

    __tablename__ = "magic_link"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(None, "appointment_id"),
        Index(None, "patient_id", "expires_at"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id"))
    kind: Mapped[LinkKind]
    state: Mapped[LinkState]
    token_hash: Mapped[bytes]
    seed: Mapped[bytes]
    key_number: Mapped[int]
    for_choosing: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime]
    superseded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("magic_link.id"))
    made_at: Mapped[datetime]

    patient: Mapped[Patient] = relationship()
