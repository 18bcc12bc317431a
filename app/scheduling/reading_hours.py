"""When a person at the clinic reads what a patient wrote."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.people.models import Clinic
from app.scheduling import availability
from app.scheduling.intervals import Interval

_AHEAD = timedelta(days=45)  # past the longest holidays
# In the last minutes before they close nobody should be promised an answer.
_LEAST = timedelta(minutes=15)


def reading_time(db: Session, clinic: Clinic, now: datetime) -> Interval | None:
    """The staffed hours in which a text that comes in now is read: these, or the next.

    None when the clinic has set no hours.
    """
    return _next(db, clinic, now, _LEAST)


def staffed_time(db: Session, clinic: Clinic, now: datetime) -> Interval | None:
    """The hours in which somebody is there: these to their very end, or the next."""
    return _next(db, clinic, now, timedelta(0))


def _next(db: Session, clinic: Clinic, now: datetime, least: timedelta) -> Interval | None:
    hours = availability.clinic_open(db, clinic, now, now + _AHEAD)
    return next((each for each in hours if each.closes_at - least > now), None)
