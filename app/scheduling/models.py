"""What is planned, what took place, and when the clinic is staffed."""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Model
from app.people.models import Clinic, Patient, Practitioner


class Service(StrEnum):
    INFUSION = "infusion"
    INTEGRATION = "integration"
    PREPARATION = "preparation"
    CONSULTATION = "consultation"
    GROUP = "group"

    @property
    def is_visit(self) -> bool:
        """Whether it takes place by video and takes a clinician's slot."""
        return self is not Service.INFUSION


class AppointmentStatus(StrEnum):
    BOOKED = "booked"
    ARRIVED = "arrived"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    NOSHOW = "noshow"

    @property
    def is_open(self) -> bool:
        """Whether it still lies ahead or is going on."""
        return self in (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)


class Appointment(Model):
    """A session or visit. Its wall time and zone were agreed; the instants follow from them.

    `version` counts its changes: what was made for an earlier one (a text, a link) no longer holds.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index(None, "clinic_id", "starts_at"),
        Index(None, "practitioner_id", "starts_at"),
        Index(None, "patient_id", "starts_at"),
        Index(None, "follows_id"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id"))
    service: Mapped[Service]
    status: Mapped[AppointmentStatus]
    wall_start: Mapped[str]  # "2026-11-25T10:00": what was agreed
    zone: Mapped[str]  # on whose clock it was agreed
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    confirmed_at: Mapped[datetime | None]  # the patient said OK, picked it, or booked it with staff
    asked_at: Mapped[datetime | None]  # "not today", until another time is picked or this one kept
    offered_at: Mapped[datetime | None]  # staff texted times to choose from; nothing is picked yet
    cancelled_at: Mapped[datetime | None]
    made_at: Mapped[datetime]

    clinic: Mapped[Clinic] = relationship()
    patient: Mapped[Patient] = relationship()
    practitioner: Mapped[Practitioner | None] = relationship()


class Encounter(Model):
    """What took place. An infusion's end opens the therapeutic window."""

    __tablename__ = "encounter"
    __table_args__ = (
        Index(None, "appointment_id", unique=True),
        Index(None, "clinic_id", "ended_at"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class StaffedHours(Model):
    """Weekly hours on the clinic's wall clock: its own (no practitioner) or one clinician's."""

    __tablename__ = "staffed_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        Index(None, "clinic_id"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    weekday: Mapped[int]  # 0 is Monday
    opens: Mapped[time]
    closes: Mapped[time]
    from_on: Mapped[date | None]
