"""A measure in plain sentences: rises are said as plainly as falls, and nobody is congratulated."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from app import i18n
from app.i18n import gettext as _
from app.i18n import ngettext
from app.outcomes.courses import Standing
from app.outcomes.results import Series, Value
from app.questionnaires.spoken import number


@dataclass(frozen=True)
class Row:
    """One line of the table. `total` is empty for a sheet that is not scored."""

    at: datetime
    total: str
    change: str  # since the value before, with its sign; empty for the first
    answered: int = 0
    of: int = 0


def where(standing: Standing, zone: str) -> str:
    """Where somebody is in their course, in a sentence or two."""
    held, planned = len(standing.held), standing.planned
    if not held:
        return "" if standing.next else _("No session is booked yet.")
    named = {
        "number": held,
        "of": planned,
        "day": i18n.local_day(standing.held[-1].at, zone),
    }
    if standing.is_over:
        return _("The course is over. Session %(number)s was on %(day)s.") % named
    if planned:
        return _("Session %(number)s of %(of)s was on %(day)s.") % named
    return _("Session %(number)s was on %(day)s.") % named


def coming(standing: Standing, zone: str) -> str:
    """What is next in it."""
    held, planned = len(standing.held), standing.planned
    if standing.next is not None:
        named = {
            "number": held + 1,
            "of": planned,
            "day": i18n.local_day(standing.next.starts_at, zone),
            "time": i18n.local_clock(standing.next.starts_at, zone),
        }
        if planned and held < planned:
            said = _("Session %(number)s of %(of)s is next: %(day)s at %(time)s.") % named
        else:
            said = _("Session %(number)s is next: %(day)s at %(time)s.") % named
        return i18n.one_stop(said)
    if standing.is_over or not held:
        return ""
    if planned and held < planned:
        return _("The next one is not booked yet.")
    return _("No more sessions are planned.") if planned else _("No more sessions are booked.")


def name(series: Series) -> str:
    """What a patient reads over it: never the name of a form."""
    return {
        "phq-9": _("Mood answers"),
        "gad-7": _("Worry answers"),
        "pcl-5": _("Answers about hard memories"),
        "mood": _("Mood, day by day"),
        "anxiety": _("Anxiety, day by day"),
        "sleep": _("Sleep, night by night"),
    }[series.code]


def meaning(series: Series) -> str:
    """Which way is which."""
    return {
        "phq-9": _("Lower means fewer hard days."),
        "gad-7": _("Lower means less worry."),
        "pcl-5": _("Lower means hard memories come less."),
        "mood": _("Higher means a better mood."),
        "anxiety": _("Lower means less anxiety."),
        "sleep": _("Higher means better sleep."),
    }[series.code]


def story(series: Series, zone: str) -> str:
    """From where to where, how often it rose and fell, and what it did the last time."""
    values = series.values
    if not values:
        return _("No sheet has all its answers yet.")
    if len(values) == 1:
        return _("%(total)s on %(day)s.") % _point(values[0], zone)
    told = [_from_to(values, zone), _highest(values, zone), _ways(values)]
    if len(values) > 2:
        told.append(_last(values))
    return " ".join(filter(None, told))


def undrawn(series: Series) -> str:
    """How many sheets are left out of it, if any are."""
    count = len(series.unscored)
    if not count:
        return ""
    return ngettext(
        "%(num)s sheet without all its answers is not drawn.",
        "%(num)s sheets without all their answers are not drawn.",
        count,
    ) % {"num": count}


def rows(series: Series) -> tuple[Row, ...]:
    """The same numbers as a table, oldest first, and the sheets that have none."""
    befores: tuple[Value | None, ...] = (None, *series.values)
    scored = [
        Row(each.at, number(each.total), signed(before, each))
        for before, each in zip(befores, series.values, strict=False)
    ]
    unscored = [Row(each.at, "", "", each.answered, each.of) for each in series.unscored]
    return tuple(sorted([*scored, *unscored], key=lambda row: row.at))


def signed(before: Value | None, now: Value) -> str:
    """`+5`, `−5` or `0`, and nothing for the first."""
    if before is None:
        return ""
    by = now.total - before.total
    return "0" if by == 0 else f"{'+' if by > 0 else '−'}{number(abs(by))}"


def _point(value: Value, zone: str) -> dict[str, str]:
    return {"total": number(value.total), "day": i18n.local_month_day(value.at, zone)}


def _from_to(values: tuple[Value, ...], zone: str) -> str:
    first, last = _point(values[0], zone), _point(values[-1], zone)
    return _("From %(first)s on %(first_day)s to %(last)s on %(last_day)s.") % {
        "first": first["total"],
        "first_day": first["day"],
        "last": last["total"],
        "last_day": last["day"],
    }


def _highest(values: tuple[Value, ...], zone: str) -> str:
    """Where it was higher in between than at either end."""
    highest = max(reversed(values), key=lambda each: each.total)
    if highest.total <= max(values[0].total, values[-1].total):
        return ""
    return _("At its highest it was %(total)s, on %(day)s.") % _point(highest, zone)


def _ways(values: tuple[Value, ...]) -> str:
    steps = [now.total - before.total for before, now in pairwise(values)]
    rose, fell = sum(step > 0 for step in steps), sum(step < 0 for step in steps)
    if not rose and not fell:
        return _("It stayed the same.")
    up = ngettext("It rose once.", "It rose %(num)s times.", rose) % {"num": rose}
    down = ngettext("It fell once.", "It fell %(num)s times.", fell) % {"num": fell}
    return " ".join([up] * bool(rose) + [down] * bool(fell))


def _last(values: tuple[Value, ...]) -> str:
    before, now = values[-2].total, values[-1].total
    numbers = {"before": number(before), "now": number(now)}
    if now > before:
        return _("The last time, it rose from %(before)s to %(now)s.") % numbers
    if now < before:
        return _("The last time, it fell from %(before)s to %(now)s.") % numbers
    return _("The last time, it stayed at %(now)s.") % numbers
