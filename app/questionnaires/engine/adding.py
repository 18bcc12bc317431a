"""Adding up what answers weigh. A sum of which a part is missing is not one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.questionnaires.engine.items import Form, Item, ItemType
from app.questionnaires.engine.scales import BY_SLUG, Scale
from app.questionnaires.engine.staff_rules import weight_of
from app.questionnaires.engine.values import Quantity, Slot, Values

WHOLE_FORM = ""


@dataclass(frozen=True, slots=True)
class Score:
    """The sum of what answers weigh: none unless all `of` questions have one."""

    total: Decimal | None
    answered: int
    of: int


def total(form: Form, item: Item, rows: tuple[int, ...], values: Mapping[Slot, Values]) -> Values:
    """The answer of a total: none unless all questions of its scale have one."""
    score = add(form, form.summed[item.link_id], rows, values)
    if score.total is None or score.of != BY_SLUG[item.totals].count:
        return ()
    return _as_answer(item, score.total)


def add(
    form: Form,
    items: Iterable[Item],
    rows: tuple[int, ...],
    values: Mapping[Slot, Values],
) -> Score:
    """The sum over questions, in these rows."""
    found = [
        weight(
            item,
            values.get(Slot(item.link_id, rows[: len(form.repeating_above[item.link_id])]), ()),
        )
        for item in items
    ]
    return sum_of(found, 1)


def sum_of(found: Sequence[Decimal | None], least: int) -> Score:
    """The sum of weights, of which there have to be so many at least."""
    known = [weight for weight in found if weight is not None]
    is_complete = len(known) == len(found) >= least
    return Score(sum(known, Decimal(0)) if is_complete else None, len(known), len(found))


def weight(item: Item, values: Values) -> Decimal | None:
    """What the answers to a question weigh together; none when one of them has no weight."""
    if not values:
        return None
    found = [weight_of(item, value) for value in values]
    known = [weight for weight in found if weight is not None]
    return sum(known, Decimal(0)) if len(known) == len(found) else None


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


def above(form: Form, item: Item) -> Iterator[str]:
    """The link ids of the items around an item, the nearest first; the whole form is ""."""
    parent = form.parents.get(item.link_id)
    while parent is not None:
        yield parent
        parent = form.parents.get(parent)
    yield WHOLE_FORM


def _summed(form: Form, total: Item) -> tuple[Item, ...]:
    """The nearest questions that are its whole scale; none when they are nowhere."""
    scale = BY_SLUG[total.totals]
    for group in above(form, total):
        within = form.by_link_id[group].items if group else form.items
        found = scale_questions(scale, within)
        if len(found) == scale.count:
            return found
    return ()


def _as_answer(item: Item, total: Decimal) -> Values:
    if item.type is ItemType.DECIMAL:
        return (total,)
    if item.type is ItemType.INTEGER:
        return (int(total),) if total == total.to_integral_value() else ()
    if item.type is ItemType.QUANTITY:
        return (Quantity(total, item.unit),)
    return (str(total),) if item.type in (ItemType.STRING, ItemType.TEXT) else ()
