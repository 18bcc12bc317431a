"""Fields of a page: what they are called, and posted strings to typed values and back.

A field is called by the place of its question in the form, with the rows around it: `q17`,
`q17-0-2`. No word of the form is in it. What stands in it:
- choice: the option's place in the item's options, `o0`, `o1` …; `other` for words of their own,
  which stand in `q17-other`; words alone where an open choice has no options;
- boolean: `true` or `false`; quantity: the number, its unit's place in `q17-unit`;
- attachment: the id of a stored file; signature: the typed name; all else: the value itself;
- several answers: several fields of one name, empty ones do not count.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal

from app.questionnaires.engine import typed
from app.questionnaires.engine.faults import Code, Fault
from app.questionnaires.engine.items import Form, Item, ItemType
from app.questionnaires.engine.values import (
    Coding,
    File,
    Quantity,
    Signature,
    Slot,
    Value,
    Values,
)

OTHER = "other"
MOST_SIGNS = 20_000  # of one answer, whatever the form says
MOST_ANSWERS = 200  # to one question
_INTEGERS = 2**31
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

_BARE_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[/?#]|$)")  # example.org, without https://

Posted = Callable[[str], Sequence[str]]


def name(form: Form, slot: Slot) -> str:
    """The name of a question's field: `q17`, in rows `q17-0-2`. No word of the form is in it."""
    return "-".join(("q" + str(form.by_link_id[slot.link_id].index), *map(str, slot.rows)))


def slot_of(form: Form, field: str) -> Slot | None:
    """The place a field stands for, or None when the form has no such field."""
    head, *rows = field.split("-")
    numbers = [head.removeprefix("q"), *rows]
    if not head.startswith("q") or not all(n.isascii() and n.isdigit() for n in numbers):
        return None
    index = int(numbers[0][:9])
    if index >= len(form.in_order):
        return None
    item = form.in_order[index]
    slot = Slot(item.link_id, tuple(int(row[:9]) for row in rows))
    wanted = len(form.repeating_above.get(item.link_id, ()))
    return slot if len(slot.rows) == wanted and name(form, slot) == field else None


@dataclass(frozen=True)
class Reading:
    """How fields are read: whose language and clock, which files, who signs what."""

    language: str = "en"
    zone: tzinfo = UTC
    file_of: Callable[[str], File | None] | None = None  # a stored file of this sheet, by its id
    sign: Callable[[str], Signature] | None = None  # a typed name, with moment and hash


class Unread(Exception):
    """A text is not what its question asks for."""

    def __init__(self, code: Code, limit: Value | None = None) -> None:
        super().__init__(code)
        self.code, self.limit = code, limit


def read(
    form: Form,
    slot: Slot,
    posted: Posted,
    language: str,
    *,
    zone: tzinfo = UTC,
    file_of: Callable[[str], File | None] | None = None,
    sign: Callable[[str], Signature] | None = None,
) -> tuple[Values, Fault | None]:
    """The answers that were posted for a question, and what is wrong with them, or None.

    Only whether they can be read is told here, `checking.check` tells the rest. With a fault the
    values that could be read come along; what was typed is the caller's to show again.
    """
    item = form.by_link_id[slot.link_id]
    reading = Reading(language, zone, file_of, sign)
    field = name(form, slot)
    texts = [text.strip() for text in posted(field)][:MOST_ANSWERS]
    if item.type is ItemType.QUANTITY:
        found = _quantities(item, texts, list(posted(f"{field}-unit")), reading)
    elif is_chosen(item):
        found = _choices(item, texts, posted(f"{field}-{OTHER}"))
    elif item.type in (ItemType.GROUP, ItemType.DISPLAY):
        return (), None
    else:
        found = _each(item, [text for text in texts if text], reading)
    values, trouble = found
    values = tuple(dict.fromkeys(values)) if item.options else values
    if not item.is_repeating and item.type is ItemType.BOOLEAN:
        values = values[-1:]  # a check-box after its hidden "false"
    if trouble is None and not item.is_repeating and len(values) > 1:
        trouble = Unread(Code.ONE_ONLY)
    return values, Fault(slot, trouble.code, trouble.limit) if trouble else None


def is_chosen(item: Item) -> bool:
    """Whether options are chosen. An open choice without any is a field for words."""
    return item.type is ItemType.CHOICE or (
        item.type is ItemType.OPEN_CHOICE and bool(item.options)
    )


def place_of(token: str) -> int | None:
    """Which option `o3` means."""
    digits = token.removeprefix("o")
    return int(digits[:9]) if digits.isascii() and digits.isdigit() else None


Found = tuple[Values, Unread | None]


