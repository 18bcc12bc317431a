"""A visit by video: who sits in it on which device, and what their pages say to each other."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.access.models import WebSession
from app.db.base import Model, Sealed, SealedJSON, only
from app.links.models import MagicLink
from app.people.models import Practitioner
from app.scheduling.models import Appointment
from app.telehealth.silence import is_reconnecting, is_silent


class ProviderName(StrEnum):
    PEER = "peer"
    EXTERNAL = "external"


class Whereabouts(StrEnum):
    """What the patient said about where they are."""

    HOME = "home"
    ELSEWHERE = "elsewhere"
    TELL = "tell"  # would rather tell the clinician
    DRIVING = "driving"  # then nothing connects


class SeatState(StrEnum):
    GHOST = "ghost"  # a page was opened; nobody has shown to be there
    CLAIMED = "claimed"
    ADMITTED = "admitted"
    LEFT = "left"

    @property
    def is_live(self) -> bool:
        """Whether a person sits here."""
        return self in (SeatState.CLAIMED, SeatState.ADMITTED)


class Side(StrEnum):
    CLINICIAN = "clinician"
    PATIENT = "patient"


class VisitResult(StrEnum):
    """How a visit came about, as staff say."""

    HELD = "held"
    PART_BY_PHONE = "part-by-phone"
    BY_PHONE = "by-phone"
    NOT_HELD = "not-held"


class WhyNotHeld(StrEnum):
    DID_NOT_COME = "did-not-come"
    NOT_READY = "not-ready"
    LINE = "line"  # picture and sound did not come
    CLINICIAN = "clinician"  # nobody of the clinic could be there
    OTHER = "other"


class Ease(StrEnum):
    """What the patient answers to "Was this easy?"."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    SKIPPED = "skipped"


class VideoVisit(Model):
    """The video side of one appointment. Presence is machine time, everything else domain time."""

    __tablename__ = "video_visit"
    __table_args__ = (
        UniqueConstraint("appointment_id"),
        Index(None, "clinic_id", "ended_at"),
        only(
            "ix_video_visit_phone_asked",
            "phone_asked_at",
            where="phone_asked_at IS NOT NULL AND coordinator_rung_at IS NULL AND ended_at IS NULL",
        ),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
    provider: Mapped[ProviderName]
    planned_at: Mapped[datetime | None]  # the start that it was made for
    signals: Mapped[int] = mapped_column(default=0)  # the number of the newest signal
    # The one page of staff that holds the visit, and when it was last heard.
    page: Mapped[str] = mapped_column(default="")
    host_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    host_seen_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]  # both sides connected for the first time
    # How long both sides have been connected, and since when they are now.
    together_seconds: Mapped[int] = mapped_column(default=0)
    together_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    held: Mapped[bool | None]  # external rooms: what staff said
    whereabouts: Mapped[Whereabouts | None]
    place_sealed: Mapped[bytes | None]
    callback_sealed: Mapped[bytes | None]
    whereabouts_at: Mapped[datetime | None]
    said_by_id: Mapped[UUID | None]  # the seat that said a place or a number last
    phone_asked_at: Mapped[datetime | None]
    clinician_rung_at: Mapped[datetime | None]
    coordinator_rung_at: Mapped[datetime | None]
    made_at: Mapped[datetime]

    place = Sealed()
    callback = Sealed()

    appointment: Mapped[Appointment] = relationship()
    host: Mapped[Practitioner | None] = relationship(foreign_keys=[host_id])

    @property
    def topic(self) -> str:
        """What live listeners of this visit subscribe to."""
        return f"visit:{self.id}"

    @property
    def host_is_here(self) -> bool:
        """Whether a page of staff holds the visit right now."""
        return not is_silent(self.host_seen_at)


class VisitGuest(Model):
    """Somebody invited to a visit, who comes by a link of their own. Neither patient nor staff."""

    __tablename__ = "visit_guest"
    __table_args__ = (Index(None, "appointment_id"), Index(None, "link_id"))

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
    link_id: Mapped[UUID] = mapped_column(ForeignKey("magic_link.id"))
    name_sealed: Mapped[bytes | None]  # as the others see it beside the picture
    phone_sealed: Mapped[bytes | None]
    language: Mapped[str]
    invited_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    told_starts_at: Mapped[datetime | None]  # the start that their last text named
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    name = Sealed()
    phone = Sealed()

    appointment: Mapped[Appointment] = relationship()
    link: Mapped[MagicLink] = relationship()


