"""A session that is only thought of, to see what a protocol makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import available_timezones

from starlette.datastructures import FormData, QueryParams

from app import clock, wall_time
from app.i18n import gettext as _
from app.people.models import Clinic
from app.web.console.faults import Faults
from app.web.forms import local_moment

_FRIDAY, _AT = 4, time(15)
_AHEAD = timedelta(days=8)  # so that all that comes before it has its time
_LENGTH = timedelta(hours=2)
_SHORTEST, _LONGEST = 5, 12 * 60
_FARTHEST = timedelta(days=366)
LANGUAGES = ("en", "es")


@dataclass(frozen=True)
class Sample:
    """When it begins and ends, where the patient lives and what they read."""

    starts_at: datetime
    ends_at: datetime
    zone: str
    language: str


def usual(clinic: Clinic) -> Sample:
    """A Friday at 3 pm, at least eight days ahead."""
    day = wall_time.wall(clock.now() + _AHEAD, clinic.zone).date()
    day += timedelta(days=(_FRIDAY - day.weekday()) % 7)
    starts_at = wall_time.instant(datetime.combine(day, _AT), clinic.zone)
    return Sample(starts_at, starts_at + _LENGTH, clinic.zone, clinic.language)


def values(clinic: Clinic, asked: Mapping[str, Any]) -> dict[str, str]:
    """What the form holds: what was asked for, else the usual sample."""
    sample = usual(clinic)
    usual_values = {
        "starts_at": wall_time.written(sample.starts_at, clinic.zone),
        "minutes": str(_LENGTH // timedelta(minutes=1)),
        "zone": sample.zone,
        "language": sample.language,
    }
    return {name: str(asked.get(name) or value) for name, value in usual_values.items()}


def read(clinic: Clinic, asked: QueryParams) -> tuple[Sample | None, Faults]:
    """The session that the address asks about, or what is wrong with it."""
    form, faults = FormData(values(clinic, asked)), Faults()
    starts_at = faults.reading(lambda: local_moment(form, "starts_at", clinic.zone))
    minutes = _minutes(str(form["minutes"]))
    if minutes is None:
        faults.add("minutes", _("Enter a length from 5 to 720 minutes."))
    if form["zone"] not in available_timezones():
        faults.add("zone", _("Choose a time zone from the list."))
    if form["language"] not in LANGUAGES:
        faults.add("language", _("Choose a language from the list."))
    if starts_at is not None and not clock.now() < starts_at < clock.now() + _FARTHEST:
        faults.add("starts_at", _("Enter a day within the year ahead."))
    if starts_at is None or minutes is None or faults:
        return None, faults
    ends_at = starts_at + timedelta(minutes=minutes)
    return Sample(starts_at, ends_at, str(form["zone"]), str(form["language"])), faults


def _minutes(value: str) -> int | None:
    is_number = value.isascii() and value.isdigit() and len(value) <= 3
    return int(value) if is_number and _SHORTEST <= int(value) <= _LONGEST else None
