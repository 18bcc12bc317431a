"""What answers add up to. A sum of which a part is missing is not one."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.questionnaires.engine.enablement import Settled
from app.questionnaires.engine.items import Form, Item, ItemType
from app.questionnaires.engine.scales import BY_SLUG, SCALES, Scale
from app.questionnaires.engine.staff_rules import weight_of
from app.questionnaires.engine.values import Quantity, Slot, Value, Values

_ADDS_WEIGHTS = re.compile(r"ordinal|itemWeight|weight\s*\(")
_PANELS = {scale.panel: scale for scale in SCALES}
WHOLE_FORM = ""


@dataclass(frozen=True, slots=True)
class Score:
    """The sum of what answers weigh: none unless all `of` questions have one."""

    total: Decimal | None
    answered: int
    of: int


def scores(form: Form, settled: Settled) -> Mapping[str, Score]:
    """For each group with weighted questions, each total, and the form as a whole (link id "")."""
    weighed: dict[str, list[Decimal | None]] = {}
    for item in form.weighted:
        found = [
            _weight(item, settled.values.get(slot, ()))
            for rows in settled.rows[form.repeating_above[item.link_id]]
            if (slot := Slot(item.link_id, rows)) in settled.enabled
        ]
        for group in _above(form, item):
            weighed.setdefault(group, []).extend(found)
    sums = {group: _sum(found, _least(form, group)) for group, found in weighed.items() if found}
    for item in form.worked_out:
        if found_score := _score_of_total(form, item, settled, sums):
            sums[item.link_id] = found_score
    return sums


def totals(form: Form, settled: Settled) -> dict[Slot, Values]:
    """The totals of known scales, each where the form has a place for it and it is complete."""
    found: dict[Slot, Values] = {}
    for item in form.worked_out:
        if not item.totals:
            continue
        for rows in settled.rows[form.repeating_above[item.link_id]]:
            slot = Slot(item.link_id, rows)
            if slot in settled.enabled:
                score = add(form, form.summed[item.link_id], rows, settled.values)
                if score.total is not None and score.of == BY_SLUG[item.totals].count:
                    found[slot] = _as_answer(item, score.total)
    return {slot: values for slot, values in found.items() if values}


def may_stand(form: Form, slot: Slot, settled: Settled) -> bool:
    """Whether what an expression worked out may be kept: a sum of weights only when complete."""
    item = form.by_link_id[slot.link_id]
    paths = [each.path for each in (item.calculated, *item.variables) if each]
    if not any(_ADDS_WEIGHTS.search(path) for path in paths):
        return True
    scope = form.parents.get(item.link_id, WHOLE_FORM)
    score = scores(form, settled).get(scope)
    return score is None or score.total is not None


def summed(form: Form) -> dict[str, tuple[Item, ...]]:
    """For each total of a known scale, the questions that it adds up."""
    return {item.link_id: _summed(form, item) for item in form.worked_out if item.totals}


def scale_questions(scale: Scale, items: Iterable[Item]) -> tuple[Item, ...]:
    """The questions of a scale among these and below: by their codes, else all weighted ones."""
    every = [each for item in items for each in item.walk() if each.is_question]
    if scale.items:
        first: dict[str, Item] = {}
        for each in every:
            for code in scale.items:
                if code in each.codes:
                    first.setdefault(code, each)
        return tuple(first.values())
    return tuple(
        each for each in every if any(option.weight is not None for option in each.options)
    )


def add(
    form: Form,
    items: Iterable[Item],
    rows: tuple[int, ...],
    values: Mapping[Slot, Values],
) -> Score:
    """The sum over questions, in these rows."""
    found = [
        _weight(
            item,
            values.get(Slot(item.link_id, rows[: len(form.repeating_above[item.link_id])]), ()),
        )
        for item in items
    ]
    return _sum(found, 1)


def _summed(form: Form, total: Item) -> tuple[Item, ...]:
    """The nearest questions that are its whole scale; none when they are nowhere."""
    scale = BY_SLUG[total.totals]
    for group in _above(form, total):
        within = form.by_link_id[group].items if group else form.items
        found = scale_questions(scale, within)
        if len(found) == scale.count:
            return found
    return ()


def _above(form: Form, item: Item) -> Iterator[str]:
    parent = form.parents.get(item.link_id)
    while parent is not None:
        yield parent
        parent = form.parents.get(parent)
    yield WHOLE_FORM


def _least(form: Form, group: str) -> int:
    """How many questions a group has to add up, when it is a scale we know."""
    codes = form.by_link_id[group].codes if group else form.codes
    return max((_PANELS[code].count for code in codes if code in _PANELS), default=1)


def _weight(item: Item, values: Values) -> Decimal | None:
    if not values:
        return None
    found = [weight_of(item, value) for value in values]
    known = [weight for weight in found if weight is not None]
    return sum(known, Decimal(0)) if len(known) == len(found) else None


def _sum(found: list[Decimal | None], least: int) -> Score:
    known = [weight for weight in found if weight is not None]
    is_complete = len(known) == len(found) >= least
    return Score(sum(known, Decimal(0)) if is_complete else None, len(known), len(found))


def _score_of_total(
    form: Form, item: Item, settled: Settled, sums: Mapping[str, Score]
) -> Score | None:
    rows = settled.rows[form.repeating_above[item.link_id]][:1]
    slot = Slot(item.link_id, rows[0] if rows else ())
    if slot not in settled.enabled:
        return None
    if item.totals:
        score = add(form, form.summed[item.link_id], slot.rows, settled.values)
        is_whole = score.of == BY_SLUG[item.totals].count
        return score if is_whole else Score(None, score.answered, score.of)
    value = next(iter(settled.values.get(slot, ())), None)
    around = sums.get(form.parents.get(item.link_id, WHOLE_FORM), Score(None, 0, 0))
    return Score(_number(value), around.answered, around.of)


def _number(value: Value | None) -> Decimal | None:
    if isinstance(value, Quantity):
        return value.value
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return Decimal(value) if is_number and isinstance(value, int | Decimal) else None


def _as_answer(item: Item, total: Decimal) -> Values:
    if item.type is ItemType.DECIMAL:
        return (total,)
    if item.type is ItemType.INTEGER:
        return (int(total),) if total == total.to_integral_value() else ()
    if item.type is ItemType.QUANTITY:
        return (Quantity(total, item.unit),)
    return (str(total),) if item.type in (ItemType.STRING, ItemType.TEXT) else ()
