"""The form of weekly hours: spans of each day, read and shown again as they were typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from itertools import pairwise

from babel.dates import get_day_names
from starlette.datastructures import FormData

from app import i18n
from app.i18n import gettext as _
from app.scheduling.staffed_hours import Opening
from app.web.console.faults import Faults
from app.web.forms import clock_time

_SPARE = 1  # empty spans offered after those of a day
_MOST = 6
_MIDNIGHT = time(0)


@dataclass(frozen=True)
class Span:
    """From and until on one day, as typed. `name` begins the names of both fields."""

    name: str
    opens: str
    closes: str


@dataclass(frozen=True)
class Weekday:
    """One day's spans, with an empty one to fill in."""

    name: str
    spans: list[Span]


def read(form: FormData, before: Sequence[Opening]) -> tuple[list[Opening], Faults]:
    """The hours, and what is wrong with each span. Hours that stay keep the day they hold from."""
    faults = Faults()
    since = {(each.weekday, each.opens, each.closes): each.from_on for each in before}
    found: list[Opening] = []
    for weekday in range(7):
        spans: list[tuple[str, time, time]] = []
        for number in range(_MOST):
            name = _name(weekday, number)
            span = _span(form, name, faults)
            if span is not None:
                spans.append((name, *span))
        _refuse_overlaps(spans, faults)
        found += [
            Opening(weekday, opens, closes, since.get((weekday, opens, closes)))
            for _name_of, opens, closes in spans
        ]
    return found, faults


def shown(openings: Sequence[Opening]) -> list[Weekday]:
    """The week as it is set."""
    typed: dict[str, str] = {}
    for weekday in range(7):
        of_day = [each for each in openings if each.weekday == weekday]
        for number, each in enumerate(of_day[:_MOST]):
            typed[f"{_name(weekday, number)}-opens"] = each.opens.isoformat(timespec="minutes")
            typed[f"{_name(weekday, number)}-closes"] = each.closes.isoformat(timespec="minutes")
    return shown_again(typed)


def shown_again(typed: Mapping[str, object]) -> list[Weekday]:
    """The week as it was typed."""
    return [Weekday(name, _spans(typed, weekday)) for weekday, name in enumerate(day_names())]


def day_names() -> list[str]:
    """Monday to Sunday, in the language in use."""
    names = get_day_names("wide", locale=i18n.language())
    return [names[weekday][:1].upper() + names[weekday][1:] for weekday in range(7)]


def _spans(typed: Mapping[str, object], weekday: int) -> list[Span]:
    spans = [
        Span(
            name,
            str(typed.get(f"{name}-opens", "")),
            str(typed.get(f"{name}-closes", "")),
        )
        for name in (_name(weekday, number) for number in range(_MOST))
    ]
    filled = max((n + 1 for n, span in enumerate(spans) if span.opens or span.closes), default=0)
    return spans[: min(filled + _SPARE, _MOST)]


def _span(form: FormData, name: str, faults: Faults) -> tuple[time, time] | None:
    opens = faults.reading(lambda: clock_time(form, f"{name}-opens"))
    closes = faults.reading(lambda: clock_time(form, f"{name}-closes"))
    if faults.at(f"{name}-opens") or faults.at(f"{name}-closes"):
        return None
    if opens is None and closes is None:
        return None
    if opens is None:
        faults.add(f"{name}-opens", _("Enter when it begins, or leave both empty."))
        return None
    if closes is None:
        faults.add(f"{name}-closes", _("Enter when it ends, or leave both empty."))
        return None
    if closes != _MIDNIGHT and closes <= opens:
        faults.add(f"{name}-closes", _("Hours must end after they begin."))
        return None
    return opens, closes


def _refuse_overlaps(spans: list[tuple[str, time, time]], faults: Faults) -> None:
    ordered = sorted(spans, key=lambda span: span[1])
    for (_first, _opens, closes), (name, opens, _closes) in pairwise(ordered):
        if closes == _MIDNIGHT or opens < closes:
            faults.add(f"{name}-opens", _("Hours on the same day must not overlap."))


def _name(weekday: int, number: int) -> str:
    return f"day-{weekday}-{number}"
