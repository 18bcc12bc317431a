"""The hours after an infusion in which its integration visit should start.

Never stored: it follows from the recorded end, or from the planned one until then. Elapsed hours,
so a clock change neither lengthens nor shortens it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.people.models import Clinic, Patient
from app.plans import kept, order
from app.plans.plan import STANDARD, Plan
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service

NEXT_BEST = timedelta(days=7)  # how far is looked for a time where the window leaves none
# Such a visit leaves its session to another one.
_GAVE_WAY = (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW)
# How far a recorded end may lie from the planned one; bounds the search for open windows.
_LONGEST_OVERRUN = timedelta(days=2)
TOOK_OR_TAKES_PLACE = (
    AppointmentStatus.BOOKED,
    AppointmentStatus.ARRIVED,
    AppointmentStatus.FULFILLED,
)


@dataclass(frozen=True)
class TherapeuticWindow:
    """Open at `opens_at`, closed at `closes_at`."""

    opens_at: datetime
    closes_at: datetime

    @classmethod
    def after(
        cls, infusion_ended_at: datetime, clinic: Clinic, plan: Plan = STANDARD
    ) -> "TherapeuticWindow":
        """The window after an infusion's end: as its plan says, else as the clinic keeps it."""
        opens, closes = order.window_of(plan, kept.own_window(clinic))
        return cls(
            infusion_ended_at + timedelta(hours=opens), infusion_ended_at + timedelta(hours=closes)
        )

    def __contains__(self, moment: datetime) -> bool:
        return self.opens_at <= moment < self.closes_at


@dataclass(frozen=True)
class OpenWindow:
    """An infusion whose window is open, and the visit that follows it, if there is one."""

    infusion: Appointment
    window: TherapeuticWindow
    visit: Appointment | None
    ended_at: datetime
    is_estimated: bool  # the end has not been recorded yet: it is the planned one


def window_of(db: Session, infusion: Appointment) -> TherapeuticWindow:
    """The window of an infusion: from its recorded end, else from its planned one."""
    return window_after(db, infusion, end_of(db, infusion))


def window_after(db: Session, infusion: Appointment, ended_at: datetime) -> TherapeuticWindow:
    """The window of an infusion that ended then."""
    return TherapeuticWindow.after(ended_at, infusion.clinic, kept.plan_of(db, infusion))


def window_around(db: Session, visit: Appointment) -> TherapeuticWindow | None:
    """The window a visit belongs in. None for one that follows no infusion."""
    infusion = infusion_before(db, visit)
    return window_of(db, infusion) if infusion is not None else None


def end_of(db: Session, infusion: Appointment) -> datetime:
    """When the infusion ended, or is planned to."""
    return recorded_ends(db, [infusion.id]).get(infusion.id, infusion.ends_at)


def infusion_before(db: Session, visit: Appointment) -> Appointment | None:
    """The infusion that a visit follows."""
    return db.get(Appointment, visit.follows_id) if visit.follows_id else None


def visit_after(db: Session, infusion: Appointment) -> Appointment | None:
    """The visit that follows an infusion: the one that stands, else the latest cancelled one."""
    return visits_after(db, [infusion.id]).get(infusion.id)


def infusion_for(db: Session, patient_id: UUID, starts_at: datetime) -> Appointment | None:
    """The patient's infusion in whose window `starts_at` lies and that no visit follows yet.

    One that was called off, or where nobody met, leaves room for another.
    """
    clinic = db.get_one(Patient, patient_id).clinic
    theirs = Appointment.patient_id == patient_id
    for infusion, window in _windows_around(db, starts_at, clinic, theirs):
        visit = visit_after(db, infusion)
        if starts_at in window and (visit is None or visit.status in _GAVE_WAY):
            return infusion
    return None


def open_windows(db: Session, clinic_id: UUID) -> list[OpenWindow]:
    """Every window of the clinic that is open now, the one that closes first in front.

    None of a session that no visit is planned to follow, unless one was booked all the same.
    """
    now, clinic = clock.now(), db.get_one(Clinic, clinic_id)
    around = [
        (infusion, window)
        for infusion, window in _windows_around(db, now, clinic, Appointment.clinic_id == clinic_id)
        if now in window
    ]
    ids = [infusion.id for infusion, _ in around]
    visits, recorded = visits_after(db, ids), recorded_ends(db, ids)
    rows = [
        OpenWindow(
            infusion,
            window,
            visits.get(infusion.id),
            recorded.get(infusion.id, infusion.ends_at),
            infusion.id not in recorded,
        )
        for infusion, window in around
        if infusion.id in visits or kept.plan_of(db, infusion).visit.is_on
    ]
    return sorted(rows, key=lambda row: row.window.closes_at)


def longest(db: Session, clinic: Clinic) -> timedelta:
    """How long after an infusion's end a window of the clinic may still be open."""
    own = kept.own_window(clinic)
    plans = (each.plan for each in kept.of_clinic(db, clinic))
    return timedelta(hours=max(order.window_of(plan, own)[1] for plan in plans))


def recorded_ends(db: Session, infusion_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """The real ends of those infusions or visits whose end is known."""
    rows = db.execute(
        select(Encounter.appointment_id, Encounter.ended_at).where(
            Encounter.appointment_id.in_(list(infusion_ids)), Encounter.ended_at.is_not(None)
        )
    )
    return {appointment_id: ended_at for appointment_id, ended_at in rows if ended_at is not None}


def visits_after(db: Session, infusion_ids: Iterable[UUID]) -> dict[UUID, Appointment]:
    """The visit after each infusion that has one."""
    rows = db.scalars(
        select(Appointment)
        .options(joinedload(Appointment.practitioner))
        .where(Appointment.follows_id.in_(list(infusion_ids)))
    ).all()
    return those_that_stand(rows)


def those_that_stand(rows: Iterable[Appointment]) -> dict[UUID, Appointment]:
    """Of these visits the one after each infusion that counts."""
    # A cancelled one gives way to any other; among equals the latest made counts.
    ordered = sorted(rows, key=lambda row: (row.status is not AppointmentStatus.CANCELLED, row.id))
    return {row.follows_id: row for row in ordered if row.follows_id is not None}


def _windows_around(
    db: Session, moment: datetime, clinic: Clinic, whose: ColumnElement[bool]
) -> list[tuple[Appointment, TherapeuticWindow]]:
    """Infusions whose window may hold `moment`, newest first, each with its window."""
    infusions = db.scalars(
        select(Appointment)
        .options(joinedload(Appointment.clinic), joinedload(Appointment.patient))
        .where(
            whose,
            Appointment.service == Service.INFUSION,
            Appointment.status.in_(TOOK_OR_TAKES_PLACE),
            Appointment.ends_at > moment - longest(db, clinic) - _LONGEST_OVERRUN,
            Appointment.starts_at <= moment,
        )
        .order_by(Appointment.starts_at.desc())
    ).all()
    recorded = recorded_ends(db, [infusion.id for infusion in infusions])
    return [
        (infusion, window_after(db, infusion, recorded.get(infusion.id, infusion.ends_at)))
        for infusion in infusions
    ]
