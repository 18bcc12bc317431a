"""An answer as a person says it, in the language in use."""

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_time
from babel.numbers import format_decimal

from app import i18n
from app.i18n import gettext as _
from app.questionnaires.engine.items import Item, ItemType
from app.questionnaires.engine.values import Coding, File, Quantity, Signature, Value, Values


def spoken(item: Item, values: Values, *, zone: str = "UTC") -> str:
    """All of an item's answers in one line, its options in their own words. Nothing is empty."""
    return ", ".join(filter(None, (_spoken(item, value, zone) for value in values)))


def _spoken(item: Item, value: Value, zone: str) -> str:
    for option in item.options:
        if option.value == value and type(option.value) is type(value):
            return option.words.within(i18n.language()) or _plain(value)
    match value:
        case bool():
            return _("Yes") if value else _("No")
        case int() | Decimal():
            return f"{number(value)} {item.unit}".strip()
        case Quantity():
            return f"{number(value.value)} {_unit(item, value)}".strip()
        case datetime() if value.tzinfo is not None:
            day = value.astimezone(ZoneInfo(zone)).date()
            return f"{i18n.local_date(day)}, {i18n.local_clock(value, zone)}"
        case date():
            return i18n.local_date(value)
        case time():
            return _hour(value)
        case File():
            return value.name or kind_of_file(value)
        case _:
            return _plain(value)


def number(value: int | Decimal) -> str:
    """`1,250.5`, with the signs of the language and every place that was given."""
    places = max(0, -int(value.as_tuple().exponent)) if isinstance(value, Decimal) else 0
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return format_decimal(value, pattern, locale=_locale())


def kind_of_file(file: File) -> str:
    """What a stored file is, for one without a name."""
    return _("A PDF") if file.content_type == "application/pdf" else _("A picture")


def is_free_text(item: Item) -> bool:
    """Whether somebody may write anything into it."""
    kinds = (ItemType.TEXT, ItemType.STRING, ItemType.OPEN_CHOICE)
    is_number = item.keyboard in ("phone", "number")
    is_fixed = item.is_signature or item.is_read_only or is_number
    return item.type in kinds and not is_fixed


def _unit(item: Item, quantity: Quantity) -> str:
    for option in item.units:
        unit = option.value
        if isinstance(unit, Coding) and quantity.code and unit.code == quantity.code:
            return option.words.within(i18n.language()) or quantity.unit
    return quantity.unit or quantity.code or item.unit


def _plain(value: Value) -> str:
    match value:
        case Coding():
            return value.display or value.code
        case Signature():
            return value.name
        case int() | Decimal():
            return number(value)
        case date():
            return i18n.local_date(value)
        case time():
            return _hour(value)
        case _:
            return str(value)


def _hour(value: time) -> str:
    spoken_hour = format_time(value, "h:mm a", locale=_locale())
    return spoken_hour.replace("\u202f", " ").replace("\xa0", " ").lower()


def _locale() -> str:
    return "en_US" if i18n.language() == "en" else "es_US"
