"""What a form asks, in the clinic's words: kinds of questions, when they are asked, and rules."""

from decimal import Decimal

from app import i18n
from app.i18n import gettext as _
from app.questionnaires import staff_rules
from app.questionnaires.engine import comparing
from app.questionnaires.engine.items import Condition, Form, Item, ItemType, StaffRule
from app.questionnaires.engine.staff_rules import SELF_HARM_RULE
from app.questionnaires.engine.values import Value
from app.questionnaires.spoken import spoken

_LONGEST = 90


def text(item: Item, *, short: bool = False) -> str:
    """What a question says; one without words is called by its linkId."""
    words = item.words.within(i18n.language()) or item.link_id
    words = f"{item.prefix.within(i18n.language())} {words}".strip()
    return f"{words[:_LONGEST].rstrip()}…" if short and len(words) > _LONGEST else words


def kind(item: Item) -> str:
    """`One of these`, `A number`: how it is answered."""
    if item.is_signature:
        return _("Signature")
    if item.is_repeating and item.type in (ItemType.CHOICE, ItemType.OPEN_CHOICE):
        return _("Any of these")
    return {
        ItemType.GROUP: _("Questions that repeat") if item.is_repeating else "",
        ItemType.DISPLAY: "",
        ItemType.BOOLEAN: _("Yes or no"),
        ItemType.DECIMAL: _("A number"),
        ItemType.INTEGER: _("A whole number"),
        ItemType.DATE: _("A day"),
        ItemType.DATETIME: _("A day and a time"),
        ItemType.TIME: _("A time"),
        ItemType.STRING: _("A line of text"),
        ItemType.TEXT: _("Free text"),
        ItemType.URL: _("An address on the web"),
        ItemType.CHOICE: _("One of these"),
        ItemType.OPEN_CHOICE: _("One of these, or their own words"),
        ItemType.ATTACHMENT: _("A picture or a paper"),
        ItemType.QUANTITY: _("An amount"),
    }[item.type]


def conditions(form: Form, item: Item) -> str:
    """When it is asked; nothing for one that always is."""
    if item.enable_expression is not None:
        return _("Asked depending on other answers")
    if not item.enable_when:
        return ""
    joint = _(" or ") if item.enable_any else _(" and ")
    parts = [condition(form, each) for each in item.enable_when]
    return _("Asked if %(conditions)s") % {"conditions": joint.join(parts)}


def condition(form: Form, asked: Condition) -> str:
    """`“Do you smoke?” is Yes`."""
    item = form.by_link_id.get(asked.question)
    if item is None:
        return asked.question
    return f"“{text(item, short=True)}” {compared(item, asked.operator, asked.answer)}"


def rule_condition(item: Item, rule: StaffRule) -> str:
    """When a rule is met. Of a scale, the answers that weigh enough are named."""
    if rule.of_score:
        return _("adds up: %(condition)s") % {
            "condition": compared(item, rule.operator, rule.answer)
        }
    weighty = [
        option.words.within(i18n.language())
        for option in item.options
        if is_number(rule.answer)
        and option.weight is not None
        and comparing.compares(rule.operator, option.weight, rule.answer)
    ]
    if weighty:
        return _("is %(answer)s") % {"answer": " / ".join(weighty)}
    return compared(item, rule.operator, rule.answer)


def compared(item: Item, operator: str, answer: Value) -> str:
    """`is Yes`, `is more than 3`, `is answered`."""
    if operator == "exists":
        return _("is answered") if answer else _("is not answered")
    said = answered(item, answer)
    words = {
        "=": _("is %(answer)s"),
        "!=": _("is not %(answer)s"),
        ">": _("is more than %(answer)s"),
        "<": _("is less than %(answer)s"),
        ">=": _("is %(answer)s or more"),
        "<=": _("is %(answer)s or less"),
    }
    return words[operator] % {"answer": said}


def what_follows(rule: StaffRule) -> str:
    """What an answer leads to."""
    if rule.kind == staff_rules.FLAG:
        return _("Review list")
    if rule is SELF_HARM_RULE:
        return _("Alert, the same day or at once, by the answer")
    if rule.kind == staff_rules.EMERGENCY:
        return _("Alert at once; the patient sees 911")
    if rule.kind == staff_rules.CALL_TODAY:
        return _("Alert; the patient sees your number")
    return _("Alert at once") if rule.is_urgent else _("Alert, the same day")


def answered(item: Item, answer: Value) -> str:
    """One answer as people say it; a weight as the number that it is."""
    return str(answer) if is_number(answer) else spoken(item, (answer,))


def is_number(answer: Value) -> bool:
    """Whether it is compared by its size, not by what it says."""
    return isinstance(answer, int | Decimal) and not isinstance(answer, bool)
