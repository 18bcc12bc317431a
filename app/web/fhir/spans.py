"""Spans of time as a search names them: `ge2026-11-20`, `lt2026-11-20T10:00:00Z`."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.sql.functions import coalesce

from app.web.fhir.outcome import Fault

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MINUTE = re.compile(r"T\d\d:\d\d([Z+-]|$)")
_PREFIXES = ("ge", "gt", "le", "lt", "eq", "ne", "sa", "eb", "")


def within(
    name: str, said: str, moment: ColumnElement[Any], zone: str
) -> list[ColumnElement[bool]]:
    """What a moment has to meet. A day without a time is that whole day on the clinic's clock.

    400 for what is no moment, and for a prefix nobody knows.
    """
    prefix, begins, ends = _read(name, said, zone)
    return {
        "ge": _since(moment, begins),
        "gt": _since(moment, ends),
        "sa": _since(moment, ends),
        "le": [moment < ends],
        "lt": [moment < begins],
        "eb": [moment < begins],
        "ne": [~((moment >= begins) & (moment < ends))],
    }.get(prefix, [*_since(moment, begins), moment < ends])


def _since(moment: ColumnElement[Any], begins: datetime) -> list[ColumnElement[bool]]:
    if not isinstance(moment, coalesce):
        return [moment >= begins]
    # The same as an index can tell, which knows the moments apart: the first there is counts.
    columns = list(moment.clauses)
    return [
        or_(
            *(
                and_(*(before.is_(None) for before in columns[:place]), column >= begins)
                for place, column in enumerate(columns)
            )
        )
    ]


def holds(name: str, said: str, moment: datetime, zone: str) -> bool:
    """The same of a moment that is here already."""
    prefix, begins, ends = _read(name, said, zone)
    return {
        "ge": moment >= begins,
        "gt": moment >= ends,
        "sa": moment >= ends,
        "le": moment < ends,
        "lt": moment < begins,
        "eb": moment < begins,
        "ne": not begins <= moment < ends,
    }.get(prefix, begins <= moment < ends)


def _read(name: str, said: str, zone: str) -> tuple[str, datetime, datetime]:
    prefix, rest = (said[:2], said[2:]) if said[:2].isalpha() else ("", said)
    if prefix not in _PREFIXES:
        raise Fault(400, f"{name} takes no prefix {prefix}.")
    try:
        return prefix, *_span(rest, zone)
    except (ValueError, OverflowError):
        raise Fault(400, f"{name} is a day, or a moment with its offset.") from None


def _span(said: str, zone: str) -> tuple[datetime, datetime]:
    if _DAY.fullmatch(said):
        day, clock = date.fromisoformat(said), ZoneInfo(zone)
        begins = datetime.combine(day, time(), clock)
        return begins, datetime.combine(day + timedelta(days=1), time(), clock)
    moment = datetime.fromisoformat(said.replace(" ", "+"))  # a plus sign left unescaped
    if moment.tzinfo is None:
        raise ValueError
    begins = moment.astimezone(UTC)
    if _MINUTE.search(said):
        return begins, begins + timedelta(minutes=1)
    return begins, begins + timedelta(seconds=0 if moment.microsecond else 1)
