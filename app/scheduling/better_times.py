"""Other starts for an infusion whose window has no good time for the visit after it."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app import clock, wall_time
from app.people.models import Clinic
from app.plans import kept, order
from app.plans.plan import STANDARD, Plan
from app.scheduling import availability, slots, staffed_hours
from app.scheduling.therapeutic_window import TherapeuticWindow

_DAYS = 7
_SHOWN = 3
_WANTED = 3  # the visit's own time and two to move to


def for_infusion(
    db: Session, clinic: Clinic, starts_at: datetime, ends_at: datetime, plan: Plan = STANDARD
) -> list[datetime]:
    """The same time on up to three days near by whose windows have room, the nearest first."""
    length = ends_at - starts_at
    near = sorted(range(-_DAYS, _DAYS + 1), key=lambda days: (abs(days), days))
    others = [wall_time.days_later(starts_at, days, clinic.zone) for days in near if days]
    ahead = [other for other in others if other > clock.now()]
    if not ahead:
        return []
    first, last = min(ahead), max(ahead) + length
    hours = availability.clinic_open(db, clinic, first, last)
    until = last + timedelta(hours=order.window_of(plan, kept.own_window(clinic))[1])
    free = [
        slot.starts_at
        for slot in slots.free_slots(db, None, clinic, first, until, plan.visit.length)
    ]

    def has_room(other: datetime) -> bool:
        window = TherapeuticWindow.after(other + length, clinic, plan)
        rested = {at for at in free if at in window and at >= other + length + plan.visit.rest}
        return len(rested) >= _WANTED

    staffed = (other for other in ahead if any(each.holds(other, other + length) for each in hours))
    return [other for other in staffed if has_room(other)][:_SHOWN]


def is_never_staffed(db: Session, clinic: Clinic) -> bool:
    """Whether no hours are set at all."""
    return not staffed_hours.hours_of(db, clinic, None)
