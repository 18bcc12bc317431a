"""JSON as it came: nothing about its shape is believed. What is not as it should be is absent."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

Json = Mapping[str, Any]

_MOST_DIGITS = 40
_MOST_EXPONENT = 60


def objects(element: Json, key: str) -> list[Json]:
    """The objects in a list. A lone object is not a list of one."""
    found = element.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def object_of(element: Json, key: str) -> Json:
    found = element.get(key)
    return found if isinstance(found, dict) else {}


def text(element: Json, key: str) -> str:
    found = element.get(key)
    return _storable(found) if isinstance(found, str) else ""


def truth(element: Json, key: str) -> bool:
    return element.get(key) is True


def whole(element: Json, key: str) -> int | None:
    """A whole number that is not absurd, also when it was written as 5.0."""
    found = number(element.get(key))
    return int(found) if found is not None and found == found.to_integral_value() else None


def number(found: Any) -> Decimal | None:
    """A number from JSON; not a text that looks like one, not a truth value, not infinity."""
    if isinstance(found, bool) or not isinstance(found, int | float | Decimal):
        return None
    if isinstance(found, int) and found.bit_length() > 4 * _MOST_DIGITS:
        return None
    return number_in(str(found))


def number_in(found: str) -> Decimal | None:
    """The number a text says, or None."""
    if len(found) > _MOST_DIGITS:
        return None
    try:
        value = Decimal(found.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) <= _MOST_EXPONENT else None


def _storable(found: str) -> str:
    """Without what no database and no page can hold: lone surrogates and the zero sign."""
    if found.isascii():
        return found.replace("\x00", "")
    return found.replace("\x00", "").encode("utf-8", "ignore").decode()
