"""Changing a sheet: answers put into slots, rows added to and taken from repeating groups.

A sheet is never changed in place. What a page may change is `fields`' and `checking`'s business.
"""

from collections.abc import Iterable, Mapping

from app.questionnaires.engine.items import Form, Item
from app.questionnaires.engine.values import EMPTY, Sheet, Slot, Values

MOST_ROWS = 200  # of one repeating group, whatever the form says
ONE_ROW = (0,)


def begin(form: Form) -> Sheet:
    """The sheet before anybody answers: initial values and options chosen beforehand."""
    sheet = EMPTY
    for item in form.in_order:
        if item.initial and item.is_question:
            rows = (0,) * len(form.repeating_above[item.link_id])
            sheet = put(sheet, Slot(item.link_id, rows), item.initial)
    return sheet


def put(sheet: Sheet, slot: Slot, values: Values) -> Sheet:
    """The sheet with these answers in a slot; with none, the slot is empty."""
    return put_all(sheet, {slot: values})


def put_all(sheet: Sheet, changes: Mapping[Slot, Values]) -> Sheet:
    """The sheet with all these answers in their slots."""
    kept = {**sheet.values, **changes}
    for slot, values in changes.items():
        if not values:
            del kept[slot]
    return Sheet(kept, sheet.groups, sheet.last_rows)


def rows_of(sheet: Sheet, group: Slot) -> tuple[int, ...]:
    """The rows of a repeating group, in order."""
    return sheet.groups.get(group, ONE_ROW)


def add_row(form: Form, sheet: Sheet, group: Slot) -> tuple[Sheet, int]:
    """The sheet with one more row, and the row's number, which no row of the group ever had."""
    rows = rows_of(sheet, group)
    row = max((*rows, sheet.last_rows.get(group, 0))) + 1
    sheet = Sheet(
        sheet.values,
        {**sheet.groups, group: (*rows, row)},
        {slot: each for slot, each in sheet.last_rows.items() if slot != group},
    )
    return put_all(sheet, _initial(form, group, row)), row


def remove_row(form: Form, sheet: Sheet, group: Slot, row: int) -> Sheet:
    """The sheet without a row and all that stood in it. A group always has a row: a fresh one."""
    rows = rows_of(sheet, group)
    if row not in rows:
        return sheet

    def stays(slot: Slot) -> bool:
        return not is_within(form, slot, group, row)

    others = tuple(each for each in rows if each != row)
    last_rows = {slot: each for slot, each in sheet.last_rows.items() if stays(slot)}
    last = max((*rows, last_rows.get(group, 0)))
    if last > max(others, default=-1):
        last_rows[group] = last
    left = Sheet(
        {slot: values for slot, values in sheet.values.items() if stays(slot)},
        {**{slot: kept for slot, kept in sheet.groups.items() if stays(slot)}, group: others},
        last_rows,
    )
    return left if others else add_row(form, left, group)[0]


def is_within(form: Form, slot: Slot, group: Slot, row: int) -> bool:
    """Whether a place is in a row of a repeating group, however deep."""
    place = (*group.rows, row)
    above: str | None = slot.link_id
    while above is not None and above != group.link_id:
        above = form.parents.get(above)
    return above is not None and slot.rows[: len(place)] == place


def _initial(form: Form, group: Slot, row: int) -> dict[Slot, Values]:
    place = (*group.rows, row)
    return {
        Slot(item.link_id, place + (0,) * (len(above) - len(place))): item.initial
        for item in _questions(form.by_link_id[group.link_id].items)
        if item.initial and (above := form.repeating_above[item.link_id]) is not None
    }


def _questions(items: Iterable[Item]) -> Iterable[Item]:
    return (each for item in items for each in item.walk() if each.is_question)
