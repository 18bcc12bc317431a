"""Alerts that somebody may be in danger."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Model, Sealed, SealedJSON
from app.messaging.models import Thread
from app.people.models import Patient, Practitioner
from app.questionnaires.models import QuestionnaireResponse


class Signal(StrEnum):
    CONTROL = "control"  # "I am not safe"
    ANSWER = "answer"
    WORDS = "words"
    ENTRY = "entry"  # a private entry: nobody is told its words
    RED_FLAG = "red-flag"  # the body: a side effect that cannot wait
    SESSION = "session"  # "I need help" in a session's quiet hour


class Outcome(StrEnum):
    """What came of an alert."""

    REACHED = "reached"
    SAFETY_PLANNED = "safety-planned"
    SENT_TO_EMERGENCY = "sent-to-emergency"
    COULD_NOT_REACH = "could-not-reach"
    NOT_A_CRISIS = "not-a-crisis"


class SafetyAlert(Model):
    """One signal, escalated until a person acknowledges it. Holds none of the words behind it.

    It is about a patient, or about the thread with a number that nobody has. Whoever took it on
    closes it with what came of it.
    """

    __tablename__ = "safety_alert"
    __table_args__ = (
        Index(None, "clinic_id", "acknowledged_at"),
        Index(None, "next_round_at"),
        Index(None, "patient_id", "made_at"),
        Index(None, "response_id"),
        Index(None, "thread_id"),
        Index(None, "clinic_id", "closed_at"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"))
    thread_id: Mapped[UUID | None] = mapped_column(ForeignKey("thread.id"))  # a stranger's alone
    signal: Mapped[Signal]
    made_at: Mapped[datetime]
    rounds: Mapped[int] = mapped_column(default=0)
    next_round_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    urgent: Mapped[bool] = mapped_column(default=True)  # at once; else the same day. For sorting.
    response_id: Mapped[UUID | None] = mapped_column(ForeignKey("questionnaire_response.id"))
    causes_sealed: Mapped[bytes | None]  # place of an answer → how bad it was, or its digest
    outcome: Mapped[str] = mapped_column(default="")  # what staff did, by its code
    note_sealed: Mapped[bytes | None]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    acknowledged_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))

    patient: Mapped[Patient | None] = relationship()
    thread: Mapped[Thread | None] = relationship()
    acknowledged_by: Mapped[Practitioner | None] = relationship(foreign_keys=[acknowledged_by_id])
    closed_by: Mapped[Practitioner | None] = relationship(foreign_keys=[closed_by_id])
    response: Mapped[QuestionnaireResponse | None] = relationship()

    causes = SealedJSON()
    note = Sealed()


class DeviceAlert(Model):
    """An alert that a phone raised, perhaps long before it had a signal. Sent again, it is known.

    `uuid` comes from the device.
    """

    __tablename__ = "device_alert"
    __table_args__ = (
        UniqueConstraint("patient_id", "uuid"),
        Index(None, "alert_id"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    uuid: Mapped[UUID]
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("safety_alert.id"))
    happened_at: Mapped[datetime]  # by the device, never later than it came
    made_at: Mapped[datetime]
