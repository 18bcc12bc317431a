"""When a clinic gets its own copy of a shipped form, what is open goes on with the copy."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.intake.models import IntakeTask, TaskState
from app.questionnaires.models import Questionnaire, QuestionnaireResponse, ResponseStatus

_OPEN = (TaskState.REQUESTED, TaskState.IN_PROGRESS)


def take_over(db: Session, shipped: Questionnaire, own: Questionnaire) -> None:
    """What the clinic asked and is not done, and sheets that are being filled in, are the copy's.

    It is the same url and version, word for word: what was asked stays what was asked.
    """
    db.execute(
        update(IntakeTask)
        .where(
            IntakeTask.clinic_id == own.clinic_id,
            IntakeTask.questionnaire_id == shipped.id,
            IntakeTask.state.in_(_OPEN),
        )
        .values(questionnaire_id=own.id)
    )
    db.execute(
        update(QuestionnaireResponse)
        .where(
            QuestionnaireResponse.clinic_id == own.clinic_id,
            QuestionnaireResponse.questionnaire_id == shipped.id,
            QuestionnaireResponse.status == ResponseStatus.IN_PROGRESS,
        )
        .values(questionnaire_id=own.id)
    )
