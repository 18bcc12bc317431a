"""What people type, read as numbers, days and times. None: it cannot be read."""

import re
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal

_DIGITS = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,20})?|[+-]?\.[0-9]{1,20}")
_THOUSANDS = {
    ",": re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"),
    ".": re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+"),
}
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_PART_OF_DATE = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2]))?")
_SPOKEN = re.compile(r"([0-9]{1,2})[/. -]([0-9]{1,2})[/. -]([0-9]{4})")
_TIME = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?\s*([ap])?\.?\s?m?\.?")
_MOMENT = re.compile(r"(\S+)[T ]\s*(.+)", re.DOTALL)
_OFFSET = re.compile(r"(?:Z|[+-][0-9]{2}:[0-9]{2})")


def number(text: str, language: str) -> Decimal | None:
    """A number with comma or point. A point alone is always a decimal one: browsers post it so.

    A comma before three digits parts thousands in English, and decimals in Spanish.
    """
    text = re.sub(r"[\s\u00a0\u202f']", "", text).replace("\u2212", "-")
    if _THOUSANDS["."].fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif _THOUSANDS[","].fullmatch(text) and (language == "en" or "." in text):
        text = text.replace(",", "")
    elif text.count(",") == 1:
        text = text.replace(",", ".")
    return Decimal(text) if _DIGITS.fullmatch(text) else None


def day(text: str, language: str) -> date | str | None:
    """A day; `2026-11` and `2026` stay words, since FHIR takes a part of a date as one."""
    text = text.strip()
    if _PART_OF_DATE.fullmatch(text):
        return text if int(text[:4]) else None
    if found := _ISO.fullmatch(text):
        year, month, of_month = map(int, found.groups())
    elif found := _SPOKEN.fullmatch(text):
        first, second, year = map(int, found.groups())
        month, of_month = (first, second) if language == "en" else (second, first)
    else:
        return None
    try:
        return date(year, month, of_month)
    except ValueError:
        return None


def clock_time(text: str) -> time | None:
    """A time of day, as `14:30`, `2:30 pm` or `02:30:15`."""
    found = _TIME.fullmatch(text.strip().lower())
    if not found:
        return None
    hour, minute, second = (int(part or 0) for part in found.group(1, 2, 3))
    if half := found.group(4):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        return None


def moment(text: str, language: str, zone: tzinfo) -> datetime | str | None:
    """A day and a time on the clock of `zone`, or a day or a month alone, which stay words."""
    text = text.strip()
    whole = _MOMENT.fullmatch(text)
    if not whole:
        alone = day(text, language)
        return alone.isoformat() if isinstance(alone, date) else alone
    on, at = day(whole.group(1), language), whole.group(2)
    offset = _OFFSET.search(at)
    spoken = clock_time(at[: offset.start()] if offset else at)
    if not isinstance(on, date) or not 1 < on.year < 9999 or spoken is None:
        return None  # the first and last year have moments that some zones cannot say
    if offset:
        try:
            zone = datetime.fromisoformat(f"2000-01-01T00:00{offset.group()}").tzinfo or UTC
        except ValueError:
            return None
    return datetime.combine(on, spoken, zone)
