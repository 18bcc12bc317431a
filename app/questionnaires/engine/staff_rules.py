"""Answers a clinician has to see: rules as forms carry them, and whether answers meet them."""

from dataclasses import replace
from decimal import Decimal

from app.questionnaires.engine import comparing, extensions, fhir_values, localised
from app.questionnaires.engine.findings import Report
from app.questionnaires.engine.items import Item, ItemType, StaffRule, Words
from app.questionnaires.engine.scales import SELF_HARM
from app.questionnaires.engine.shapes import Json, object_of, text
from app.questionnaires.engine.values import Value, Values

KINDS = frozenset({"flag", "safety", "emergency", "call-today"})
_URGENT_FROM = 2
# On every question 9 of the PHQ-9, whatever form it came in: any answer above "not at all".
SELF_HARM_RULE = StaffRule(
    "safety",
    ">",
    Decimal(0),
    Words("PHQ-9, question 9", {"es": "PHQ-9, pregunta 9"}),
    is_urgent=False,
)


def rules(
    item: Json, link_id: str, codes: tuple[str, ...], report: Report
) -> tuple[StaffRule, ...]:
    """The rules of an item, with the one that question 9 of the PHQ-9 always has."""
    found = []
    for element in extensions.each(item, extensions.STAFF_RULE):
        rule = _rule(element)
        if rule:
            found.append(rule)
        else:
            report.refuse(link_id, "unreadable-rule", "A staff rule cannot be read.")
    is_self_harm = SELF_HARM in (*codes, link_id.strip("/"))  # LHC-Forms name items by their codes
    return (SELF_HARM_RULE, *found) if is_self_harm else tuple(found)


def met(item: Item, rule: StaffRule, values: Values) -> StaffRule | None:
    """The rule, if these answers meet it; question 9 says itself how urgent it is."""
    if rule is SELF_HARM_RULE:
        return _self_harm(item, values)
    if rule.operator == "exists":
        return rule if bool(values) is rule.answer else None
    if rule.operator == "!=":
        return rule if values and not _any(item, "=", rule.answer, values) else None
    return rule if _any(item, rule.operator, rule.answer, values) else None


def met_by_total(rule: StaffRule, total: Decimal | None) -> bool:
    """Whether a total meets a rule of its group. No total meets none."""
    return total is not None and comparing.compares(rule.operator, total, rule.answer)


def weight_of(item: Item, value: Value) -> Decimal | None:
    """What an answer weighs: its option's weight; nothing when it has none."""
    for option in item.options:
        if type(option.value) is type(value) and option.value == value:
            return option.weight
    return None


def _rule(element: Json) -> StaffRule | None:
    def part(url: str) -> Json:
        return extensions.first(element, url)

    kind = text(part("kind"), "valueCode")
    operator = text(part("operator"), "valueCode") or text(part("operator"), "valueString")
    answer = fhir_values.read_from(part("answer"))
    if operator == "exists" and answer is None:
        answer = True
    if kind not in KINDS or operator not in comparing.OPERATORS or answer is None:
        return None
    return StaffRule(
        kind,
        operator,
        answer,
        _label(part("label")),
        part("urgent").get("valueBoolean") is not False,
        part("of-score").get("valueBoolean") is True,
    )


def _label(element: Json) -> Words:
    """A string, or the display of a coding: that may be translated for every reader's model."""
    display = localised.words(object_of(element, "valueCoding"), "display")
    return display or localised.extension_words(element)


def _any(item: Item, operator: str, answer: Value, values: Values) -> bool:
    if not isinstance(answer, bool) and isinstance(answer, int | Decimal):
        weighed = (weight_of(item, value) for value in values)
        values = tuple(
            value if weight is None else weight
            for value, weight in zip(values, weighed, strict=True)
        )
    return any(comparing.compares(operator, value, answer) for value in values)


def _self_harm(item: Item, values: Values) -> StaffRule | None:
    """Over-inclusive on purpose: an answer that cannot be weighed counts."""
    if not values:
        return None
    worst = max(_severity(item, value) for value in values)
    return replace(SELF_HARM_RULE, is_urgent=worst >= _URGENT_FROM) if worst > 0 else None


def _severity(item: Item, value: Value) -> Decimal:
    if isinstance(value, bool):
        return Decimal(_URGENT_FROM if value else 0)
    weight = weight_of(item, value)
    if weight is not None:
        return weight
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if item.type in (ItemType.CHOICE, ItemType.OPEN_CHOICE):
        for place, option in enumerate(item.options):
            if option.value == value:
                return Decimal(place)  # its answers are in the order of the scale
    return Decimal(1)
