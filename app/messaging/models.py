"""Texts, both ways."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Model, Sealed
from app.links.models import MagicLink
from app.people.models import Patient, Practitioner


class Direction(StrEnum):
    OUTBOUND = "outbound"
    INBOUND = "inbound"


class Purpose(StrEnum):
    """Why a text is sent. Its order of right and its rules hang on this."""

    CODE = "code"
    SAFETY = "safety"
    JOIN = "join"
    STAFF = "staff"
    ANSWER = "answer"
    CONFIRM = "confirm"
    NUDGE = "nudge"
    NOTICE = "notice"
    REPLY = "reply"


class MessageStatus(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    IN_DOUBT = "in_doubt"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    RECEIVED = "received"


class Message(Model):
    """One text (FHIR Communication). An outbound one waits here until the worker sends it.

    The body rests without its link: `{link}` stands in it, and the address is derived at send time.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("once_key"),
        Index(None, "status", "due_at"),
        Index(None, "patient_id", "made_at"),
        Index(None, "provider_sid"),
        Index(None, "appointment_id"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"))
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id"))
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("magic_link.id"))
    direction: Mapped[Direction]
    purpose: Mapped[Purpose]
    status: Mapped[MessageStatus]
    body_sealed: Mapped[bytes | None]
    number_sealed: Mapped[bytes | None]  # the other side's number
    once_key: Mapped[str | None]  # what may be sent only once, e.g. "join:<appointment>:3"
    priority: Mapped[int] = mapped_column(default=5)  # 0 leaves first
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]  # after this nobody wants it any more
    made_at: Mapped[datetime]
    # Machine time: the lease of the worker that has it in hand.
    attempt: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[datetime | None]
    # What became of it.
    provider_sid: Mapped[str | None]
    error_code: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime | None]
    status_at: Mapped[datetime | None]

    body = Sealed()
    number = Sealed()

    patient: Mapped[Patient | None] = relationship()
    practitioner: Mapped[Practitioner | None] = relationship()
    link: Mapped[MagicLink | None] = relationship()
