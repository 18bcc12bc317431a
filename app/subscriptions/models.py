"""Other systems that are told of changes, and what they are still to be told."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Model, Sealed, SealedBytes, SealedJSON


class SubscriptionStatus(StrEnum):
    """A FHIR R4 Subscription's status."""

    REQUESTED = "requested"  # nobody has looked at it; never kept here
    ACTIVE = "active"
    ERROR = "error"  # nothing could be handed over for a day: it is still tried
    OFF = "off"


class Subscription(Model):
    """Where another system wants to hear that something of one kind has changed.

    Its address and its headers may hold a secret, and rest sealed. Machine time, `made_at` and
    `ended_at` excepted.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        # What a change looks up: see app.db.telling.
        Index(None, "clinic_id", "resource_type", "status"),
        Index(None, "status", "try_at"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    api_key_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_key.id"))  # who asked for it
    status: Mapped[SubscriptionStatus]
    resource_type: Mapped[str]  # "Appointment"
    reason: Mapped[str]
    with_ids: Mapped[bool] = mapped_column(default=True)  # else: only that there is something new
    ends_at: Mapped[datetime | None]
    endpoint_sealed: Mapped[bytes | None]
    headers_sealed: Mapped[bytes | None]  # a list of lines that go along, such as Authorization
    secret_sealed: Mapped[bytes | None]  # what signs
    host: Mapped[str]  # of the address, as staff read it
    # How far it has come. `claim` counts who took it in hand: a late worker overwrites nothing.
    last_number: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    claim: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)  # on end
    failing_since_at: Mapped[datetime | None]
    last_answer: Mapped[int | None]  # the status of the last answer; 0: there was none
    delivered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    made_at: Mapped[datetime]

    endpoint = Sealed()
    headers = SealedJSON()
    secret = SealedBytes()


class EventStatus(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"  # given up, until somebody wants it sent again


class SubscriptionEvent(Model):
    """One change that one system is to hear of. The database writes it beside the change."""

    __tablename__ = "subscription_event"
    __table_args__ = (
        Index(None, "subscription_id", "status", "position"),
        Index(None, "subscription_id", "position"),
        Index(None, "status", "made_at"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("subscription.id"))
    resource_type: Mapped[str]
    resource_id: Mapped[UUID]
    is_new: Mapped[bool]
    status: Mapped[EventStatus]
    position: Mapped[int] = mapped_column(BigInteger)  # in which order it happened
    number: Mapped[int | None]  # in which order the other system was told
    attempts: Mapped[int]
    last_answer: Mapped[int | None]
    made_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]

    subscription: Mapped[Subscription] = relationship()
