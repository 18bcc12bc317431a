"""A course of sessions, and what somebody hopes for from it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Model, Sealed
from app.people.models import Patient


class Course(Model):
    """A planned series of infusions. One open course a patient; its sessions are counted by time.

    `sessions_planned` None: nobody has said how many.
    """

    __tablename__ = "course"
    __table_args__ = (Index(None, "patient_id", "ended_at"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    sessions_planned: Mapped[int | None]
    asks_about_trauma: Mapped[bool] = mapped_column(default=False)  # then PCL-5 is due as well
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    made_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    made_at: Mapped[datetime]

    patient: Mapped[Patient] = relationship()


class GoalState(StrEnum):
    STANDING = "standing"
    CHANGED = "changed"  # another one took its place
    LET_GO = "let-go"


class Goal(Model):
    """One thing somebody hopes for, in their words (FHIR Goal)."""

    __tablename__ = "goal"
    __table_args__ = (
        Index(None, "patient_id", "state"),
        Index(None, "response_id"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    words_sealed: Mapped[bytes | None]
    state: Mapped[GoalState]
    response_id: Mapped[UUID | None] = mapped_column(ForeignKey("questionnaire_response.id"))
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id"))  # after which
    instead_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("goal.id"))
    made_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]  # changed or let go

    words = Sealed()

    patient: Mapped[Patient] = relationship()
