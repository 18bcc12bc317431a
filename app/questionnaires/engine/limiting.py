"""The limits of one answer: how large, how long, how many places, which kind of file."""

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from urllib.parse import urlsplit

from app.questionnaires.engine.comparing import compares
from app.questionnaires.engine.faults import Code, Fault
from app.questionnaires.engine.items import Item, ItemType
from app.questionnaires.engine.values import File, Quantity, Signature, Slot, Value

_SCHEMES = frozenset({"http", "https", "ftp", "sftp", "mailto", "tel", "urn", "sms"})


def of_value(item: Item, slot: Slot, value: Value) -> Iterator[Fault]:
    """What is wrong with one value that is not a file."""
    yield from _range(item, slot, value)
    if isinstance(value, Decimal | Quantity) and item.limits.decimal_places is not None:
        number = value.value if isinstance(value, Quantity) else value
        exponent = number.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > item.limits.decimal_places:
            yield _fault(item, slot, Code.DECIMALS, item.limits.decimal_places)
    if isinstance(value, str | Signature):
        yield from _length(item, slot, value.name if isinstance(value, Signature) else value)
    if item.type is ItemType.URL and isinstance(value, str) and not is_address(value):
        yield _fault(item, slot, Code.URL)


def of_file(item: Item, slot: Slot, file: File) -> Iterator[Fault]:
    """What is wrong with a stored file, as far as the form has a say."""
    if item.limits.max_size is not None and file.size > item.limits.max_size:
        yield _fault(item, slot, Code.FILE_SIZE, item.limits.max_size)
    if item.limits.mime_types and not any(
        _is_kind(file.content_type, kind) for kind in item.limits.mime_types
    ):
        yield _fault(item, slot, Code.FILE_TYPE)


def _fault(item: Item, slot: Slot, code: Code, limit: Value | None = None) -> Fault:
    return Fault(slot, code, limit, words=item.limits.pattern_words)


def is_address(text: str) -> bool:
    """Whether a text has the shape of a web address or another URI people may type."""
    if any(sign.isspace() for sign in text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    if parts.scheme in ("http", "https", "ftp", "sftp"):
        host = parts.hostname or ""
        return "." in host.strip(".") or host == "localhost"
    return parts.scheme in _SCHEMES and bool(parts.path)


def _length(item: Item, slot: Slot, text: str) -> Iterator[Fault]:
    limits = item.limits
    if limits.min_length is not None and len(text) < limits.min_length:
        yield _fault(item, slot, Code.TOO_SHORT, limits.min_length)
    if limits.max_length is not None and len(text) > limits.max_length:
        yield _fault(item, slot, Code.TOO_LONG, limits.max_length)


def _range(item: Item, slot: Slot, value: Value) -> Iterator[Fault]:
    least, most = item.limits.min_value, item.limits.max_value
    is_moment = isinstance(value, date | datetime | time | str)
    if is_moment and item.type not in (ItemType.DATE, ItemType.DATETIME, ItemType.TIME):
        return
    if least is not None and compares("<", value, least):
        yield _fault(item, slot, Code.TOO_EARLY if is_moment else Code.TOO_SMALL, least)
    if most is not None and compares(">", value, most):
        yield _fault(item, slot, Code.TOO_LATE if is_moment else Code.TOO_LARGE, most)


def _is_kind(content_type: str, kind: str) -> bool:
    family, _, any_of = kind.partition("/")
    return kind == content_type or (any_of == "*" and content_type.startswith(f"{family}/"))
