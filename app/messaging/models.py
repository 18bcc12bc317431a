"""Texts, both ways."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Float, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Changing, Model, Sealed, SealedForHouse
from app.links.models import MagicLink
from app.people.models import Patient, Practitioner


class Direction(StrEnum):
    OUTBOUND = "outbound"
    INBOUND = "inbound"


class Purpose(StrEnum):
    """Why a text is sent. Its order of right and its rules hang on this."""

    CODE = "code"
    SAFETY = "safety"  # to staff on call, and the resources a patient in danger is sent at once
    JOIN = "join"
    STAFF = "staff"  # to staff: somebody waits
    KEYWORD = "keyword"  # the one answer to STOP or HELP, also to whoever wants no texts
    ANSWER = "answer"  # by itself, to what a patient has just written
    WRITTEN = "written"  # by a person at the clinic
    CONFIRM = "confirm"  # the day before
    INTAKE = "intake"  # there is something to fill in
    REMINDER = "reminder"  # and it is not done yet
    READINESS = "readiness"  # just before an infusion
    EVENING = "evening"  # a quiet minute after a session
    MORNING = "morning"  # and the next day
    WEEK = "week"  # and seven days later
    SESSION = "session"  # the way into a session's quiet hour
    ESCORT = "escort"  # to whoever takes a patient home
    GUEST = "guest"  # to somebody invited to a visit
    NUDGE = "nudge"  # three minutes after the start
    NOTICE = "notice"
    REPLY = "reply"  # inbound


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


class Message(Changing, Model):
    """One text (FHIR Communication). An outbound one waits here until the worker sends it.

    The body rests without its link: `{link}` stands in it, and the address is derived at send time.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("once_key"),
        # All that choosing the next one to leave looks at, so that it is quick with 10,000 due.
        Index(None, "status", "due_at", "priority", "visit_at", "id"),
        Index(None, "patient_id", "made_at"),
        Index(None, "provider_sid"),
        Index(None, "appointment_id"),
        Index(None, "look_at"),
        Index(None, "cap_key"),
        Index(None, "thread_id"),
        Index(None, "again_of_id"),
        Index(None, "clinic_id", "changed_at"),
        Index(None, "link_id"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"))
    thread_id: Mapped[UUID | None] = mapped_column(ForeignKey("thread.id"))  # a stranger's alone
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id"))
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("magic_link.id"))
    direction: Mapped[Direction]
    purpose: Mapped[Purpose]
    status: Mapped[MessageStatus]
    body_sealed: Mapped[bytes | None]
    number_sealed: Mapped[bytes | None]  # the other side's number
    once_key: Mapped[str | None]  # what may be sent only once, e.g. "join:<appointment>:3"
    written_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    again_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id"))  # tried once more
    # When it leaves.
    priority: Mapped[int] = mapped_column(default=5)  # 0 leaves first
    visit_at: Mapped[datetime | None]  # among equals the earlier visit comes first
    due_at: Mapped[datetime]
    first_due_at: Mapped[datetime | None]  # before quiet hours put it off
    expires_at: Mapped[datetime | None]  # after this nobody wants it any more
    at_any_hour: Mapped[bool] = mapped_column(default=False)  # quiet hours do not hold it
    cap_key: Mapped[str | None]  # counted against what Afterglow may start: "after:<infusion>"
    made_at: Mapped[datetime]
    # Machine time: the lease of the worker that has it in hand.
    attempt: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(default="")
    claimed_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    # Machine time: when the gateway is asked next what became of it, and how often it was.
    look_at: Mapped[datetime | None]
    looks: Mapped[int] = mapped_column(default=0)
    was_resent: Mapped[bool] = mapped_column(default=False)  # a doubt earns one more sending
    # What became of it.
    provider_sid: Mapped[str | None]
    error_code: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime | None]
    status_at: Mapped[datetime | None]
    sender_id: Mapped[UUID | None]  # the clinic's own sender it went by; none: the shared one
    # Inbound, by a sender that several clinics share: another of them knows the number as well.
    may_be_anothers: Mapped[bool] = mapped_column(default=False)

    body = Sealed()
    number = Sealed()

    patient: Mapped[Patient | None] = relationship()
    practitioner: Mapped[Practitioner | None] = relationship(foreign_keys=[practitioner_id])
    written_by: Mapped[Practitioner | None] = relationship(foreign_keys=[written_by_id])
    thread: Mapped["Thread | None"] = relationship()
    link: Mapped[MagicLink | None] = relationship()


