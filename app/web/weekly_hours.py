"""A clinic's weekly hours as one says them: "Mon–Fri, 9:00 am to 5:00 pm"."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from app import i18n
from app.i18n import gettext as _
from app.scheduling.staffed_hours import Opening

_A_MONDAY = date(2024, 1, 1)
_Spans = tuple[tuple[time, time], ...]


def spoken(openings: Iterable[Opening], today: date) -> str:
    """The hours that hold today, days that are alike together. Nothing where there are none."""
    by_day: dict[int, list[tuple[time, time]]] = {}
    for opening in openings:
        if opening.from_on is None or opening.from_on <= today:
            by_day.setdefault(opening.weekday, []).append((opening.opens, opening.closes))
    days = [(weekday, tuple(sorted(by_day[weekday]))) for weekday in sorted(by_day)]
    return "; ".join(
        f"{_days(first, last)}, {_spans(spans)}" for first, last, spans in _alike(days)
    )


def _alike(days: list[tuple[int, _Spans]]) -> list[tuple[int, int, _Spans]]:
    """Runs of days that follow each other and have the same hours."""
    runs = groupby(enumerate(days), key=lambda each: (each[1][0] - each[0], each[1][1]))
    found = []
    for (_offset, spans), run in runs:
        weekdays = [weekday for _place, (weekday, _spans) in run]
        found.append((weekdays[0], weekdays[-1], spans))
    return found


def _days(first: int, last: int) -> str:
    if (first, last) == (0, 6):
        return _("every day")
    names = [_day(first)] if first == last else [_day(first), _day(last)]
    return "–".join(names)


def _day(weekday: int) -> str:
    moment = datetime.combine(_A_MONDAY + timedelta(days=weekday), time(12), UTC)
    return i18n.local_weekday(moment, "UTC", short=True)


def _spans(spans: _Spans) -> str:
    return ", ".join(
        _("%(opens)s to %(closes)s") % {"opens": _clock(opens), "closes": _clock(closes)}
        for opens, closes in spans
    )


def _clock(at: time) -> str:
    return i18n.local_clock(datetime.combine(_A_MONDAY, at, UTC), "UTC")
