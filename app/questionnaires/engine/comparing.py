"""Holding an answer against the answer of a condition.

Things that cannot be compared are not equal, and neither is greater. A day and a month compare by
what both say; when that leaves it open, the answer is no.
"""

import operator
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from app.questionnaires.engine.values import Coding, File, Quantity, Signature, Value

OPERATORS = frozenset({"exists", "=", "!=", ">", "<", ">=", "<="})
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


def compares(how: str, value: Value, answer: Value) -> bool:
    """Whether `value` is = != > < >= <= `answer`."""
    if how == "=":
        return equal(value, answer)
    if how == "!=":
        return not equal(value, answer)
    if how in (">=", "<=") and equal(value, answer):
        return True
    order = _ORDERS.get(how)
    pair = _ordered(value, answer) if order else None
    return bool(order and pair and order(*pair))


def equal(value: Value, answer: Value) -> bool:
    """The same answer. Codings match on system and code; a condition may leave the system out."""
    if isinstance(value, Coding) and isinstance(answer, Coding):
        return value.code == answer.code and answer.system in ("", value.system)
    if isinstance(value, Coding) or isinstance(answer, Coding):
        return _same_words(value, answer)
    pair = _ordered(value, answer)
    if pair is not None:
        return bool(pair[0] == pair[1])
    return type(value) is type(answer) and value == answer


def _same_words(value: Value, answer: Value) -> bool:
    """Free text where a form's codes could not be found: by its words."""
    coding, other = (value, answer) if isinstance(value, Coding) else (answer, value)
    if not isinstance(coding, Coding) or not isinstance(other, str):
        return False
    words = other.strip().casefold()
    return words in (coding.display.casefold(), coding.code.casefold())


def _ordered(value: Value, answer: Value) -> tuple[Any, Any] | None:
    """The two as things that have an order, or None."""
    if isinstance(value, bool) or isinstance(answer, bool):
        return None
    if isinstance(value, Quantity) and isinstance(answer, Quantity):
        return (value.value, answer.value) if _same_unit(value, answer) else None
    value = value.value if isinstance(value, Quantity) else value
    answer = answer.value if isinstance(answer, Quantity) else answer
    if isinstance(value, int | Decimal) and isinstance(answer, int | Decimal):
        return value, answer
    if isinstance(value, time) and isinstance(answer, time):
        return value.replace(tzinfo=None), answer.replace(tzinfo=None)
    if isinstance(value, datetime) and isinstance(answer, datetime):
        return _instant(value), _instant(answer)
    if isinstance(value, date) or isinstance(answer, date):
        return _calendar(value, answer)
    if isinstance(value, str) and isinstance(answer, str):
        return value, answer
    return None


def _same_unit(value: Quantity, answer: Quantity) -> bool:
    if value.code and answer.code:
        systems = {value.system, answer.system} - {""}
        return value.code == answer.code and len(systems) < 2
    named = {value.unit, value.code} - {""}
    wanted = {answer.unit, answer.code} - {""}
    return not wanted or bool(named & wanted)


def _instant(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _calendar(value: Value, answer: Value) -> tuple[str, str] | None:
    """Days, months and years as texts; None where one says less and the rest is the same."""
    if isinstance(value, File | Signature | int | Decimal | time | Coding | Quantity):
        return None
    if isinstance(answer, File | Signature | int | Decimal | time | Coding | Quantity):
        return None
    one, other = (
        (each if isinstance(each, str) else each.isoformat())[:10] for each in (value, answer)
    )
    length = min(len(one), len(other))
    if len(one) != len(other) and one[:length] == other[:length]:
        return None
    return one[:length], other[:length]
