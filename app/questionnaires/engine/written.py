"""Typed values back into the strings that stand in the fields of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal

from app.questionnaires.engine.fields import OTHER, is_chosen
from app.questionnaires.engine.items import Item, ItemType
from app.questionnaires.engine.values import Coding, File, Quantity, Signature, Value


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in a question's fields: each answer, the words beside "other", each unit."""

    texts: tuple[str, ...] = ()
    other: str = ""
    units: tuple[str, ...] = ()


def written(item: Item, values: Sequence[Value], *, zone: tzinfo = UTC) -> Written:
    """The strings for the fields of a question. Reading them again gives the same values."""
    if item.type is ItemType.QUANTITY:
        amounts = [value for value in values if isinstance(value, Quantity)]
        return Written(
            tuple(text_of(amount.value, zone=zone) for amount in amounts),
            units=tuple(unit_token(item, amount) for amount in amounts),
        )
    if is_chosen(item):
        tokens = [token(item, value) for value in values]
        own = [str(value) for value, place in zip(values, tokens, strict=True) if place == OTHER]
        return Written(tuple(place for place in tokens if place), other=own[0] if own else "")
    return Written(tuple(text_of(value, zone=zone) for value in values))


def token(item: Item, value: Value) -> str:
    """What names an answer of a choice: its option's place, `other` for words of their own."""
    for place, option in enumerate(item.options):
        if option.value == value and type(option.value) is type(value):
            return f"o{place}"
    return OTHER if item.type is ItemType.OPEN_CHOICE and isinstance(value, str) else ""


def unit_token(item: Item, amount: Quantity) -> str:
    """The place of an amount's unit in the units that may be chosen."""
    for place, option in enumerate(item.units):
        unit = option.value
        if isinstance(unit, Coding):
            if (unit.system, unit.code) == (amount.system, amount.code):
                return f"o{place}"
        elif unit == amount.unit:
            return f"o{place}"
    return ""


def text_of(value: Value, *, zone: tzinfo = UTC) -> str:
    """One value as its field takes it: numbers with a point, days and times as ISO writes them."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case datetime():
            local = value.astimezone(zone).replace(tzinfo=None)
            return local.isoformat(timespec="seconds" if local.second else "minutes")
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M:%S" if value.second else "%H:%M")
        case File():
            return value.id
        case Signature():
            return value.name
        case Quantity():
            return text_of(value.value)
        case Coding():
            return value.display or value.code
        case _:
            return str(value)
