"""Reads what somebody brings as JSON: one object, each name once, nothing that is no JSON."""

import json
from decimal import Decimal
from typing import Any, NoReturn

MOST_BYTES = 4 * 1024 * 1024
_DEEPEST = 100


class NotReadable(Exception):
    """The bytes are no document. `code` says why; nothing of them is in it."""

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.about = about


def read(raw: bytes) -> dict[str, Any]:
    """The object in these bytes; decimals stay as they were written. Raises NotReadable:

    too-large, not-utf-8, not-json, same-name-twice, too-deep, unreadable-signs, not-an-object.
    """
    if len(raw) > MOST_BYTES:
        raise NotReadable("too-large")
    value = _parsed(_decoded(raw))
    if not isinstance(value, dict):
        raise NotReadable("not-an-object")
    _refuse_odd(value)
    return value


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotReadable("not-utf-8") from None


def _parsed(text: str) -> Any:
    try:
        return json.loads(
            text, parse_float=_decimal, parse_constant=_refuse, object_pairs_hook=_object
        )
    except RecursionError:
        raise NotReadable("too-deep") from None
    except ValueError:
        raise NotReadable("not-json") from None


def _decimal(written: str) -> Decimal:
    value = Decimal(written)
    if abs(value.adjusted()) > 100:
        raise NotReadable("not-json")  # 1e999999999: nobody's number
    return value


def _refuse(_constant: str) -> NoReturn:
    raise NotReadable("not-json")  # NaN, Infinity


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotReadable("same-name-twice", twice[:60])
    return value


def _refuse_odd(document: Any) -> None:
    """No level below the deepest, and no text that could not be kept or sent on."""
    level: list[Any] = [document]
    for _ in range(_DEEPEST):
        for value in level:
            if isinstance(value, str):
                _refuse_signs(value)
            elif isinstance(value, dict):
                for name in value:
                    _refuse_signs(name)
        level = [inner for value in level for inner in _within(value)]
        if not level:
            return
    raise NotReadable("too-deep")


def _within(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _refuse_signs(text: str) -> None:
    if text.isascii() and "\x00" not in text:
        return
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise NotReadable("unreadable-signs")
