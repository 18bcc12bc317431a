"""What is planned, what took place, and when the clinic is staffed."""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Changing, Model, Sealed, only
from app.people.models import Clinic, Patient, Practitioner
from app.plans.kinds import Route


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


class Appointment(Changing, Model):
    """A session or visit. Its wall time and zone were agreed; the instants follow from them.

    `version` counts its changes: what was made for an earlier one (a text, a link) no longer holds.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index(None, "clinic_id", "starts_at"),
        Index(None, "clinic_id", "changed_at"),
        Index(None, "practitioner_id", "starts_at"),
        Index(None, "patient_id", "starts_at"),
        Index(None, "follows_id"),
        Index(None, "ends_at"),
        only("ix_appointment_asked", "clinic_id", "asked_at", where="asked_at IS NOT NULL"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id"))
    # The clinic's protocol, which has no row while it is as shipped. None: the usual one.
    protocol_id: Mapped[UUID | None]
    # How the medicine is given. None: as the protocol says.
    route: Mapped[Route | None] = mapped_column(
        Enum(Route, native_enum=False, length=24, values_callable=lambda every: [*every])
    )
    location_id: Mapped[UUID | None]  # where a session is given; None: where the clinic is
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
    location: Mapped["Location | None"] = relationship(
        primaryjoin="foreign(Appointment.location_id) == Location.id", viewonly=True
    )


class Encounter(Changing, Model):
    """What took place. An infusion's end opens the therapeutic window."""

    __tablename__ = "encounter"
    __table_args__ = (
        Index(None, "appointment_id", unique=True),
        Index(None, "clinic_id", "ended_at"),
        Index(None, "clinic_id", "changed_at"),
        Index(None, "ended_at"),
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


class ExceptionKind(StrEnum):
    AWAY = "away"
    EXTRA = "extra"


class HoursException(Model):
    """Days on which the weekly hours do not hold: a holiday, somebody away, hours beside them.

    The clinic's own (no practitioner) or one clinician's; on the clinic's wall clock. Without times
    it is whole days. Extra hours always have times, and win over time away.
    """

    __tablename__ = "hours_exception"
    __table_args__ = (
        CheckConstraint("first_on <= last_on", name="days_in_order"),
        Index(None, "clinic_id", "last_on"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    kind: Mapped[ExceptionKind]
    first_on: Mapped[date]
    last_on: Mapped[date]
    opens: Mapped[time | None]
    closes: Mapped[time | None]  # 00:00 is the day's end
    name: Mapped[str] = mapped_column(
        default=""
    )  # "Thanksgiving": a clinic's; never why one is ill
    made_at: Mapped[datetime]


class Location(Model):
    """A place of the clinic's where sessions are given (FHIR Location), on its own clock."""

    __tablename__ = "location"
    __table_args__ = (Index(None, "clinic_id"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    directions: Mapped[str] = mapped_column(default="")  # "Ring at the side door"
    zone: Mapped[str]
    closed_at: Mapped[datetime | None]  # nothing new is booked here
    made_at: Mapped[datetime]


class Escort(Model):
    """Who takes a patient home after a session, and the link that they were texted.

    Name and number rest sealed, and are forgotten once the day is over.
    """

    __tablename__ = "escort"
    __table_args__ = (UniqueConstraint("appointment_id"), Index(None, "link_id"))

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("magic_link.id"))
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id"))  # the newest text
    named_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    name_sealed: Mapped[bytes | None]
    phone_sealed: Mapped[bytes | None]
    language: Mapped[str]
    minutes_after_end: Mapped[int] = mapped_column(default=0)  # of the planned end: the pick-up
    told_pick_up_at: Mapped[datetime | None]  # the time that they know, or will be texted
    made_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]  # they want no texts
    withdrawn_at: Mapped[datetime | None]
    forgotten_at: Mapped[datetime | None]

    name = Sealed()
    phone = Sealed()

    appointment: Mapped[Appointment] = relationship()
