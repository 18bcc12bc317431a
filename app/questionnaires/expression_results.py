"""What FHIRPath gave, as the engine takes it: a yes or no, or values of the item's type."""

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any

from app.questionnaires.engine import fhir_values
from app.questionnaires.engine.expressing import Outcome, Trouble, Wanted
from app.questionnaires.engine.items import Item, ItemType
from app.questionnaires.engine.shapes import number_in
from app.questionnaires.engine.values import Coding, Quantity, Value, Values


def outcome_of(wanted: Wanted, item: Item | None, told: Any) -> Outcome:
    """The outcome of a list of plain values, or of trouble.

    In trouble a question is shown, and a constraint is not held against anybody; so is one that
    says nothing.
    """
    is_condition = wanted in (Wanted.ENABLED, Wanted.CONSTRAINT)
    if isinstance(told, Trouble):
        return Outcome(is_true=is_condition, trouble=told)
    if not is_condition:
        return Outcome(values=typed(item, told) if item else ())
    if len(told) > 1:
        return Outcome(is_true=True, trouble=Trouble.FAILED)
    if not told:
        return Outcome(is_true=wanted is Wanted.CONSTRAINT)
    return Outcome(is_true=told[0] is not False)


def typed(item: Item, told: list[Any]) -> Values:
    """The values that fit an item; one, unless it repeats."""
    reader = _READERS.get(item.type)
    found = [] if reader is None else [reader(item, value) for value in told]
    values = tuple(dict.fromkeys(value for value in found if value is not None))
    return values if item.is_repeating else values[:1]


def _boolean(_item: Item, told: Any) -> bool | None:
    if isinstance(told, str):
        return {"true": True, "false": False}.get(told)
    return told if isinstance(told, bool) else None


def _number(told: Any) -> Decimal | None:
    if isinstance(told, bool):
        return None
    if isinstance(told, dict):
        return _number(told.get("value"))
    if isinstance(told, int | Decimal):
        value = Decimal(told)
        return value if value.is_finite() and abs(value.adjusted()) < 30 else None
    return number_in(told) if isinstance(told, str) else None


def _integer(_item: Item, told: Any) -> int | None:
    value = _number(told)
    return int(value) if value is not None and value == value.to_integral_value() else None


def _decimal(_item: Item, told: Any) -> Decimal | None:
    return _number(told)


def _words(_item: Item, told: Any) -> str | None:
    match told:
        case str():
            return told or None
        case bool():
            return None
        case int() | Decimal():
            return format(Decimal(told), "f")
        case {"display": str(display)}:
            return display
        case {"text": str(text)}:
            return text
        case _:
            return None


def _day(_item: Item, told: Any) -> date | str | None:
    return fhir_values.day(told[:10]) if isinstance(told, str) else None


def _moment(_item: Item, told: Any) -> Any:
    return fhir_values.moment(told)


def _time(_item: Item, told: Any) -> time | None:
    return fhir_values.clock_time(told)


def _quantity(item: Item, told: Any) -> Quantity | None:
    value = _number(told)
    if value is None:
        return None
    if isinstance(told, dict):
        parts = [told.get(key) or "" for key in ("unit", "system", "code")]
        return Quantity(value, *(str(part) for part in parts))
    unit = item.units[0].value if item.units else item.unit
    if isinstance(unit, Coding):
        return Quantity(value, unit.display or unit.code, unit.system, unit.code)
    return Quantity(value, str(unit))


def _choice(item: Item, told: Any) -> Value | None:
    """The option that was meant: by system and code, by its code alone, or as it is."""
    if isinstance(told, dict):
        if isinstance(told.get("coding"), list) and told["coding"]:
            return _choice(item, told["coding"][0])
        code, system = str(told.get("code") or ""), str(told.get("system") or "")
    else:
        code, system = _words(item, told) or "", ""
    for option in item.options:
        value = option.value
        if isinstance(value, Coding):
            if value.code == code and (not system or system == value.system):
                return value
        elif str(value) == code:
            return value
    is_open = item.type is ItemType.OPEN_CHOICE and isinstance(told, str)
    return told or None if is_open else None


_READERS: dict[ItemType, Callable[[Item, Any], Value | None]] = {
    ItemType.BOOLEAN: _boolean,
    ItemType.INTEGER: _integer,
    ItemType.DECIMAL: _decimal,
    ItemType.STRING: _words,
    ItemType.TEXT: _words,
    ItemType.URL: _words,
    ItemType.DATE: _day,
    ItemType.DATETIME: _moment,
    ItemType.TIME: _time,
    ItemType.QUANTITY: _quantity,
    ItemType.CHOICE: _choice,
    ItemType.OPEN_CHOICE: _choice,
}
