"""What is wrong with the answers of a page or of a whole sheet: all of it at once.

Nobody is held to what they cannot see or change: hidden, calculated and fixed items are let be.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from app.questionnaires.engine import limiting
from app.questionnaires.engine.asking import groups, is_open, questions, with_rows
from app.questionnaires.engine.consenting import consent_of, has_agreed
from app.questionnaires.engine.expressing import (
    WHOLE_FORM,
    Ask,
    Expressions,
    Patterns,
    Trouble,
    Wanted,
)
from app.questionnaires.engine.faults import Code, Fault
from app.questionnaires.engine.items import Form, Item, ItemType, Words
from app.questionnaires.engine.standing import Standing, answers_to, rows_of
from app.questionnaires.engine.values import File, Slot, Values


def check(
    form: Form,
    state: Standing,
    slots: Iterable[Slot] | None = None,
    *,
    expressions: Expressions | None = None,
    patterns: Patterns | None = None,
) -> tuple[Fault, ...]:
    """The faults, in the order of the form, one for each place at most.

    With `slots` (a page's questions, and its group) only of those; else of the whole sheet. Without
    `expressions` or `patterns` constraints or shapes are not looked at.
    """
    slots = None if slots is None else tuple(slots)
    asked = [slot for slot in _wanted(state, slots) if is_open(form, state, slot)]
    found: dict[Slot, Fault] = {}
    for slot in asked:
        item = form.by_link_id[slot.link_id]
        values = answers_to(state, slot)
        fault = _missing(form, state, item, slot) if not values else _counted(item, slot, values)
        fault = fault or next(_of_values(item, slot, values), None)
        if fault:
            found[slot] = fault
    for group in groups(form, state, slots):
        if fault := _of_rows(form, state, group):
            found.setdefault(fault.slot, fault)
    for fault in _of_patterns(form, state, asked, patterns):
        found.setdefault(fault.slot, fault)
    for fault in _of_constraints(form, state, asked, slots, expressions):
        found.setdefault(fault.slot, fault)
    order = {slot: place for place, slot in enumerate(asked)}
    return tuple(sorted(found.values(), key=lambda fault: order.get(fault.slot, len(order))))


def _wanted(state: Standing, slots: Sequence[Slot] | None) -> Iterable[Slot]:
    return state.slots if slots is None else (slot for slot in slots if slot in state.enabled)


def _missing(form: Form, state: Standing, item: Item, slot: Slot) -> Fault | None:
    group = consent_of(form, item) if item.is_signature else None
    if group:
        rows = slot.rows[: len(form.repeating_above.get(group.link_id, ()))]
        agreed = has_agreed(state, group, rows)
        return Fault(slot, Code.SIGNATURE) if agreed else None
    if not item.is_required:
        return None
    if item.is_signature:
        return Fault(slot, Code.SIGNATURE)
    if item.control == "check-box" and not item.is_repeating and len(item.options) < 2:
        return Fault(slot, Code.REQUIRED_TICK)
    return Fault(slot, _MISSING.get(item.type, Code.REQUIRED))


_MISSING = {
    ItemType.CHOICE: Code.REQUIRED_CHOICE,
    ItemType.OPEN_CHOICE: Code.REQUIRED_CHOICE,
    ItemType.BOOLEAN: Code.REQUIRED_CHOICE,
    ItemType.ATTACHMENT: Code.REQUIRED_FILE,
}


def _counted(item: Item, slot: Slot, values: Values) -> Fault | None:
    limits = item.limits
    if len(values) > 1 and not item.is_repeating:
        return Fault(slot, Code.ONE_ONLY)
    if limits.min_occurs is not None and len(values) < limits.min_occurs:
        return Fault(slot, Code.TOO_FEW, limits.min_occurs)
    if limits.max_occurs is not None and len(values) > max(limits.max_occurs, 1):
        return Fault(slot, Code.TOO_MANY, max(limits.max_occurs, 1))
    alone = [o for o in item.options if o.is_exclusive and o.value in values]
    if alone and len(values) > 1:
        return Fault(slot, Code.EXCLUSIVE, option=alone[0].words)
    return None


def _of_values(item: Item, slot: Slot, values: Values) -> Iterator[Fault]:
    for value in values:
        if item.options and any(option.value == value for option in item.options):
            continue
        if isinstance(value, File):
            yield from limiting.of_file(item, slot, value)
        else:
            yield from limiting.of_value(item, slot, value)


def _of_rows(form: Form, state: Standing, group: Slot) -> Fault | None:
    item = form.by_link_id[group.link_id]
    if not (item.is_required or (item.is_repeating and item.limits.min_occurs)):
        return _too_many_rows(item, state, group)
    inside = questions(form, state, group)
    if not inside:
        return None
    filled = {
        slot.rows[len(group.rows)] if item.is_repeating else 0
        for slot in inside
        if answers_to(state, slot)
    }
    if item.is_required and not filled:
        return Fault(inside[0], Code.REQUIRED_ROW)
    fewest = item.limits.min_occurs or 0
    if item.is_repeating and (filled or item.is_required) and len(filled) < fewest:
        return Fault(group, Code.TOO_FEW, fewest)
    return _too_many_rows(item, state, group)


def _too_many_rows(item: Item, state: Standing, group: Slot) -> Fault | None:
    most = item.limits.max_occurs
    if not item.is_repeating or most is None or len(rows_of(state, group)) <= most:
        return None
    return Fault(group, Code.TOO_MANY, most)


def _of_patterns(
    form: Form, state: Standing, asked: Sequence[Slot], patterns: Patterns | None
) -> Iterator[Fault]:
    pairs = [
        (slot, form.by_link_id[slot.link_id].limits, value)
        for slot in asked
        for value in answers_to(state, slot)
        if form.by_link_id[slot.link_id].limits.pattern and isinstance(value, str | int | Decimal)
    ]
    if not patterns or not pairs:
        return
    fits = patterns.fit([(limits.pattern, str(value)) for _slot, limits, value in pairs])
    for (slot, limits, _value), fit in zip(pairs, fits, strict=True):
        if fit is False:
            is_phone = form.by_link_id[slot.link_id].keyboard == "phone"
            code = Code.PHONE if is_phone else Code.PATTERN
            yield Fault(slot, code, words=limits.pattern_words)


def _of_constraints(
    form: Form,
    state: Standing,
    asked: Sequence[Slot],
    slots: Sequence[Slot] | None,
    expressions: Expressions | None,
) -> Iterator[Fault]:
    """Broken constraints. One that cannot be worked out is not held against anybody."""
    if expressions is None:
        return
    places = dict.fromkeys(with_rows(form, state, groups(form, state, slots), asked))
    asks = [
        Ask(slot, Wanted.CONSTRAINT, constraint)
        for slot in (*asked, *places)
        for constraint in form.by_link_id[slot.link_id].constraints
        if not constraint.is_warning
    ]
    if slots is None:
        whole = [c for c in form.constraints if not c.is_warning]
        asks += [Ask(WHOLE_FORM, Wanted.CONSTRAINT, constraint) for constraint in whole]
    if not asks:
        return
    for ask, outcome in zip(asks, expressions.work_out(form, state.sheet, asks), strict=True):
        if not outcome.is_true and outcome.trouble is Trouble.NONE:
            place = _place(form, state, ask)
            words = ask.expression.words or Words()
            if place:
                yield Fault(place, Code.CONSTRAINT, words=words)


def _place(form: Form, state: Standing, ask: Ask) -> Slot | None:
    """Which question to send people to: its own, or the last one the constraint speaks of."""
    if ask.slot in state.slots:
        return ask.slot
    inside = [slot for slot in state.slots if is_open(form, state, slot)]
    if ask.slot != WHOLE_FORM:
        inside = questions(form, state, ask.slot)
    named = [s for s in inside if f"'{s.link_id}'" in ask.expression.path]
    return next(iter(named[-1:] or inside[-1:]), None)
