"""Which native control asks a question, and the attributes that tell its limits."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.i18n import gettext as _
from app.questionnaires.engine.items import Item, ItemType, Option
from app.questionnaires.engine.values import Coding, Quantity, Value

CHOSEN = frozenset({"radio", "checkboxes", "scale", "agree"})
TYPED = frozenset(
    {"text", "tel", "email", "writing", "number", "date", "datetime-local", "time", "url"}
)
_BY_KEYBOARD = {"phone": "tel", "email": "email"}
_LONGEST_SCALE = 20
_MOST_ROWS = 12
# Named one by one: so iPhones hand over a JPEG and not their own kind of photo.
_FILES = "image/jpeg,image/png,image/webp,application/pdf"
_BY_TYPE = {
    ItemType.INTEGER: "number",
    ItemType.DECIMAL: "number",
    ItemType.QUANTITY: "number",
    ItemType.DATE: "date",
    ItemType.DATETIME: "datetime-local",
    ItemType.TIME: "time",
    ItemType.STRING: "text",
    ItemType.TEXT: "writing",
    ItemType.URL: "url",
    ItemType.ATTACHMENT: "file",
    ItemType.BOOLEAN: "radio",
}


def control_of(item: Item, *, is_consent: bool = False) -> str:
    """`shown` (fixed) signature select file, or one of `CHOSEN` or `TYPED`."""
    if item.is_read_only or item.is_worked_out:
        return "shown"
    if item.is_signature:
        return "signature"
    if item.type is ItemType.BOOLEAN and is_consent:
        return "agree"
    if item.type in (ItemType.CHOICE, ItemType.OPEN_CHOICE):
        return _choosing(item)
    if item.type is ItemType.INTEGER and item.control == "slider" and reach(item):
        return "scale"
    if item.type is ItemType.STRING and item.control == "text-area":
        return "writing"
    if item.type is ItemType.STRING and item.keyboard in _BY_KEYBOARD:
        return _BY_KEYBOARD[item.keyboard]
    return _BY_TYPE[item.type]


def _choosing(item: Item) -> str:
    if not item.options:
        return "text"
    if item.is_repeating or (item.control == "check-box" and len(item.options) == 1):
        return "checkboxes"
    if item.control in ("drop-down", "autocomplete") or (
        not item.control and len(item.options) > _MOST_ROWS
    ):
        return "select"
    return "scale" if item.control == "slider" and _is_short(item) else "radio"


def _is_short(item: Item) -> bool:
    return all(len(option_words(option, "en")) <= 3 for option in item.options)


def reach(item: Item) -> tuple[int, int] | None:
    """The least and the most of a scale that fits on buttons."""
    low, high = item.limits.min_value, item.limits.max_value
    if not isinstance(low, int) or not isinstance(high, int):
        return None
    return (low, high) if 0 < high - low <= _LONGEST_SCALE else None


def words_of(item: Item, language: str) -> str:
    """What a question is called: its text, else its help, else whatever words it has."""
    only = item.options[0] if len(item.options) == 1 else None
    told = next(iter(_told(item, language)), "") or (option_words(only, language) if only else "")
    return f"{item.prefix.within(language)} {told}".strip() or _("Your answer")


def hint_of(item: Item, control: str, language: str) -> str:
    """What is said to help, by the form or else by the control."""
    if item.words and item.help:
        return item.help.within(language)
    if control == "checkboxes" and len(item.options) > 1:
        return _("Choose all that fit.")
    return item.entry_format if control == "text" else ""


def notes_of(item: Item, language: str) -> tuple[str, ...]:
    """Displays under a question that are not its name."""
    told = _told(item, language)
    first = 1 + bool(item.words and item.help)
    return tuple(told[first:])


def option_words(option: Option, language: str) -> str:
    """What an option says, in one language."""
    if option.words:
        return option.words.within(language)
    value = option.value
    return (value.display or value.code) if isinstance(value, Coding) else str(value)


def attributes_of(item: Item, control: str, zone: str) -> dict[str, Any]:
    """The limits of a form as native attributes, and what a phone should offer while typing."""
    limits = item.limits
    told: dict[str, Any] = {"required": item.is_required and control != "checkboxes"}
    if control in ("number", "date", "datetime-local", "time"):
        told["min"] = _bound(limits.min_value, zone)
        told["max"] = _bound(limits.max_value, zone)
    if control == "number":
        is_whole = item.type is ItemType.INTEGER
        told["step"] = None if is_whole else "any"
        told["inputmode"] = "numeric" if is_whole else "decimal"
    if control in ("text", "tel", "email", "writing", "url", "signature"):
        told["minlength"], told["maxlength"] = limits.min_length, limits.max_length
    if control in ("text", "tel", "email", "url", "signature"):
        told["pattern"] = limits.pattern or None
    if control == "text" and item.keyboard == "number":
        told["inputmode"] = "decimal"
    if control == "file":
        told["accept"] = ",".join(limits.mime_types) or _FILES
    elif control not in CHOSEN:
        # Else the browser's own session file keeps the words in clear.
        told["autocomplete"] = "name" if control == "signature" else "off"
    return told


def _told(item: Item, language: str) -> list[str]:
    """A question's words, its help, and the displays under it."""
    below = [
        child.words
        for child in item.items
        if child.type is ItemType.DISPLAY and not child.is_hidden
    ]
    return [words.within(language) for words in (item.words, item.help, *below) if words]


def _bound(value: Value | None, zone: str) -> str | None:
    match value:
        case None:
            return None
        case Decimal():
            return f"{value:f}"
        case Quantity():
            return f"{value.value:f}"
        case datetime() if value.tzinfo is not None:
            return value.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
        case date():
            return value.isoformat()
        case _:
            return str(value)
