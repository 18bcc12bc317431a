"""Notices to an installed app: a second channel beside texts, never the one of record."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Model, Sealed, SealedForHouse
from app.people.models import Patient


class VapidKey(Model):
    """The key by which push services know this installation. Sealed for the house."""

    __tablename__ = "vapid_key"

    private_sealed: Mapped[bytes]
    public: Mapped[str]  # base64url, as browsers want it
    made_at: Mapped[datetime]

    private = SealedForHouse(b"vapid_key.private")


class PushSubscription(Model):
    """A browser that may be sent notices, until one tap ends it."""

    __tablename__ = "push_subscription"
    __table_args__ = (UniqueConstraint("endpoint_hash"), Index(None, "patient_id", "ended_at"))

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    endpoint_hash: Mapped[bytes]
    endpoint_sealed: Mapped[bytes | None]
    p256dh_sealed: Mapped[bytes | None]
    auth_sealed: Mapped[bytes | None]
    language: Mapped[str]
    device: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]

    endpoint = Sealed()
    p256dh = Sealed()
    auth = Sealed()

    patient: Mapped[Patient] = relationship()


class NoticeStatus(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PushNotice(Model):
    """One notice that goes out beside a text. Its words are the same for everybody."""

    __tablename__ = "push_notice"
    __table_args__ = (UniqueConstraint("once_key"), Index(None, "status", "due_at"))

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    once_key: Mapped[str]
    status: Mapped[NoticeStatus]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]  # machine time
    sent_at: Mapped[datetime | None]
    made_at: Mapped[datetime]

    patient: Mapped[Patient] = relationship()
