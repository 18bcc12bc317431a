""" "Not today": two or three other times inside the window, and taking one of them."""

from collections.abc import Sequence
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

SHOWN = 3
_REACH_WITHOUT_WINDOW = timedelta(days=7)
# Nobody who says "not today" is asked back within the hour.
_PAUSE = timedelta(hours=1)


class TimeNoLongerFree(Refusal):
    pass


def offers(db: Session, appointment: Appointment, now: datetime) -> list[Slot]:
    """Up to three later times, inside the window, outside quiet hours, with the same clinician.

    Other clinicians' only when their own has none. Empty when nothing is left: the clinic calls.
    """
    if not appointment.status.is_open:
        return []
    free = _free(db, appointment, now)
    own = [slot for slot in free if slot.practitioner.id == appointment.practitioner_id]
    return spread(own or free, appointment.patient.zone)


def pick(db: Session, appointment: Appointment, starts_at: datetime, *, by: Model | None) -> None:
    """Move a visit to an offered time. Refuses (TimeNoLongerFree) one that is gone."""
    calendars.hold_appointment(db, appointment)  # first, as everybody does: no two wait in a ring
    calendars.hold(db, appointment.clinic_id)
    free = [slot for slot in _free(db, appointment, clock.now()) if slot.starts_at == starts_at]
    # Their own clinician's comes first.
    free.sort(key=lambda slot: slot.practitioner.id != appointment.practitioner_id)
    if not free:
        raise TimeNoLongerFree(
            _("That time has just gone. Please choose another."), field="starts_at"
        )
    slot = free[0]
    rescheduling.reschedule(
        db,
        appointment,
        slot.starts_at,
        ends_at=slot.ends_at,
        practitioner=slot.practitioner,
        by=by,
    )


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


def _free(db: Session, appointment: Appointment, now: datetime) -> list[Slot]:
    window = windows.window_around(db, appointment)
    start = now + _PAUSE
    end = window.closes_at if window else max(now, appointment.starts_at) + _REACH_WITHOUT_WINDOW
    if window:
        start = max(start, window.opens_at)
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
