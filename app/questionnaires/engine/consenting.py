"""A consent inside a form: what is agreed to, and whether it was."""

from app.questionnaires.engine.items import Form, Item, ItemType
from app.questionnaires.engine.standing import Standing, answers_to
from app.questionnaires.engine.values import Coding, Slot

_YES = frozenset({"agree", "agreed", "accept", "yes", "Y", "y", "permit", "LA33-6", "373066001"})


def consent_of(form: Form, item: Item) -> Item | None:
    """The consent group an item stands in, or None."""
    above = form.parents.get(item.link_id)
    while above:
        group = form.by_link_id[above]
        if group.consent:
            return group
        above = form.parents.get(above)
    return None


def agreement_of(group: Item) -> Item | None:
    """The question of a consent whose answer is the agreement: its first yes-or-no or choice."""
    wanted = (ItemType.BOOLEAN, ItemType.CHOICE)
    return next((item for item in group.walk() if item.type in wanted), None)


def signature_of(group: Item) -> Item | None:
    """Where the name is typed under a consent."""
    return next((item for item in group.walk() if item.is_signature), None)


def has_agreed(state: Standing, group: Item, rows: tuple[int, ...] = ()) -> bool | None:
    """Whether a consent was agreed to; None while nothing was answered.

    Of a choice the option agrees that says so by its code (`agree`, `yes` …), or the first one
    when none does.
    """
    agreement = agreement_of(group)
    values = answers_to(state, Slot(agreement.link_id, rows)) if agreement else ()
    if agreement is None or not values:
        return None
    if agreement.type is ItemType.BOOLEAN:
        return values[0] is True
    offered = [option.value for option in agreement.options]
    agreeing = [value for value in offered if isinstance(value, Coding) and value.code in _YES]
    return values[0] in (agreeing or offered[:1])