class DeliveryReport(Model):
    """One thing the gateway said about one sending. Repeats change nothing."""

    __tablename__ = "delivery_report"
    __table_args__ = (UniqueConstraint("sid", "word"), Index(None, "message_id"))

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id"))
    sid: Mapped[str]
    word: Mapped[str]  # "delivered", as the gateway says it
    error_code: Mapped[str] = mapped_column(default="")
    said_at: Mapped[datetime]


class InboundText(Model):
    """A text as it came in, before anybody has looked what it means or whose it is.

    It rests sealed under a key of the house, since its clinic is not known yet; once understood,
    the words stand in a Message alone.
    """

    __tablename__ = "inbound_text"
    __table_args__ = (UniqueConstraint("provider_sid"), Index(None, "understood_at", "received_at"))

    provider_sid: Mapped[str]
    service: Mapped[str] = mapped_column(default="")  # of ours, that it was written to
    sender_index: Mapped[bytes]  # what one number wrote is understood in the order of its coming
    raw_sealed: Mapped[bytes | None]
    swept: Mapped[bool] = mapped_column(default=False)  # found by asking, not brought by a webhook
    received_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime | None]  # machine time; after a failure not before then
    to_nobody: Mapped[bool] = mapped_column(default=False)  # to a sender that no clinic has, yet
    understood_at: Mapped[datetime | None]

    raw = SealedForHouse(b"inbound_text.raw.")


class Thread(Model):
    """All texts with one patient, or with one number that nobody has, as the inbox keeps them."""

    __tablename__ = "thread"
    __table_args__ = (
        UniqueConstraint("patient_id"),
        UniqueConstraint("clinic_id", "number_index"),
        Index(None, "clinic_id", "opened_at"),
        Index(None, "clinic_id", "last_at"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"))
    number_sealed: Mapped[bytes | None]  # a stranger's
    number_index: Mapped[bytes | None]
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    last_at: Mapped[datetime]
    unread: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime | None]  # the oldest text that a person still has to answer
    line_at: Mapped[datetime | None]  # when they were last told when somebody reads

    number = Sealed()

    patient: Mapped[Patient | None] = relationship()
    owner: Mapped[Practitioner | None] = relationship()


class StaffNote(Model):
    """What somebody at the clinic wrote beside a thread, for colleagues alone: it is never sent."""

    __tablename__ = "staff_note"
    __table_args__ = (Index(None, "thread_id", "made_at"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("thread.id"))
    written_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    body_sealed: Mapped[bytes | None]
    once_key: Mapped[str] = mapped_column(unique=True)  # the form it was typed into
    made_at: Mapped[datetime]

    body = Sealed()

    written_by: Mapped[Practitioner | None] = relationship()


class ReplyTemplate(Model):
    """A reply that a clinic keeps ready in its own words, in one language or both."""

    __tablename__ = "reply_template"
    __table_args__ = (Index(None, "clinic_id", "retired_at"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    title: Mapped[str]  # what its button says
    body_en: Mapped[str] = mapped_column(default="")
    body_es: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class Sender(Model):
    """The number or service that texts leave from: its pace, and whether it was stopped.

    Of no clinic: the installation's, which all clinics without one of their own share. Of a clinic:
    that one's for good. A sender it has left stays a road back to it and is never given to another,
    since its patients may go on writing there.
    """

    __tablename__ = "sender"
    __table_args__ = (
        Index(
            "ix_sender_current",
            "clinic_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    name: Mapped[str] = mapped_column(unique=True)  # "+13125550100", or "MG…"
    clinic_id: Mapped[UUID | None]
    left_at: Mapped[datetime | None]  # machine time; since then the clinic texts by another one
    segments_per_second: Mapped[float | None] = mapped_column(
        Float
    )  # none: the installation's pace
    next_free_at: Mapped[datetime]  # machine time
    stopped_at: Mapped[datetime | None]
    stopped_code: Mapped[str] = mapped_column(default="")


class SenderNumber(Model):
    """A number that belongs to a service, as the gateway told: texts are written to numbers."""

    __tablename__ = "sender_number"

    number: Mapped[str] = mapped_column(unique=True)
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("sender.id"))


class Alarm(Model):
    """Something is wrong with the road itself: for whoever runs the installation. No clinic's."""

    __tablename__ = "alarm"
    # One that is open of each kind and sender: two workers may raise it at once.
    __table_args__ = (
        Index(
            "ix_alarm_open",
            "code",
            "sender",
            unique=True,
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
    )

    code: Mapped[str]
    sender: Mapped[str] = mapped_column(default="")  # its name; "": all of them
    made_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    count: Mapped[int] = mapped_column(default=1)
    cleared_at: Mapped[datetime | None]
