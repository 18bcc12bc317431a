"""Where something is asked of somebody: the open questions, and the groups that have a say."""

from collections.abc import Iterator, Sequence

from app.questionnaires.engine.items import Form, Item, ItemType
from app.questionnaires.engine.pages import is_asked
from app.questionnaires.engine.standing import Standing, rows_of
from app.questionnaires.engine.values import Slot


def is_open(form: Form, state: Standing, slot: Slot) -> bool:
    """Whether somebody can answer here: it is asked, shown and not hidden with its group."""
    asked = is_asked(form.by_link_id[slot.link_id])
    return asked and slot in state.enabled and slot.link_id not in form.unseen


def questions(form: Form, state: Standing, group: Slot) -> list[Slot]:
    """What is asked inside a group, in all its rows."""
    inside = {item.link_id for item in form.by_link_id[group.link_id].walk()}
    depth = len(group.rows)
    return [
        slot
        for slot in state.slots
        if slot.link_id in inside and slot.rows[:depth] == group.rows and is_open(form, state, slot)
    ]


def groups(form: Form, state: Standing, slots: Sequence[Slot] | None) -> list[Slot]:
    """The groups that have a say: all that are shown, or those that a page holds whole."""
    if slots is None:
        shown = (slot for slot in state.enabled if _has_say(form.by_link_id[slot.link_id]))
        return sorted(shown, key=lambda slot: (form.by_link_id[slot.link_id].index, slot.rows))
    given = set(slots)
    found = [slot for slot in slots if slot in state.enabled]
    found = [slot for slot in found if form.by_link_id[slot.link_id].type is ItemType.GROUP]
    for slot in slots:
        above = form.parents.get(slot.link_id)
        while above:
            group = Slot(above, slot.rows[: len(form.repeating_above.get(above, ()))])
            item = form.by_link_id[above]
            is_new = _has_say(item) and not item.is_repeating and group not in found
            if is_new and given.issuperset(questions(form, state, group)):
                found.append(group)
            above = form.parents.get(above)
    return found


def with_rows(
    form: Form, state: Standing, groups: Sequence[Slot], asked: Sequence[Slot]
) -> Iterator[Slot]:
    """Where constraints of groups are held: in each row of one that repeats."""
    for group in groups:
        if form.by_link_id[group.link_id].is_repeating:
            yield from (Slot(group.link_id, (*group.rows, row)) for row in rows_of(state, group))
        else:
            yield group
    rows = {
        Slot(above, slot.rows[: place + 1]): None
        for slot in asked
        for place, above in enumerate(form.repeating_above.get(slot.link_id, ()))
    }
    yield from (row for row in rows if Slot(row.link_id, row.rows[:-1]) not in groups)


def _has_say(item: Item) -> bool:
    """Whether a group asks for something itself."""
    limits = item.limits
    counted = item.is_repeating and (limits.min_occurs, limits.max_occurs) != (None, None)
    return item.type is ItemType.GROUP and bool(item.is_required or counted or item.constraints)
