"""The stage's six steps, ticked off by what really happened: the rows tell, not the page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.messaging.models import Message, Purpose
from app.people.models import Patient
from app.scheduling import joining, visit_texts
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.telehealth.models import Seat, VideoVisit

STEPS = ("see", "push", "tap", "allow", "admit", "talk")
# How long a talk that ended is still the one that the steps are about.
_REMEMBERED = timedelta(hours=12)


@dataclass(frozen=True)
class Guide:
    """The visit that the steps lead through, and how far they got. Without one: book it first."""

    visit: Appointment | None
    done: int
    texted_at: datetime | None = None  # when the text with the link leaves

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Each step's name, with `done`, `here` or nothing."""
        states = ["done"] * self.done + ["here"] + [""] * len(STEPS)
        return list(zip(STEPS, states, strict=False))

    @property
    def is_over(self) -> bool:
        """Whether the talk has ended."""
        return self.done == len(STEPS)


def guide_for(db: Session, patient: Patient, *, has_seen: bool) -> Guide:
    """The steps for one patient. `has_seen`: the booking was looked at in the console."""
    visit = _visit_of(db, patient)
    if visit is None:
        return Guide(None, 0)
    done = _done(db, visit, has_seen=has_seen)
    return Guide(visit, done, visit_texts.joins_at(db, visit))


def _visit_of(db: Session, patient: Patient) -> Appointment | None:
    talked = db.scalar(
        select(Appointment)
        .join(VideoVisit, VideoVisit.appointment_id == Appointment.id)
        .where(
            Appointment.patient_id == patient.id,
            VideoVisit.ended_at > clock.now() - _REMEMBERED,
        )
        .order_by(VideoVisit.ended_at.desc())
        .limit(1)
    )
    return talked or db.scalar(
        select(Appointment)
        .where(
            Appointment.patient_id == patient.id,
            Appointment.service != Service.INFUSION,
            Appointment.status.in_((AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)),
            Appointment.ends_at > clock.now() - joining.AFTER,
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    )


def _done(db: Session, visit: Appointment, *, has_seen: bool) -> int:
    video = db.scalar(select(VideoVisit).where(VideoVisit.appointment_id == visit.id))
    seats = db.scalars(select(Seat).where(Seat.visit_id == video.id)).all() if video else []
    texted = select(Message.id).where(
        Message.appointment_id == visit.id,
        Message.purpose == Purpose.JOIN,
        Message.sent_at.is_not(None),
    )
    happened = [
        has_seen,
        db.scalar(texted.limit(1)) is not None,
        bool(seats),
        any(seat.claimed_at for seat in seats),
        any(seat.admitted_at for seat in seats),
        video is not None and video.ended_at is not None,
    ]
    # What came later shows that what comes before it is behind.
    return max((number for number, is_so in enumerate(happened, 1) if is_so), default=0)
