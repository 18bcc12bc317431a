"""A scale that came to more than the last time is for a clinician to see, as plainly as a fall."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from app.intake import scored
from app.people.models import Clinic
from app.questionnaires.engine.evaluation import State
from app.questionnaires.engine.items import Form
from app.questionnaires.engine.scales import BY_SLUG, GAD_7, PHQ_9
from app.questionnaires.engine.scoring import Result, score
from app.questionnaires.models import QuestionnaireResponse

_WATCHED = {PHQ_9.slug, GAD_7.slug}
_MUCH = 5  # points: the least change that means something


@dataclass(frozen=True)
class Rise:
    """A scale's total now and the last time. `link_id`: where it stands in its form."""

    link_id: str
    title: str
    before: Decimal
    now: Decimal


def of_sheet(
    db: Session, response: QuestionnaireResponse, form: Form, state: State, clinic: Clinic
) -> tuple[Rise, ...]:
    """The scales of a sheet that rose by much, or into a higher band, since the last time."""
    results = [
        result
        for result in score(form, state)
        if result.code in _WATCHED and result.total is not None
    ]
    if not results:
        return ()
    earlier = scored.earlier_results(db, response, clinic)
    last: dict[str, Decimal] = {}
    for each in (each for results_then in earlier.values() for each in results_then):
        if each.total is not None:
            last.setdefault(each.code, each.total)
    return tuple(
        Rise(_place(form, result), result.title, last[result.code], result.total)
        for result in results
        if result.total is not None
        and result.code in last
        and is_rise(result.code, last[result.code], result.total)
    )


def is_rise(code: str, before: Decimal, now: Decimal) -> bool:
    """Whether a total is enough higher than the last one."""
    return now - before >= _MUCH or _band(code, now) > _band(code, before)


def _band(code: str, total: Decimal) -> int:
    return sum(total >= band.least for band in BY_SLUG[code].bands)


def _place(form: Form, result: Result) -> str:
    """The total where the form shows one, else the group or the first item of the scale."""
    panel = BY_SLUG[result.code].panel
    totals = [item for item in form.in_order if item.totals == result.code]
    groups = [item for item in form.in_order if panel in item.codes]
    return (totals or groups or form.in_order)[0].link_id
