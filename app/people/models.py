"""Clinics, the people they treat, and the people who treat them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db.base import Changing, Model, Sealed, SealedDate, only


class Role(StrEnum):
    COORDINATOR = "coordinator"
    CLINICIAN = "clinician"
    ADMINISTRATOR = "administrator"


class Clinic(Model):
    """A practice (FHIR Organization). Everything else belongs to one."""

    __tablename__ = "clinic"

    name: Mapped[str]
    short_name: Mapped[str]  # what texts call it
    slug: Mapped[str] = mapped_column(unique=True)
    zone: Mapped[str]
    country: Mapped[str] = mapped_column(default="US")
    language: Mapped[str] = mapped_column(default="en")
    phone: Mapped[str] = mapped_column(default="")  # the public number, printed on every page
    video: Mapped[str] = mapped_column(default="")  # "" = the installation's own choice
    window_opens_hours: Mapped[int] = mapped_column(default=0)
    window_closes_hours: Mapped[int] = mapped_column(default=72)
    # Before a session: how many hours earlier the last food and the last clear drink. None: unsaid.
    food_stops_hours: Mapped[int | None]
    fluids_stop_hours: Mapped[int | None]
    deposit_url: Mapped[str] = mapped_column(default="")  # the clinic's own payment page
    takes_candidates: Mapped[bool] = mapped_column(default=True)  # whether /start is open
    pcl5_cut_point: Mapped[int] = mapped_column(default=33)
    # Scales by themselves: days after the last session, and from then on every so many (0: never).
    scales_after_days: Mapped[int] = mapped_column(default=14)
    scales_every_days: Mapped[int] = mapped_column(default=30)
    # The companion of sessions at home: off, or on until the end of this day.
    companion_ends_on: Mapped[date | None]
    session_phone: Mapped[str] = mapped_column(default="")  # who answers during a session
    plans_edit_id: Mapped[UUID | None]  # names the latest edit of its protocols; none: as shipped
    minutes_together: Mapped[int] = mapped_column(default=10)  # from when a talk counts as held
    is_demo: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]


_WAITS = "applied_at IS NOT NULL AND accepted_at IS NULL AND declined_at IS NULL"


class Patient(Model):
    """The person treated. What names or reaches them rests encrypted."""

    __tablename__ = "patient"
    __table_args__ = (
        UniqueConstraint("clinic_id", "phone_index"),
        Index(None, "phone_index"),
        Index(None, "clinic_id", "changed_at"),
        Index(None, "clinic_id", "archived_at"),
        Index(None, "clinic_id", "declined_at"),
        only("ix_patient_waiting_open", "clinic_id", "applied_at", where=_WAITS),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    given_name_sealed: Mapped[bytes | None]
    family_name_sealed: Mapped[bytes | None]
    phone_sealed: Mapped[bytes | None]
    phone_index: Mapped[bytes | None]
    birth_on_sealed: Mapped[bytes | None]
    home_address_sealed: Mapped[bytes | None]
    emergency_name_sealed: Mapped[bytes | None]
    emergency_phone_sealed: Mapped[bytes | None]
    language: Mapped[str]
    zone: Mapped[str]
    texts_agreed_at: Mapped[datetime | None]
    opted_out_at: Mapped[datetime | None]
    number_failed_at: Mapped[datetime | None]  # it takes no texts, or is nobody's
    number_changed_at: Mapped[datetime | None]  # machine time: for a day no code goes to it
    # Who came through /start is a candidate until staff accept or decline.
    applied_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    wants: Mapped[str] = mapped_column(default="")  # what a candidate asked for
    archived_at: Mapped[datetime | None]  # put away: in no list, and sent nothing
    merged_into_id: Mapped[UUID | None]  # an empty row whose person is that one: see people.merging
    erased_at: Mapped[datetime | None]  # nothing is known of them any more: see keeping.erasing
    former_phone_sealed: Mapped[bytes | None]  # the number before this one
    # Machine time, by itself: whoever keeps names in memory looks here for what is new.
    changed_at: Mapped[datetime | None] = mapped_column(
        default=clock.machine_now, onupdate=clock.machine_now
    )
    made_at: Mapped[datetime]

    given_name = Sealed()
    family_name = Sealed()
    phone = Sealed()
    former_phone = Sealed()
    birth_on = SealedDate()
    home_address = Sealed()
    emergency_name = Sealed()
    emergency_phone = Sealed()

    clinic: Mapped[Clinic] = relationship()

    @property
    def takes_texts(self) -> bool:
        """Whether they agreed to texts, have not taken that back, and their number takes them.

        Nobody who was put away does.
        """
        return (
            self.texts_agreed_at is not None
            and self.opted_out_at is None
            and self.number_failed_at is None
            and self.is_active
        )

    @property
    def is_active(self) -> bool:
        """Whether they are on the clinic's list: not put away, and not joined to another record."""
        return self.archived_at is None and self.merged_into_id is None

    @property
    def is_candidate(self) -> bool:
        """Whether they asked to become a patient and nobody has answered yet."""
        return self.applied_at is not None and self.accepted_at is None and self.declined_at is None

    @property
    def full_name(self) -> str:
        """Given and family name as staff read them."""
        return f"{self.given_name} {self.family_name}".strip()


class ToldApart(Model):
    """Two patients who look like one and are two. Nobody is asked about them again."""

    __tablename__ = "told_apart"
    __table_args__ = (UniqueConstraint("patient_id", "other_id"), Index(None, "other_id"))

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    made_at: Mapped[datetime]


class Person(Model):
    """Somebody who works at several clinics. Knows no more than that it is the same one."""

    __tablename__ = "person"

    made_at: Mapped[datetime]


class Practitioner(Changing, Model):
    """A member of staff of one clinic (FHIR Practitioner).

    Clinicians give visits; everybody signs in by passkey.
    """

    __tablename__ = "practitioner"
    __table_args__ = (Index(None, "clinic_id"), Index(None, "person_id"))

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    person_id: Mapped[UUID | None]  # who works at other clinics too
    role: Mapped[Role]
    name_sealed: Mapped[bytes | None]
    display_name: Mapped[str]  # how texts and pages call them: "Dr. Patel"
    phone_sealed: Mapped[bytes | None]
    room_url: Mapped[str] = mapped_column(default="")  # their own room, for the external provider
    on_call_rank: Mapped[int | None]  # 1 is reached first
    ring_aloud: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[datetime | None]
    made_at: Mapped[datetime]

    name = Sealed()
    phone = Sealed()

    clinic: Mapped[Clinic] = relationship()

    @property
    def is_clinician(self) -> bool:
        """Whether visits can be booked with them."""
        return self.role is Role.CLINICIAN and self.disabled_at is None
