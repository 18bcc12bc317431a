"""When a patient is asked whether the time of a visit still suits them."""

from datetime import datetime, timedelta

from app import wall_time
from app.messaging import quiet_hours
from app.plans.plan import STANDARD
from app.plans.steps import Confirm
from app.scheduling.models import Appointment

AT_LEAST = timedelta(hours=3)  # with less, nothing could be changed any more
# Whoever has agreed to the time within the day before is not asked again.
_AGREED_LATELY = timedelta(hours=24)
# A phone stays silent through a session, and a little longer.
_AFTER_SESSION = timedelta(hours=2)


def due_at(
    starts_at: datetime,
    zone: str,
    now: datetime,
    *,
    session: tuple[datetime, datetime] | None = None,
    step: Confirm = STANDARD.confirm,
) -> datetime | None:
    """The moment to ask: a day ahead, in the kind hours on the patient's clock.

    Past that, the next minute at which they are awake. `session`: when the infusion before the
    visit begins and ends; not while it lasts. None when less than three hours would be left.
    """
    moment = _kind(a_day_before(starts_at, zone, step.days), zone, step)
    if moment < now:
        moment = quiet_hours.next_awake(now, zone)
    if session and session[0] <= moment < session[1] + _AFTER_SESSION:
        moment = quiet_hours.next_awake(max(now, session[1] + _AFTER_SESSION), zone)
    return moment if moment <= starts_at - AT_LEAST else None


def a_day_before(starts_at: datetime, zone: str, days: int = 1) -> datetime:
    """The same time on the patient's clock, also when the clocks change in between."""
    return wall_time.days_later(starts_at, -days, zone)


def is_agreed(visit: Appointment, moment: datetime) -> bool:
    """Whether the patient agreed to the time so lately that asking at `moment` would be a nag."""
    return visit.confirmed_at is not None and moment - visit.confirmed_at <= _AGREED_LATELY


def _kind(moment: datetime, zone: str, step: Confirm) -> datetime:
    """That time on the clock, or the nearest of the kinder hours of its day."""
    shown = wall_time.wall(moment, zone)
    kind = min(max(shown.time(), step.earliest), step.latest)
    if kind == shown.time():
        return moment
    return wall_time.instant(datetime.combine(shown.date(), kind), zone)
