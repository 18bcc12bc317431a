"""What a form adds up to: group by group, total by total."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from app.questionnaires.engine.adding import WHOLE_FORM, Score, above, add, sum_of, weight
from app.questionnaires.engine.enablement import Settled
from app.questionnaires.engine.items import Form, Item
from app.questionnaires.engine.scales import BY_SLUG, SCALES
from app.questionnaires.engine.values import Quantity, Slot, Value

_ADDS_WEIGHTS = re.compile(r"ordinal|itemWeight|weight\s*\(")
_VARIABLE = re.compile(r"%([A-Za-z_][\w-]*)")
_QUOTED = re.compile(r"'([^']*)'")
_PANELS = {scale.panel: scale for scale in SCALES}


def scores(form: Form, settled: Settled) -> Mapping[str, Score]:
    """For each group with weighted questions, each total, and the form as a whole (link id "")."""
    weighed: dict[str, list[Decimal | None]] = {}
    for item in form.weighted:
        found = [
            weight(item, settled.values.get(slot, ()))
            for rows in settled.rows[form.repeating_above[item.link_id]]
            if (slot := Slot(item.link_id, rows)) in settled.enabled
        ]
        for group in above(form, item):
            weighed.setdefault(group, []).extend(found)
    sums = {group: sum_of(found, _least(form, group)) for group, found in weighed.items() if found}
    for item in form.worked_out:
        if found_score := _score_of_total(form, item, settled, sums):
            sums[item.link_id] = found_score
    return sums


def may_stand(form: Form, slot: Slot, settled: Settled) -> bool:
    """Whether what an expression worked out may be kept: a sum of weights only when complete."""
    item = form.by_link_id[slot.link_id]
    paths = " ".join(_paths(form, item))
    if not _ADDS_WEIGHTS.search(paths):
        return True
    return all(
        settled.values.get(place)
        for question in _meant(form, item, paths)
        for rows in settled.rows[form.repeating_above[question.link_id]]
        if (place := Slot(question.link_id, rows)) in settled.enabled
    )


def _paths(form: Form, item: Item) -> Iterator[str]:
    """An item's expression and those of the variables it uses, and they use."""
    around = [form.by_link_id[group] for group in above(form, item) if group]
    variables = (*form.variables, *(each for up in reversed(around) for each in up.variables))
    known = {each.key: each.path for each in (*variables, *item.variables)}
    waiting = [item.calculated.path] if item.calculated else []
    while waiting:
        path = waiting.pop()
        yield path
        waiting += [known.pop(name) for name in _VARIABLE.findall(path) if name in known]


def _meant(form: Form, item: Item, paths: str) -> list[Item]:
    """The weighted questions an expression names, else those nearest around it."""
    named = set(_QUOTED.findall(paths))
    if meant := [question for question in form.weighted if question.link_id in named]:
        return meant
    for group in above(form, item):
        if meant := [each for each in form.weighted if group in above(form, each)]:
            return meant
    return []


def _least(form: Form, group: str) -> int:
    """How many questions a group has to add up, when it is a scale we know."""
    codes = form.by_link_id[group].codes if group else form.codes
    return max((_PANELS[code].count for code in codes if code in _PANELS), default=1)


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
