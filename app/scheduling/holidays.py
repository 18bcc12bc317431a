"""The public holidays of a year in the United States, on the day on which offices are closed."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.i18n import gettext as _

_MONDAY, _THURSDAY, _SATURDAY, _SUNDAY = 0, 3, 5, 6
_A_YEAR = 365  # days


@dataclass(frozen=True, order=True)
class Holiday:
    """One day; `on` is the day it is kept, which is a weekday."""

    on: date
    name: str


def ahead(country: str, today: date) -> list[Holiday]:
    """Those of the next twelve months. None for a country whose holidays are not known here."""
    if country != "US":
        return []
    years = (of_year(today.year + more) for more in range(3))
    last = today + timedelta(days=_A_YEAR)
    return sorted({each for year in years for each in year if today <= each.on < last})


def of_year(year: int) -> list[Holiday]:
    """The eleven federal holidays. One on a Saturday is kept on Friday, on a Sunday on Monday."""
    return [
        Holiday(_kept(date(year, 1, 1)), _("New Year's Day")),
        Holiday(_nth(year, 1, _MONDAY, 3), _("Martin Luther King Jr. Day")),
        Holiday(_nth(year, 2, _MONDAY, 3), _("Presidents' Day")),
        Holiday(_last(year, 5, _MONDAY), _("Memorial Day")),
        Holiday(_kept(date(year, 6, 19)), _("Juneteenth")),
        Holiday(_kept(date(year, 7, 4)), _("Independence Day")),
        Holiday(_nth(year, 9, _MONDAY, 1), _("Labor Day")),
        Holiday(_nth(year, 10, _MONDAY, 2), _("Columbus Day")),
        Holiday(_kept(date(year, 11, 11)), _("Veterans Day")),
        Holiday(_nth(year, 11, _THURSDAY, 4), _("Thanksgiving")),
        Holiday(_kept(date(year, 12, 25)), _("Christmas Day")),
    ]


def _kept(day: date) -> date:
    if day.weekday() == _SATURDAY:
        return day - timedelta(days=1)
    return day + timedelta(days=1) if day.weekday() == _SUNDAY else day


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _last(year: int, month: int, weekday: int) -> date:
    next_month = date(year, month + 1, 1)
    return next_month - timedelta(days=(next_month.weekday() - weekday - 1) % 7 + 1)
