"""What the scales of a sheet came to, for staff; with what they came to before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.i18n import gettext as _
from app.intake import drafts
from app.people.models import Clinic
from app.questionnaires.engine.evaluation import State
from app.questionnaires.engine.items import Form
from app.questionnaires.engine.scoring import Result, score
from app.questionnaires.models import Questionnaire, QuestionnaireResponse, ResponseStatus
from app.questionnaires.spoken import number

_MOST_EARLIER = 5


@dataclass(frozen=True)
class Earlier:
    """The same scale on an earlier sheet."""

    at: datetime
    total: str


@dataclass(frozen=True)
class Scored:
    """One scale. `total` is empty when a question is unanswered: then there is no band either."""

    title: str
    total: str
    most: int
    band: str
    answered: int
    of: int
    change: str = ""  # since the last time, with its sign
    earlier: tuple[Earlier, ...] = ()

    @property
    def in_words(self) -> str:
        """`14 of 27`, or that it is not scored."""
        if self.total:
            return _("%(total)s of %(most)s") % {"total": self.total, "most": self.most}
        words = {"answered": self.answered, "of": self.of}
        return _("not scored, %(answered)s of %(of)s answered") % words


def scores(
    form: Form,
    state: State,
    clinic: Clinic,
    earlier: Mapping[datetime, tuple[Result, ...]] | None = None,
) -> tuple[Scored, ...]:
    """Each scale of the form. `earlier`: the same form's results by moment, newest first."""
    results = score(form, state, pcl_5_cut_point=clinic.pcl5_cut_point)
    return tuple(_scored(result, clinic, earlier or {}) for result in results)


def earlier_results(
    db: Session, response: QuestionnaireResponse, clinic: Clinic
) -> dict[datetime, tuple[Result, ...]]:
    """What the same form came to before, newest first, whatever its version was then."""
    rows = db.scalars(
        select(QuestionnaireResponse)
        .join(QuestionnaireResponse.questionnaire)
        .options(joinedload(QuestionnaireResponse.questionnaire))
        .where(
            QuestionnaireResponse.patient_id == response.patient_id,
            QuestionnaireResponse.status == ResponseStatus.COMPLETED,
            QuestionnaireResponse.id != response.id,
            QuestionnaireResponse.completed_at < (response.completed_at or response.made_at),
            Questionnaire.url == response.questionnaire.url,
        )
        .order_by(QuestionnaireResponse.completed_at.desc())
        .limit(_MOST_EARLIER)
    )
    found = {}
    for row in rows:
        draft = drafts.read(row, zone=clinic.zone)
        results = score(draft.form, draft.state, pcl_5_cut_point=clinic.pcl5_cut_point)
        found[row.completed_at or row.made_at] = results
    return found


def in_band(result: Result, clinic: Clinic) -> str:
    """The band of a result, in the language in use."""
    if result.total is None:
        return ""
    if result.code == "pcl-5":
        at = {"cut": clinic.pcl5_cut_point}
        is_above = result.total >= clinic.pcl5_cut_point
        return (
            _("at or above the cut-point of %(cut)s") % at
            if is_above
            else _("below the cut-point of %(cut)s") % at
        )
    return {
        "none or minimal": _("none or minimal"),
        "minimal": _("minimal"),
        "mild": _("mild"),
        "moderate": _("moderate"),
        "moderately severe": _("moderately severe"),
        "severe": _("severe"),
        "below 3": _("below 3"),
        "3 or above: ask the whole PHQ-9": _("3 or above: ask the whole PHQ-9"),
    }.get(result.band, result.band)


def _scored(
    result: Result, clinic: Clinic, earlier: Mapping[datetime, tuple[Result, ...]]
) -> Scored:
    before = [
        (at, each.total)
        for at, results in earlier.items()
        for each in results
        if each.code == result.code and each.total is not None
    ]
    change = ""
    if before and result.total is not None:
        by = result.total - before[0][1]
        change = _("%(by)s since last time") % {"by": f"{by:+f}"} if by else _("as last time")
    return Scored(
        result.title,
        "" if result.total is None else number(result.total),
        result.most,
        in_band(result, clinic),
        result.answered,
        result.of,
        change,
        tuple(Earlier(at, number(total)) for at, total in before),
    )