class Seat(Model):
    """One browser of a patient or guest in one visit. It always gets the same seat."""

    __tablename__ = "seat"
    __table_args__ = (
        UniqueConstraint("visit_id", "web_session_id"),
        Index(None, "state", "claimed_at"),
        Index(None, "web_session_id"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("video_visit.id"))
    web_session_id: Mapped[UUID] = mapped_column(ForeignKey("web_session.id"))
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("magic_link.id"))
    guest_id: Mapped[UUID | None]  # the guest who sits here; None: the patient
    state: Mapped[SeatState]
    second_device: Mapped[bool] = mapped_column(default=False)
    device: Mapped[str] = mapped_column(default="")  # coarse: "iPhone", "computer"
    page: Mapped[str] = mapped_column(default="")  # the page that sits here now
    peer: Mapped[str] = mapped_column(default="")  # the connection that page was offered last
    connected: Mapped[bool] = mapped_column(default=False)  # media flows, as both pages last said
    pages: Mapped[int] = mapped_column(default=0)  # how many have sat here: a reload is another
    opened_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    admitted_at: Mapped[datetime | None]
    # Machine time.
    seen_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]

    visit: Mapped[VideoVisit] = relationship()
    web_session: Mapped[WebSession] = relationship()
    link: Mapped[MagicLink | None] = relationship(viewonly=True)  # to be read along

    @property
    def is_patients(self) -> bool:
        """Whether the patient sits here, and no guest."""
        return self.guest_id is None

    @property
    def is_present(self) -> bool:
        """Whether its page is on the line right now."""
        return self.gone_at is None and not is_silent(self.seen_at)

    @property
    def is_reconnecting(self) -> bool:
        """Whether a live seat has been off the line for long enough to be shown as such."""
        return self.state.is_live and is_reconnecting(self.seen_at, self.gone_at)


class Offer(Model):
    """A connection prepared by the clinician's page; whoever takes it can answer at once."""

    __tablename__ = "offer"
    __table_args__ = (UniqueConstraint("visit_id", "peer"), Index(None, "visit_id", "page"))

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("video_visit.id"))
    taken_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("seat.id"))
    peer: Mapped[str]
    page: Mapped[str]
    sdp_sealed: Mapped[bytes | None]
    made_at: Mapped[datetime]

    sdp = Sealed()


class Signal(Model):
    """One message between the two pages. Kept to the visit's end: a broken line loses none."""

    __tablename__ = "signal"
    __table_args__ = (
        UniqueConstraint("visit_id", "number"),
        UniqueConstraint("visit_id", "page", "count"),  # sent again, it is the same row
        Index(None, "visit_id", "seat_id", "number"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("video_visit.id"))
    seat_id: Mapped[UUID] = mapped_column(ForeignKey("seat.id"))  # the one beside the clinician's
    from_seat_id: Mapped[UUID | None]  # between two seats: the sender's, `seat_id` the receiver's
    towards: Mapped[Side]
    number: Mapped[int]
    page: Mapped[str]
    count: Mapped[int]
    peer: Mapped[str]
    content_sealed: Mapped[bytes | None]
    made_at: Mapped[datetime]

    content = SealedJSON()


class VisitOutcome(Model):
    """What a visit came to: what staff said last, with one line. No chart."""

    __tablename__ = "visit_outcome"
    __table_args__ = (UniqueConstraint("appointment_id"), Index(None, "clinic_id"))

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
    result: Mapped[VisitResult | None]  # None: a line alone
    reason: Mapped[WhyNotHeld | None]
    began_at: Mapped[datetime | None]  # of a talk by phone
    note_sealed: Mapped[bytes | None]
    said_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    said_at: Mapped[datetime]

    note = Sealed()

    said_by: Mapped[Practitioner | None] = relationship()


class VisitEase(Model):
    """The patient's one answer after a visit. A skip is an answer too."""

    __tablename__ = "visit_ease"
    __table_args__ = (UniqueConstraint("appointment_id"), Index(None, "clinic_id"))

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
    said: Mapped[Ease]
    said_at: Mapped[datetime]


class VisitTiming(Model):
    """How long a page of the patient took from being looked at to each step, in milliseconds.

    Numbers that the page itself measured, and the kind of fault it met. Each is kept once.
    """

    __tablename__ = "visit_timing"
    __table_args__ = (UniqueConstraint("seat_id"), Index(None, "visit_id"))

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("video_visit.id"))
    seat_id: Mapped[UUID] = mapped_column(ForeignKey("seat.id"))
    pages: Mapped[int]  # how many pages it took until then
    usable_ms: Mapped[int | None]
    join_ms: Mapped[int | None]  # somebody showed to be there
    allow_ms: Mapped[int | None]
    preview_ms: Mapped[int | None]
    both_ms: Mapped[int | None]  # let in: from then on both can talk
    remote_ms: Mapped[int | None]
    fault: Mapped[str] = mapped_column(default="")  # "denied", "missing", "busy" …
    made_at: Mapped[datetime]