def _each(item: Item, texts: list[str], reading: Reading) -> Found:
    values: list[Value] = []
    trouble = None
    for text in texts:
        try:
            values.append(_READERS[item.type](item, text, reading))
        except Unread as unread:
            trouble = trouble or unread
    return tuple(values), trouble


def _choices(item: Item, tokens: Sequence[str], others: Sequence[str]) -> Found:
    values: list[Value] = []
    words = [clean for text in others if (clean := _line(text))]
    trouble = Unread(Code.TOO_LONG, MOST_SIGNS) if len("".join(words)) > MOST_SIGNS else None
    for token in filter(None, tokens):
        if token == OTHER and item.type is ItemType.OPEN_CHOICE:
            if not words:
                trouble = Unread(Code.OTHER_WORDS)
            values.extend(words)
        elif (place := place_of(token)) is not None and place < len(item.options):
            values.append(item.options[place].value)
        else:
            trouble = Unread(Code.OPTION)
    if not any(tokens) and item.type is ItemType.OPEN_CHOICE:
        values.extend(words)
    return tuple(values), trouble


def _quantities(item: Item, texts: Sequence[str], units: list[str], reading: Reading) -> Found:
    values: list[Value] = []
    trouble = None
    for place, text in enumerate(texts):
        value = typed.number(text, reading.language)
        if value is None:
            trouble = trouble or (Unread(Code.NUMBER) if text else None)
            continue
        unit = units[place] if place < len(units) else ""
        if item.units and len(item.units) > 1 and not unit:
            trouble = trouble or Unread(Code.UNIT)
        values.append(_in_unit(item, value, unit))
    return tuple(values), trouble


def _in_unit(item: Item, value: Decimal, token: str) -> Quantity:
    place = place_of(token) or 0
    if not item.units:
        return Quantity(value, item.unit)
    chosen = item.units[place if place < len(item.units) else 0].value
    if isinstance(chosen, Coding):
        return Quantity(value, chosen.display or chosen.code, chosen.system, chosen.code)
    return Quantity(value, str(chosen))


def _boolean(_item: Item, text: str, _reading: Reading) -> bool:
    if text not in ("true", "false", "on"):
        raise Unread(Code.OPTION)
    return text != "false"


def _decimal(_item: Item, text: str, reading: Reading) -> Decimal:
    value = typed.number(text, reading.language)
    if value is None:
        raise Unread(Code.NUMBER)
    return value


def _integer(item: Item, text: str, reading: Reading) -> int:
    value = _decimal(item, text, reading)
    if value != value.to_integral_value():
        raise Unread(Code.WHOLE_NUMBER)
    if not -_INTEGERS <= value < _INTEGERS:
        raise (
            Unread(Code.TOO_LARGE, _INTEGERS - 1)
            if value > 0
            else Unread(Code.TOO_SMALL, -_INTEGERS)
        )
    return int(value)


def _day(_item: Item, text: str, reading: Reading) -> date | str:
    value = typed.day(text, reading.language)
    if value is None:
        raise Unread(Code.DATE)
    return value


def _moment(_item: Item, text: str, reading: Reading) -> datetime | str:
    value = typed.moment(text, reading.language, reading.zone)
    if value is None:
        raise Unread(Code.MOMENT)
    return value


def _time(_item: Item, text: str, _reading: Reading) -> time:
    value = typed.clock_time(text)
    if value is None:
        raise Unread(Code.TIME)
    return value


def _string(item: Item, text: str, reading: Reading) -> str | Signature:
    line = _line(text)
    if item.is_signature:
        return reading.sign(line) if reading.sign else Signature(line)
    return _short(line)


def _text(_item: Item, text: str, _reading: Reading) -> str:
    return _short(_CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def _address(_item: Item, text: str, _reading: Reading) -> str:
    line = _line(text)
    return _short(f"https://{line}" if _BARE_HOST.match(line) else line)


def _file(_item: Item, text: str, reading: Reading) -> File:
    found = reading.file_of(text) if reading.file_of else None
    if found is None:
        raise Unread(Code.FILE)
    return found


def _line(text: str) -> str:
    return _CONTROL.sub("", re.sub(r"\s+", " ", text)).strip()


def _short(text: str) -> str:
    if len(text) > MOST_SIGNS:
        raise Unread(Code.TOO_LONG, MOST_SIGNS)
    return text


_READERS: dict[ItemType, Callable[[Item, str, Reading], Value]] = {
    ItemType.BOOLEAN: _boolean,
    ItemType.DECIMAL: _decimal,
    ItemType.INTEGER: _integer,
    ItemType.DATE: _day,
    ItemType.DATETIME: _moment,
    ItemType.TIME: _time,
    ItemType.STRING: _string,
    ItemType.OPEN_CHOICE: _string,
    ItemType.TEXT: _text,
    ItemType.URL: _address,
    ItemType.ATTACHMENT: _file,
}
