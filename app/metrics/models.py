"""What is left out of the figures, and what they were before Afterglow."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Model


class WhyLeftOut(StrEnum):
    """The only reasons there are. Each is counted and shown beside the figures."""

    STAFF_TEST = "staff-test"  # no patient: staff try things out
    WANTS_NONE = "wants-none"  # wanted no talk, and said so before the session
    ELSEWHERE = "elsewhere"  # talks it over with a therapist of their own
    HOSPITAL = "hospital"


class LeftOut(Model):
    """An infusion that does not count, or everything of somebody who is no patient."""

    __tablename__ = "left_out"
    __table_args__ = (Index(None, "clinic_id"), Index(None, "patient_id"))

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id"))
    why: Mapped[WhyLeftOut]
    said_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    said_at: Mapped[datetime]


class Baseline(Model):
    """One month's figures as they were before Afterglow. Never computed again, never changed."""

    __tablename__ = "baseline"
    __table_args__ = (UniqueConstraint("clinic_id"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    month_on: Mapped[date]  # its first day
    by_hand: Mapped[bool]  # counted by the clinic itself, from its own records
    figures: Mapped[str] = mapped_column(Text)  # JSON: metric → [n, of]
    frozen_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    frozen_at: Mapped[datetime]
