""" "Not today": two or three other times, and taking one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app import clock, wall_time
from app.db.base import Model
from app.i18n import gettext as _
from app.messaging import quiet_hours
from app.refusal import Refusal
from app.scheduling import calendars, rescheduling, slots
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Appointment
from app.scheduling.slots import Slot
from app.tasks import desk
from app.tasks.models import TaskCode

SHOWN = 3
# Nobody who says "not today" is asked back within the hour.
_PAUSE = timedelta(hours=1)
# Whoever takes a while to choose still gets what they were shown; the link needs some minutes.
_STILL_TAKEN = timedelta(minutes=10)


class TimeNoLongerFree(Refusal):
    pass


@dataclass(frozen=True)
class Offer:
    """Times to choose from. `is_outside`: nothing is left in the window, these come after it."""

    slots: list[Slot]
    is_outside: bool = False


def offer(db: Session, appointment: Appointment, now: datetime) -> Offer:
    """Up to three times inside the window; with none left there, the next best after it.

    Later than the visit stands now: whoever is not ready is asked to come sooner only when nothing
    else is left. Outside quiet hours and with the same clinician, other clinicians' only when
    their own has none. Empty when nothing is free at all: the clinic calls.
    """
    if not appointment.status.is_open:
        return Offer([])
    inside = _free(db, appointment, *_inside(db, appointment, now))
    if inside or appointment.follows_id is None:
        later = [slot for slot in inside if slot.starts_at > appointment.starts_at]
        return Offer(_chosen(appointment, later or inside))
    after = _free(db, appointment, *_after(db, appointment, now))
    return Offer(_chosen(appointment, after), is_outside=True)


def offers(db: Session, appointment: Appointment, now: datetime) -> list[Slot]:
    """The same, only what is left inside the window."""
    offered = offer(db, appointment, now)
    return [] if offered.is_outside else offered.slots


def pick(db: Session, appointment: Appointment, starts_at: datetime, *, by: Model | None) -> None:
    """Move a visit to an offered time. Outside the window staff get a task to look at it.

    Refuses (TimeNoLongerFree) a time that is gone.
    """
    calendars.hold_appointment(db, appointment)  # first, as everybody does: no two wait in a ring
    calendars.hold(db, appointment.clinic_id)
    slot, is_outside = _wanted(db, appointment, starts_at)
    rescheduling.reschedule(
        db,
        appointment,
        slot.starts_at,
        ends_at=slot.ends_at,
        practitioner=slot.practitioner,
        leaves_window=is_outside,
        by=by,
    )
    if is_outside:
        patient, code = appointment.patient, TaskCode.OUTSIDE_WINDOW
        desk.open_task(db, code, patient, by=by, appointment_id=appointment.id)


def refuse_gone(db: Session, appointment: Appointment, starts_at: datetime) -> None:
    """Refuses (TimeNoLongerFree) a time that could not be picked now. Changes nothing."""
    _wanted(db, appointment, starts_at)


def spread(free: Sequence[Slot], zone: str) -> list[Slot]:
    """A few that differ: one a half-day first, so that somebody tired has a real choice."""
    chosen: list[Slot] = []
    halves = set()
    for slot in free:
        shown = wall_time.wall(slot.starts_at, zone)
        half = (shown.date(), shown.hour < 12)
        if half not in halves:
            halves.add(half)
            chosen.append(slot)
    for slot in free:
        if len(chosen) >= SHOWN:
            break
        if not any(slot.overlaps(other.starts_at, other.ends_at) for other in chosen):
            chosen.append(slot)
    return sorted(chosen[:SHOWN], key=lambda slot: slot.starts_at)


def _chosen(appointment: Appointment, free: Sequence[Slot]) -> list[Slot]:
    own = [slot for slot in free if slot.practitioner.id == appointment.practitioner_id]
    return spread(own or free, appointment.patient.zone)


def _wanted(db: Session, appointment: Appointment, starts_at: datetime) -> tuple[Slot, bool]:
    """The slot of a time, and whether it lies after the window. Refuses TimeNoLongerFree."""
    free, is_outside = _takeable(db, appointment, starts_at, clock.now())
    wanted = [slot for slot in free if slot.starts_at == starts_at]
    # Their own clinician's comes first.
    wanted.sort(key=lambda slot: slot.practitioner.id != appointment.practitioner_id)
    if not wanted:
        raise TimeNoLongerFree(
            _("That time has just gone. Please choose another."), field="starts_at"
        )
    return wanted[0], is_outside


def _takeable(
    db: Session, appointment: Appointment, starts_at: datetime, now: datetime
) -> tuple[list[Slot], bool]:
    """What may be picked, and whether it lies after the window, while none inside is offered."""
    inside = _free(db, appointment, *_inside(db, appointment, now, _STILL_TAKEN))
    if appointment.follows_id is None or any(slot.starts_at == starts_at for slot in inside):
        return inside, False
    if any(slot.starts_at >= now + _PAUSE for slot in inside):
        return inside, False
    return _free(db, appointment, *_after(db, appointment, now, _STILL_TAKEN)), True


def _inside(
    db: Session, appointment: Appointment, now: datetime, pause: timedelta = _PAUSE
) -> tuple[datetime, datetime]:
    window = windows.window_around(db, appointment)
    start = now + pause
    if window is None:
        return start, max(now, appointment.starts_at) + windows.NEXT_BEST
    return max(start, window.opens_at), window.closes_at


def _after(
    db: Session, appointment: Appointment, now: datetime, pause: timedelta = _PAUSE
) -> tuple[datetime, datetime]:
    window = windows.window_around(db, appointment)
    closes_at = window.closes_at if window else now
    return max(now + pause, closes_at), max(now, closes_at) + windows.NEXT_BEST


def _free(db: Session, appointment: Appointment, start: datetime, end: datetime) -> list[Slot]:
    length = appointment.ends_at - appointment.starts_at
    zone = appointment.patient.zone
    if start >= end:
        return []
    theirs = calendars.patients_times(
        db, appointment.patient_id, start, end + length, ignoring=appointment.id
    )
    return [
        slot
        for slot in slots.free_slots(
            db, None, appointment.clinic, start, end, length, ignoring=appointment.id
        )
        if quiet_hours.is_awake(slot.starts_at, slot.ends_at, zone)
        and not slot.overlaps(appointment.starts_at, appointment.ends_at)
        and not any(slot.overlaps(*time) for time in theirs)
    ]
