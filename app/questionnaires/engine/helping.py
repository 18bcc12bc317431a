"""Displays that belong to the item they stand in: its help, its unit, the ends of its slider."""

from dataclasses import dataclass

from app.questionnaires.engine import extensions
from app.questionnaires.engine.items import Words
from app.questionnaires.engine.localised import Sanitise, words
from app.questionnaires.engine.shapes import Json, objects, text

HELPING = frozenset({"help", "flyover", "unit", "lower", "upper"})


def control(item: Json) -> str:
    """The code of an item's control, or an empty text."""
    found = extensions.first(item, extensions.ITEM_CONTROL).get("valueCodeableConcept")
    if not isinstance(found, dict):
        return ""
    return next((code for each in objects(found, "coding") if (code := text(each, "code"))), "")


def helps(item: Json, parent: Json) -> bool:
    """It is a help text of the item above it, not an item of its own."""
    return (
        item.get("type") == "display"
        and "linkId" in parent
        and parent.get("type") != "display"
        and not item.get("enableWhen")
        and not item.get("item")
        and not extensions.first(item, extensions.ENABLE_WHEN_EXPRESSION)
        and control(item) in HELPING
    )


@dataclass(frozen=True)
class Helping:
    """Displays that belong to their question. Where it has no text of its own, help is its text."""

    label: Words
    help: Words
    unit: Words
    lower: Words
    upper: Words

    @classmethod
    def of(cls, element: Json, sanitise: Sanitise) -> "Helping":
        found: dict[str, Words] = {}
        for child in objects(element, "item"):
            hidden = extensions.first(child, extensions.HIDDEN).get("valueBoolean")
            if helps(child, element) and hidden is not True:
                said = words(child, "text", sanitise)
                kind = control(child).replace("flyover", "help")
                found[kind] = _joined(found[kind], said) if kind in found else said
        nothing = Words()
        is_label = not text(element, "text") and element.get("type") != "group"
        return cls(
            label=found.get("help", nothing) if is_label else nothing,
            help=nothing if is_label else found.get("help", nothing),
            unit=found.get("unit", nothing),
            lower=found.get("lower", nothing),
            upper=found.get("upper", nothing),
        )


def named(element: Json) -> Words:
    """What the code of an item is called, for one that has no text."""
    found = (words(code, "display") for code in objects(element, "code"))
    return next((said for said in found if said), Words())


def _joined(one: Words, other: Words) -> Words:
    languages = {*one.others, *other.others}
    return Words(
        f"{one.plain} {other.plain}",
        {each: f"{one.within(each)} {other.within(each)}" for each in languages},
    )
