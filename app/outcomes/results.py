"""What a patient's scales and days came to over time. An incomplete scale comes to nothing."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.intake import drafts
from app.intake.drafts import Draft
from app.people.models import Patient
from app.questionnaires import library
from app.questionnaires.engine.scales import GAD_7, PCL_5, PHQ_9
from app.questionnaires.engine.scoring import score
from app.questionnaires.engine.values import Slot
from app.questionnaires.models import Questionnaire, QuestionnaireResponse, ResponseStatus

_SCALES = (PHQ_9, GAD_7, PCL_5)
# Whole numbers from 0 to 10, by their link ids, in the forms that ask how a day is.
DAYS = ("mood", "anxiety", "sleep")
_FORMS_OF_DAYS = (
    "day-after",
    "readiness-eve",
    "readiness-eve-at-home",
    "readiness-morning",
    "readiness-morning-at-home",
)
_MOST_OF_A_DAY = 10
CODES = (*(scale.slug for scale in _SCALES), *DAYS)
LOWER_IS_BETTER = {"phq-9", "gad-7", "pcl-5", "anxiety"}


@dataclass(frozen=True)
class Value:
    """What one sheet came to."""

    at: datetime
    total: Decimal


@dataclass(frozen=True)
class Unscored:
    """A sheet of a scale with questions left open: told of, never drawn."""

    at: datetime
    answered: int
    of: int


@dataclass(frozen=True)
class Series:
    """One measure over time, oldest first."""

    code: str
    most: int  # the highest total there is
    values: tuple[Value, ...]
    unscored: tuple[Unscored, ...] = ()

    @property
    def is_scale(self) -> bool:
        """Whether it is a validated scale, not a number for a day."""
        return self.code not in DAYS


def of_patient(
    db: Session, patient: Patient, *, since: datetime | None = None
) -> tuple[Series, ...]:
    """Every measure there is anything of, the scales first."""
    values: dict[str, list[Value]] = {code: [] for code in CODES}
    unscored: dict[str, list[Unscored]] = {code: [] for code in CODES}
    most = dict.fromkeys(DAYS, _MOST_OF_A_DAY)
    for draft in _sheets(db, patient, since):
        at = draft.response.completed_at or draft.response.made_at
        for result in score(draft.form, draft.state):
            if result.code not in values:
                continue
            most[result.code] = result.most
            if result.total is None:
                unscored[result.code].append(Unscored(at, result.answered, result.of))
            else:
                values[result.code].append(Value(at, result.total))
        for code, number in _numbers(draft):
            values[code].append(Value(at, number))
    return tuple(
        Series(code, most[code], tuple(values[code]), tuple(unscored[code]))
        for code in CODES
        if values[code] or unscored[code]
    )


def _sheets(db: Session, patient: Patient, since: datetime | None) -> list[Draft]:
    urls = [library.unkept(slug).url for slug in _FORMS_OF_DAYS if slug in library.SLUGS]
    rows = (
        select(QuestionnaireResponse)
        .join(QuestionnaireResponse.questionnaire)
        .options(joinedload(QuestionnaireResponse.questionnaire))
        .where(
            QuestionnaireResponse.patient_id == patient.id,
            QuestionnaireResponse.status == ResponseStatus.COMPLETED,
            or_(
                Questionnaire.url.in_(urls),
                *(Questionnaire.definition.contains(f'"{scale.panel}"') for scale in _SCALES),
            ),
        )
        .order_by(QuestionnaireResponse.completed_at, QuestionnaireResponse.id)
    )
    if since is not None:
        rows = rows.where(QuestionnaireResponse.completed_at >= since)
    return [drafts.read(row, zone=patient.zone) for row in db.scalars(rows)]


def _numbers(draft: Draft) -> list[tuple[str, Decimal]]:
    if library.slug_of(draft.response.questionnaire) not in _FORMS_OF_DAYS:
        return []
    return [
        (code, Decimal(value))
        for code in DAYS
        for value in draft.state.values(Slot(code))
        if isinstance(value, int) and 0 <= value <= _MOST_OF_A_DAY
    ]
