"""Things a person at the clinic has to do."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Model, Sealed, only
from app.people.models import Patient


class TaskCode(StrEnum):
    CALL_BACK = "call-back"
    TEXT_UNDELIVERED = "text-undelivered"
    TEXT_IN_DOUBT = "text-in-doubt"
    OPTED_OUT = "opted-out"
    FIND_A_TIME = "find-a-time"
    ANSWER = "answer"
    BAD_NUMBER = "bad-number"
    OUTSIDE_WINDOW = "outside-window"
    CANDIDATE = "candidate"  # somebody asks to become a patient
    INTAKE_LATE = "intake-late"  # what was asked is not done, and the infusion is near
    ANOTHER_SESSION = "another-session"  # the patient asks for one
    RECORD_OUTCOME = "record-outcome"  # a visit is over, and nobody said what it came to
    DUPLICATE = "duplicate"  # two records may be one person


class StaffTask(Model):
    """A FHIR Task for staff: one patient, one action, done or not."""

    __tablename__ = "staff_task"
    __table_args__ = (
        Index(None, "clinic_id", "done_at"),
        Index(None, "patient_id"),
        Index(None, "appointment_id"),
        only("ix_staff_task_open", "code", where="done_at IS NULL"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id"))
    code: Mapped[TaskCode]
    note_sealed: Mapped[bytes | None]  # the number to call, the words to answer
    urgent: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    rung_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))

    note = Sealed()
    patient: Mapped[Patient] = relationship()
