"""Fields of a page: what they are called, and posted strings to typed values and back."""

from app.questionnaires.engine.items import Form
from app.questionnaires.engine.values import Slot


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
