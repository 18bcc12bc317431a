"""The pages of a form that are the same whatever was answered, and the page before each of them.

Of a form of one part they are the first ones, up to the first item that may be asked or not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from app.questionnaires.engine import journey
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.items import Form, Item, ItemType
from app.questionnaires.engine.journey import Step
from app.questionnaires.engine.values import EMPTY

_FORMS_KEPT = 200


@dataclass(frozen=True, slots=True)
class Steady:
    """A page, and the one before it; None: it is the first."""

    step: Step
    before: Step | None


@lru_cache(maxsize=_FORMS_KEPT)
def steady_pages(form: Form) -> Mapping[str, Steady]:
    """By the step's id. Worked out once for each form."""
    if form.by_expression or any(not item.totals for item in form.worked_out):
        return {}
    if not journey.has_one_part(form):
        return {}
    end = min(_may_come_and_go(form), default=len(form.in_order))
    pages = journey.steps(form, evaluate(form, EMPTY))
    steady = list(takewhile(lambda step: _last_index(form, step) < end, pages))
    return {
        step.id: Steady(step, steady[place - 1] if place else None)
        for place, step in enumerate(steady)
    }


def _may_come_and_go(form: Form) -> Iterator[int]:
    """The places of items that are asked or not, or as often as somebody likes."""
    for item in form.in_order:
        above = form.by_link_id.get(form.parents.get(item.link_id, ""))
        below_a_question = above is not None and above.is_question
        if (
            item.enable_when
            or (item.is_repeating and not item.is_question)
            or (below_a_question and item.type is not ItemType.DISPLAY)
        ):
            yield item.index


def _last_index(form: Form, step: Step) -> int:
    """Of all that may ever stand on a page."""
    anchor = form.by_link_id[step.anchor.link_id]
    here = [form.by_link_id[slot.link_id] for slot in step.content]
    whole: tuple[Item, ...] = tuple(anchor.walk())
    return max(item.index for item in (*here, *whole))
