"""Values as FHIR writes them (valueCoding, answerDate …) and as the engine holds them."""

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from app.questionnaires.engine.shapes import Json, number, number_in, text
from app.questionnaires.engine.values import Coding, File, Quantity, Signature, Value

_PARTIAL_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?")
_TIME = re.compile(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?")
_FILE_ADDRESS = "urn:uuid:"


def value_of(element: Json, prefix: str = "value") -> tuple[str, Any]:
    """The kind and the raw content of value[x] or answer[x]: ("Coding", {…}), or ("", None)."""
    for key, content in element.items():
        if key.startswith(prefix) and key[len(prefix) :] in _READERS and content is not None:
            return key[len(prefix) :], content
    return "", None


def read_value(kind: str, content: Any) -> Value | None:
    """The value, or None when it is not what its kind says."""
    reader = _READERS.get(kind)
    return reader(content) if reader else None


def read_from(element: Json, prefix: str = "value") -> Value | None:
    """The value of value[x] or answer[x], or None."""
    return read_value(*value_of(element, prefix))


def day(content: Any) -> date | str | None:
    """A whole date, or a year or month as the text it is."""
    if isinstance(content, date):
        return content
    if not isinstance(content, str):
        return None
    try:
        return date.fromisoformat(content) if len(content) == 10 else _partial(content)
    except ValueError:
        return None


def moment(content: Any) -> datetime | str | None:
    """A whole moment with its offset, or a day, month or year as the text it is."""
    if not isinstance(content, str):
        return None
    if not _MOMENT.fullmatch(content):
        return content if day(content) is not None else None
    try:
        found = datetime.fromisoformat(content)
        found.astimezone(UTC)  # the first and last hours of the calendar have no other zone
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def clock_time(content: Any) -> time | None:
    if not isinstance(content, str) or not _TIME.fullmatch(content):
        return None
    try:
        return time.fromisoformat(content)
    except ValueError:
        return None


def write_value(value: Value) -> Any:
    """The content of value[x], as JSON holds it."""
    for kind, writer in _WRITERS:
        if isinstance(value, kind):
            return writer(value)
    return value


def _partial(content: str) -> str | None:
    return content if _PARTIAL_DATE.fullmatch(content) and content >= "0001" else None


def _boolean(content: Any) -> bool | None:
    return content if isinstance(content, bool) else None


def _integer(content: Any) -> int | None:
    found = number(content)
    return int(found) if found is not None and found == found.to_integral_value() else None


def _string(content: Any) -> str | None:
    return (text({"it": content}, "it") or None) if isinstance(content, str) else None


def coding(content: Any) -> Coding | None:
    """A code, or words alone where a form gives no code."""
    if not isinstance(content, dict):
        return None
    code, display = text(content, "code"), text(content, "display")
    return Coding(code or display, text(content, "system"), display) if code or display else None


def _quantity(content: Any) -> Quantity | None:
    if not isinstance(content, dict):
        return None
    found = number(content.get("value"))
    if found is None:
        found = number_in(text(content, "value"))
    if found is None:
        return None
    return Quantity(found, text(content, "unit"), text(content, "system"), text(content, "code"))


def _file(content: Any) -> File | None:
    if not isinstance(content, dict):
        return None
    address = text(content, "url").removeprefix(_FILE_ADDRESS)
    size = _integer(content.get("size"))
    kept = File(
        address,
        text(content, "contentType"),
        size if size is not None else 0,
        text(content, "title"),
        text(content, "hash"),
    )
    return kept if address else None


def _concept(content: Any) -> Coding | None:
    codings = content.get("coding") if isinstance(content, dict) else None
    return coding(codings[0]) if isinstance(codings, list) and codings else None


_READERS: dict[str, Callable[[Any], Value | None]] = {
    "Boolean": _boolean,
    "Decimal": number,
    "Integer": _integer,
    "PositiveInt": _integer,
    "UnsignedInt": _integer,
    "Date": day,
    "DateTime": moment,
    "Instant": moment,
    "Time": clock_time,
    "String": _string,
    "Markdown": _string,
    "Code": _string,
    "Id": _string,
    "Uri": _string,
    "Url": _string,
    "Canonical": _string,
    "Coding": coding,
    "CodeableConcept": _concept,
    "Quantity": _quantity,
    "Attachment": _file,
}


def _write_number(value: Decimal) -> int | float:
    if value == value.to_integral_value():
        return int(value)
    found = float(value)
    return found if math.isfinite(found) else 0


def _write_coding(value: Coding) -> dict[str, str]:
    found = {"system": value.system, "code": value.code, "display": value.display}
    return {key: content for key, content in found.items() if content}


def _write_quantity(value: Quantity) -> dict[str, Any]:
    found = {"unit": value.unit, "system": value.system, "code": value.code}
    return {
        "value": _write_number(value.value),
        **{key: content for key, content in found.items() if content},
    }


def _write_file(value: File) -> dict[str, Any]:
    found: dict[str, Any] = {
        "contentType": value.content_type,
        "url": _FILE_ADDRESS + value.id,
        "size": value.size,
        "hash": value.digest,
        "title": value.name,
    }
    return {key: content for key, content in found.items() if content != ""}


_WRITERS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (datetime, datetime.isoformat),
    (date, date.isoformat),
    (time, lambda value: value.isoformat()),
    (Decimal, _write_number),
    (Coding, _write_coding),
    (Quantity, _write_quantity),
    (File, _write_file),
    (Signature, lambda value: value.name),
)
