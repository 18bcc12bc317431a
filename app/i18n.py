"""Languages: the words through gettext catalogues, days and times as people say them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from functools import cache, lru_cache
from gettext import NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal
from babel.support import Translations

from app import catalogues

LANGUAGES = ("en", "es")
_LOCALE = Path(__file__).parent / "locale"
_language: ContextVar[str] = ContextVar("language", default="en")


def language() -> str:
    """The language that words are rendered in right now."""
    return _language.get()


def known(tag: str | None) -> str | None:
    """The language we have for a tag like `es-MX`, or None."""
    short = (tag or "").lower().split("-")[0]
    return short if short in LANGUAGES else None


@contextmanager
def using(chosen: str) -> Iterator[None]:
    """Render in `chosen` for as long as the block runs. An unknown language is English."""
    token = _language.set(chosen if chosen in LANGUAGES else "en")
    try:
        yield
    finally:
        _language.reset(token)


def gettext(message: str) -> str:
    """The message in the language in use."""
    return catalogue(language()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """The singular or plural in the language in use."""
    return catalogue(language()).ngettext(one, many, count)


@cache
def catalogue(name: str) -> NullTranslations:
    """A language's catalogue, compiled from its .po file on first use."""
    path = _LOCALE / name / "LC_MESSAGES" / "afterglow.po"
    if not path.exists():
        return NullTranslations()
    return Translations(catalogues.compiled(path))


def one_stop(said: str) -> str:
    """A sentence that ends with an hour, without a second full stop: Spanish hours bring one."""
    return said.replace(".m..", ".m.")


def local_clock(moment: datetime, zone: str) -> str:
    """`10:00 am`, on the clock of `zone`."""
    shown = moment.astimezone(ZoneInfo(zone))
    return _clock(time(shown.hour, shown.minute), _locale())


def wall_clock(at: time) -> str:
    """`10:00 am`, on nobody's clock in particular."""
    return _clock(at, _locale())


def local_day(moment: datetime, zone: str) -> str:
    """`Wednesday, November 18`, on the calendar of `zone`."""
    # Not by skeleton: Spanish has none with the whole weekday and would be answered with `sáb`.
    pattern = "EEEE, MMMM d" if language() == "en" else "EEEE, d 'de' MMMM"
    return format_date(moment.astimezone(ZoneInfo(zone)).date(), pattern, locale=_locale())


def local_weekday(moment: datetime, zone: str, *, short: bool = False) -> str:
    """`Wednesday` or `Wed`, on the calendar of `zone`."""
    pattern = "EEE" if short else "EEEE"
    return _date(moment.astimezone(ZoneInfo(zone)).date(), pattern, _locale())


def local_short_day(moment: datetime, zone: str) -> str:
    """`Wed, Nov 18`, on the calendar of `zone`: short enough for a text."""
    return format_skeleton("MMMEd", moment.astimezone(ZoneInfo(zone)), locale=_locale())


def local_month_day(moment: datetime, zone: str, *, short: bool = False) -> str:
    """`November 18`, or `Nov 18`, on the calendar of `zone`."""
    skeleton = "MMMd" if short else "MMMMd"
    return format_skeleton(skeleton, moment.astimezone(ZoneInfo(zone)), locale=_locale())


def local_month(day: date, *, short: bool = False) -> str:
    """`November 2026`, or `Nov`."""
    pattern = "LLL" if short else "LLLL y"
    return format_date(day, pattern, locale=_locale())


def local_number(value: float) -> str:
    """`1.4`, as it is written in the language in use."""
    return format_decimal(value, locale=_locale())


def local_date(day: date) -> str:
    """`Nov 18, 2026`."""
    return format_date(day, "medium", locale=_locale())


def local_date_at(moment: datetime, zone: str) -> str:
    """`Nov 18, 2026`, on the calendar of `zone`."""
    return local_date(moment.astimezone(ZoneInfo(zone)).date())


# Lists say the same few hours and days over and over.
@lru_cache(maxsize=2 * 24 * 60)
def _clock(shown: time, locale: str) -> str:
    spoken = format_time(shown, "h:mm a", locale=locale)
    return spoken.replace("\u202f", " ").replace("\xa0", " ").lower()


@lru_cache(maxsize=1000)
def _date(day: date, pattern: str, locale: str) -> str:
    return format_date(day, pattern, locale=locale)


def _locale() -> str:
    return "en_US" if language() == "en" else "es_US"
