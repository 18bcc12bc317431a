"""What a form adds up to: group by group, total by total."""

import re
from collections.abc import Mapping
from decimal import Decimal

from app.questionnaires.engine.adding import WHOLE_FORM, Score, above, add, sum_of, weight
from app.questionnaires.engine.enablement import Settled
from app.questionnaires.engine.items import Form, Item
from app.questionnaires.engine.scales import BY_SLUG, SCALES
from app.questionnaires.engine.values import Quantity, Slot, Value

_ADDS_WEIGHTS = re.compile(r"ordinal|itemWeight|weight\s*\(")
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
    paths = [each.path for each in (item.calculated, *item.variables) if each]
    if not any(_ADDS_WEIGHTS.search(path) for path in paths):
        return True
    scope = form.parents.get(item.link_id, WHOLE_FORM)
    score = scores(form, settled).get(scope)
    return score is None or score.total is not None


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
