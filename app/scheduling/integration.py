"""The integration visit that goes with an infusion: choosing its time, and taking it along."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db.base import Model
from app.i18n import gettext as _
from app.messaging import quiet_hours
from app.people.models import Patient, Practitioner
from app.plans import kept
from app.plans.plan import STANDARD, Plan
from app.scheduling import better_times, calendars, moving, slots
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.scheduling.slots import Slot
from app.scheduling.therapeutic_window import TherapeuticWindow
from app.tasks import desk
from app.tasks.models import StaffTask, TaskCode

NOTICE = timedelta(minutes=30)
LATER_WANTED = 2


@dataclass(frozen=True)
class Choice:
    """What a window offers: the slot to take, and what staff should know."""

    slot: Slot | None
    warning: str | None = None
    better: list[datetime] = field(default_factory=list)  # other starts for the infusion


def choose(
    free: Sequence[Slot],
    ended_at: datetime,
    own: UUID | None,
    patient_zone: str,
    plan: Plan = STANDARD,
) -> Slot | None:
    """The slot for a visit after an infusion, out of those free in its window, earliest first.

    The first of the infusion's own clinician, else of any, that leaves a night's rest and no quiet
    hours, not even for the text just before it; else the nearest to that.
    """
    rested_at = ended_at + plan.visit.rest

    def awake(slot: Slot) -> bool:
        return quiet_hours.is_awake(slot.starts_at - plan.join.before, slot.ends_at, patient_zone)

    good = [slot for slot in free if slot.starts_at >= rested_at and awake(slot)]
    with_own = [slot for slot in good if slot.practitioner.id == own]
    if good:
        return (with_own or good)[0]
    return min(
        free,
        key=lambda slot: (
            not awake(slot),
            abs(slot.starts_at - rested_at),
            slot.practitioner.id != own,
        ),
        default=None,
    )


def foresee(
    db: Session,
    patient: Patient,
    practitioner: Practitioner | None,
    starts_at: datetime,
    ends_at: datetime,
    *,
    plan: Plan | None = None,
    moving_visit: UUID | None = None,
) -> Choice:
    """Which visit an infusion at this time would get, with a warning when its window is tight.

    `plan`: what it follows; else the clinic's usual one. None where no visit is planned.
    """
    clinic = patient.clinic
    plan = plan or kept.default_of(db, clinic).plan
    if not plan.visit.is_on:
        return Choice(None)
    window = TherapeuticWindow.after(ends_at, clinic, plan)
    free = _free(db, patient, window, plan.visit.length, moving_visit)
    own = practitioner.id if practitioner else None
    chosen = choose(free, ends_at, own, patient.zone, plan)
    if chosen is None:
        return Choice(
            None,
            _nothing_free(db, patient, window),
            better_times.for_infusion(db, clinic, starts_at, ends_at, plan),
        )
    later = [slot for slot in free if slot.starts_at >= chosen.ends_at]
    if len({slot.starts_at for slot in later}) < LATER_WANTED:
        return Choice(
            chosen,
            _("Hardly any later time is left in the window if this visit has to move."),
            better_times.for_infusion(db, clinic, starts_at, ends_at, plan),
        )
    return Choice(chosen)


def book_after(
    db: Session, infusion: Appointment, *, by: Model | None
) -> tuple[Appointment | None, Choice]:
    """Book the visit that follows an infusion, if its plan wants one.

    Without a slot staff get a task to find a time.
    """
    plan = kept.plan_of(db, infusion)
    if not plan.visit.is_on:
        return None, Choice(None)
    calendars.hold(db, infusion.clinic_id)
    ended_at = windows.end_of(db, infusion)
    choice = foresee(
        db, infusion.patient, infusion.practitioner, infusion.starts_at, ended_at, plan=plan
    )
    if choice.slot is None:
        _ask_staff(db, infusion, by=by)
        return None, choice
    visit = moving.put_down(
        db,
        patient=infusion.patient,
        practitioner=choice.slot.practitioner,
        service=Service.INTEGRATION,
        starts_at=choice.slot.starts_at,
        ends_at=choice.slot.ends_at,
        zone=infusion.zone,
        follows=infusion,
        by=by,
    )
    return visit, choice


def take_along(
    db: Session, infusion: Appointment, *, by: Model | None
) -> tuple[Appointment | None, Choice]:
    """After an infusion's time or end changed: see that its visit lies in the window.

    A visit that is inside stays, and so does one for which the patient picked a time after it. Any
    other is moved in; without a slot staff get a task, and a visit that would come before the
    infusion's end is called off. An infusion that never had one gets one.
    """
    visit = windows.visit_after(db, infusion)
    if visit is None:
        return book_after(db, infusion, by=by)
    calendars.hold_appointment(db, visit)
    if visit.status is AppointmentStatus.CANCELLED:
        return None, Choice(None)
    if visit.status is not AppointmentStatus.BOOKED or visit.ends_at <= clock.now():
        return visit, Choice(None)
    ended_at = windows.end_of(db, infusion)
    plan = kept.plan_of(db, infusion)
    window = TherapeuticWindow.after(ended_at, infusion.clinic, plan)
    if visit.starts_at in window or _was_picked_after(db, visit, window):
        return visit, Choice(None)
    calendars.hold(db, infusion.clinic_id)
    choice = foresee(
        db,
        infusion.patient,
        visit.practitioner,
        infusion.starts_at,
        ended_at,
        plan=plan,
        moving_visit=visit.id,
    )
    if choice.slot is not None:
        slot = choice.slot
        moving.move(db, visit, slot.starts_at, slot.ends_at, practitioner=slot.practitioner, by=by)
        return visit, choice
    _ask_staff(db, infusion, by=by)
    if visit.starts_at < window.opens_at:
        moving.take_off(db, visit, by=by)
        return None, choice
    return visit, choice


def _was_picked_after(db: Session, visit: Appointment, window: TherapeuticWindow) -> bool:
    """Whether the patient took one of the next best times, nothing being left in the window."""
    if visit.confirmed_at is None:
        return False
    if not window.closes_at <= visit.starts_at < window.closes_at + windows.NEXT_BEST:
        return False
    task = (StaffTask.code == TaskCode.OUTSIDE_WINDOW, StaffTask.appointment_id == visit.id)
    return db.scalar(select(StaffTask.id).where(*task).limit(1)) is not None


def _free(
    db: Session,
    patient: Patient,
    window: TherapeuticWindow,
    length: timedelta,
    ignoring: UUID | None,
) -> list[Slot]:
    start = max(window.opens_at, clock.now() + NOTICE)
    if start >= window.closes_at:
        return []
    free = slots.free_slots(
        db, None, patient.clinic, start, window.closes_at, length, ignoring=ignoring
    )
    theirs = calendars.patients_times(
        db, patient.id, start, window.closes_at + length, ignoring=ignoring
    )
    return [slot for slot in free if not any(slot.overlaps(*time) for time in theirs)]


def _nothing_free(db: Session, patient: Patient, window: TherapeuticWindow) -> str:
    if better_times.is_never_staffed(db, patient.clinic):
        return _("No staffed hours are set, so no visit could be booked. Set them first.")
    if clock.now() >= window.closes_at:
        return _("The window after this session has closed already. No visit was booked.")
    return _("No time with a clinician is free in the window. No visit was booked.")


def _ask_staff(db: Session, infusion: Appointment, *, by: Model | None) -> None:
    desk.open_task(db, TaskCode.FIND_A_TIME, infusion.patient, by=by, appointment_id=infusion.id)
