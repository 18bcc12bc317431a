"""When the sessions of a course are, by its plan alone."""

from datetime import datetime
from itertools import cycle, islice

from app import wall_time
from app.plans.plan import Plan


def dates(plan: Plan, starts_at: datetime, zone: str) -> list[datetime]:
    """The starts of a course's sessions, the first one included: at the same hour in `zone`."""
    starts = [starts_at]
    for days in islice(cycle(plan.course.gaps), plan.course.sessions - 1):
        starts.append(wall_time.days_later(starts[-1], days, zone))
    return starts
