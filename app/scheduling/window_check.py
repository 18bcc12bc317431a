"""What the window after a session holds: when somebody is there, and how many times are free.

A Friday afternoon leaves a weekend: no link can mend that, but another start can.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from app import clock, wall_time
from app.people.models import Patient, Practitioner
from app.plans.plan import Plan
from app.scheduling import availability, calendars, closures, integration, slots
from app.scheduling.integration import Choice
from app.scheduling.intervals import Interval, common, of_day
from app.scheduling.slots import Slot
from app.scheduling.therapeutic_window import TherapeuticWindow


@dataclass(frozen=True)
class WindowDay:
    """One calendar day of the window, as much of it as lies inside."""

    noon: datetime  # names the day
    staffed: timedelta
    own: int  # free times with the session's clinician; with anybody where none is named
    others: int
    closed: str | None  # why all of it is closed: a holiday's name, or nothing said


@dataclass(frozen=True)
class WindowCheck:
    """The window day by day, and the visit that would be booked along."""

    window: TherapeuticWindow
    practitioner: Practitioner | None
    days: list[WindowDay]
    choice: Choice

    @property
    def staffed(self) -> timedelta:
        """How long somebody is there between open and close."""
        return sum((day.staffed for day in self.days), timedelta())

    @property
    def own(self) -> int:
        """Free times with the session's clinician, or with anybody."""
        return sum(day.own for day in self.days)

    @property
    def others(self) -> int:
        """Free times with others than the session's clinician."""
        return sum(day.others for day in self.days)


def look(
    db: Session,
    patient: Patient,
    practitioner: Practitioner | None,
    starts_at: datetime,
    ends_at: datetime,
    plan: Plan,
) -> WindowCheck | None:
    """The window that a session would have. None where its plan books no visit along."""
    if not plan.visit.is_on:
        return None
    clinic = patient.clinic
    window = TherapeuticWindow.after(ends_at, clinic, plan)
    span = Interval(window.opens_at, window.closes_at)
    staffed = common([span], availability.clinic_open(db, clinic, *_ends(span)))
    free = _free(db, patient, window, plan.visit.length)
    closed = closures.closed_days(db, clinic, *_ends(span))
    days = [
        _day(day, clinic.zone, staffed, free, practitioner, closed)
        for day in _days(span, clinic.zone)
    ]
    choice = integration.foresee(db, patient, practitioner, starts_at, ends_at, plan=plan)
    return WindowCheck(window, practitioner, days, choice)


def _free(
    db: Session, patient: Patient, window: TherapeuticWindow, length: timedelta
) -> list[Slot]:
    start = max(window.opens_at, clock.now() + integration.NOTICE)
    if start >= window.closes_at:
        return []
    found = slots.free_slots(db, None, patient.clinic, start, window.closes_at, length)
    theirs = calendars.patients_times(db, patient.id, start, window.closes_at + length)
    return [slot for slot in found if not any(slot.overlaps(*times) for times in theirs)]


def _day(
    day: date,
    zone: str,
    staffed: list[Interval],
    free: list[Slot],
    practitioner: Practitioner | None,
    closed: dict[date, str],
) -> WindowDay:
    whole = of_day(day, time(0), time(0), zone)
    there = common([whole], staffed)
    on_day = [slot for slot in free if whole.opens_at <= slot.starts_at < whole.closes_at]
    own = [
        slot for slot in on_day if practitioner is None or slot.practitioner.id == practitioner.id
    ]
    return WindowDay(
        noon=wall_time.instant(datetime.combine(day, time(12)), zone),
        staffed=sum((each.length for each in there), timedelta()),
        own=len({slot.starts_at for slot in own}),
        others=len({slot.starts_at for slot in on_day} - {slot.starts_at for slot in own}),
        closed=None if there else closed.get(day),
    )


def _days(span: Interval, zone: str) -> list[date]:
    first = wall_time.wall(span.opens_at, zone).date()
    last = wall_time.wall(span.closes_at - timedelta(microseconds=1), zone).date()
    return [first + timedelta(days=more) for more in range((last - first).days + 1)]


def _ends(span: Interval) -> tuple[datetime, datetime]:
    return span.opens_at, span.closes_at
