"""Totals and bands of the scales we know. A scale with an unanswered question has neither."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from app.questionnaires.engine import adding, scales
from app.questionnaires.engine.evaluation import State
from app.questionnaires.engine.items import Form, Item
from app.questionnaires.engine.scales import PCL_5, PCL_5_CUT_POINT, PHQ_2, PHQ_9, Scale
from app.questionnaires.engine.sheets import rows_of
from app.questionnaires.engine.values import Slot


@dataclass(frozen=True, slots=True)
class Result:
    """What one scale came to. Without a total: "not scored, `answered` of `of` answered"."""

    code: str  # "phq-9"
    title: str
    total: Decimal | None
    band: str
    answered: int
    of: int
    most: int  # the highest total there is


def score(
    form: Form, state: State, *, pcl_5_cut_point: int = PCL_5_CUT_POINT
) -> tuple[Result, ...]:
    """The scales this form holds, known by their LOINC codes, and what they came to."""
    return tuple(
        _result(form, state, scale, questions, pcl_5_cut_point)
        for scale, questions in _scales_in(form)
    )


def band(scale: Scale, total: Decimal, *, pcl_5_cut_point: int = PCL_5_CUT_POINT) -> str:
    """What a total of a scale is called."""
    if scale is PCL_5:
        is_above = total >= pcl_5_cut_point
        return f"{'at or above' if is_above else 'below'} the cut-point of {pcl_5_cut_point}"
    return [each.words for each in scale.bands if total >= each.least][-1]


def _scales_in(form: Form) -> Iterator[tuple[Scale, tuple[Item, ...]]]:
    """PHQ-2 is the first two questions of the PHQ-9: told apart only where it stands alone."""
    has_phq_9 = False
    for scale in scales.SCALES:
        groups = [item.items for item in form.in_order if scale.panel in item.codes and item.items]
        if not groups and (scale.items or scale.panel in form.codes):
            groups = [form.items]
            if scale is PHQ_2 and has_phq_9:
                continue
        for group in groups:
            questions = adding.scale_questions(scale, group)
            if len(questions) == scale.count:
                has_phq_9 |= scale is PHQ_9
                yield scale, questions


def _result(
    form: Form, state: State, scale: Scale, questions: tuple[Item, ...], cut_point: int
) -> Result:
    rows: tuple[int, ...] = ()
    for group in form.repeating_above[questions[0].link_id]:
        rows = (*rows, rows_of(state.sheet, Slot(group, rows))[0])
    found = adding.add(form, questions, rows, state.sheet.values)
    words = "" if found.total is None else band(scale, found.total, pcl_5_cut_point=cut_point)
    most = 80 if scale is PCL_5 else 3 * scale.count
    return Result(scale.slug, scale.title, found.total, words, found.answered, scale.count, most)
