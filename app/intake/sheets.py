"""Which sheet a task is filled in on: begun, left for a blank one, taken up again."""

import os
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, defer, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app import clock
from app.access import devices
from app.audit import trail
from app.intake import following, prefill
from app.intake.conflicts import AlreadySent
from app.intake.doors import Doorway
from app.intake.drafts import evaluated
from app.intake.models import IntakeTask, TaskState
from app.questionnaires.engine import journey
from app.questionnaires.engine.response import to_response_items
from app.questionnaires.forms import form_of
from app.questionnaires.models import Questionnaire, QuestionnaireResponse, ResponseStatus


def begin(
    db: Session, doorway: Doorway, task: IntakeTask, *, language: str, user_agent: str = ""
) -> QuestionnaireResponse:
    """The task's sheet, a new one when it has none yet."""
    if task.response is None:
        response = _blank(db, doorway, task, language, user_agent)
        if _make_current(db, task, response):
            following.started(db, task)
            trail.record(db, "begin-form", agent=doorway.packet.patient, entity=response)
        else:  # begun in this very moment by somebody else
            db.delete(response)
            db.refresh(task)
    assert task.response is not None
    return task.response


def begin_anew(
    db: Session, doorway: Doorway, task: IntakeTask, *, language: str, user_agent: str = ""
) -> QuestionnaireResponse:
    """A blank sheet in place of the one begun elsewhere, which stays as it is.

    Of two begun at once one is the task's and the other is left. Refuses AlreadySent.
    """
    _leave(db, task)
    response = _blank(db, doorway, task, language, user_agent)
    response.browser_hash = doorway.browser_hash
    if not _make_current(db, task, response):
        response.status = ResponseStatus.STOPPED
        db.refresh(task)
    return response


def left_by(db: Session, doorway: Doorway, task: IntakeTask) -> QuestionnaireResponse | None:
    """The sheet that this browser filled in until another one was begun elsewhere."""
    if doorway.browser_hash is None or task.response is None or doorway.typed(task.response):
        return None
    return db.scalar(
        select(QuestionnaireResponse)
        .where(
            QuestionnaireResponse.patient_id == task.patient_id,
            QuestionnaireResponse.questionnaire_id == task.questionnaire_id,
            QuestionnaireResponse.browser_hash == doorway.browser_hash,
            QuestionnaireResponse.status == ResponseStatus.STOPPED,
            QuestionnaireResponse.made_at >= task.made_at,
        )
        .options(
            joinedload(QuestionnaireResponse.questionnaire).options(defer(Questionnaire.definition))
        )
        .order_by(QuestionnaireResponse.saved_at.desc())
        .limit(1)
    )


def take_up(db: Session, task: IntakeTask, response: QuestionnaireResponse) -> None:
    """Go on with a sheet that was left. The one begun in its place is left in turn.

    Refuses AlreadySent.
    """
    _leave(db, task)
    if _make_current(db, task, response):
        response.status = ResponseStatus.IN_PROGRESS
    else:
        db.refresh(task)


def begun_at(response: QuestionnaireResponse) -> datetime:
    """When somebody last wrote on a sheet."""
    return response.saved_at or response.made_at


def has_answers(response: QuestionnaireResponse) -> bool:
    """Whether anything stands on it, or it was begun for one browser: it is not anybody's then."""
    return response.saved_at is not None or response.browser_hash is not None


def _blank(
    db: Session, doorway: Doorway, task: IntakeTask, language: str, user_agent: str
) -> QuestionnaireResponse:
    assert task.questionnaire is not None, "a form has a questionnaire"
    form = form_of(task.questionnaire)
    # What the clinic knows already is shown to nobody who only holds the link.
    patient = doorway.packet.patient if doorway.knows_them else None
    zone = doorway.packet.patient.zone
    state = evaluated(form, prefill.sheet(form, patient), zone=zone)
    first = next(iter(journey.steps(form, state)), None)
    response = QuestionnaireResponse(
        clinic_id=task.clinic_id,
        patient_id=task.patient_id,
        questionnaire_id=task.questionnaire.id,
        status=ResponseStatus.IN_PROGRESS,
        language=language,
        answers=to_response_items(form, state),
        at_link_id=first.anchor.link_id if first else "",
        # What is filled in beforehand is for this browser alone; a blank sheet is anybody's yet.
        browser_hash=(doorway.browser_hash or os.urandom(32)) if patient else None,
        device=devices.label(user_agent),
        made_at=clock.now(),
    )
    response.questionnaire = task.questionnaire
    db.add(response)
    db.flush()  # the task points at it in the same breath
    return response


def _leave(db: Session, task: IntakeTask) -> None:
    """By condition: what was sent in this very moment stays sent. Refuses AlreadySent."""
    former = task.response
    if former is None:
        return
    left = db.scalar(
        update(QuestionnaireResponse)
        .where(
            QuestionnaireResponse.id == former.id,
            QuestionnaireResponse.status != ResponseStatus.COMPLETED,
        )
        .values(status=ResponseStatus.STOPPED)
        .returning(QuestionnaireResponse.id)
        .execution_options(synchronize_session=False)
    )
    if left is None:
        raise AlreadySent
    set_committed_value(former, "status", ResponseStatus.STOPPED)


def _make_current(db: Session, task: IntakeTask, response: QuestionnaireResponse) -> bool:
    """By condition, so that of two begun at once one is the task's and none is lost."""
    changed = db.scalar(
        update(IntakeTask)
        .where(
            IntakeTask.id == task.id,
            IntakeTask.response_id.is_(None)
            if task.response_id is None
            else IntakeTask.response_id == task.response_id,
            IntakeTask.state != TaskState.COMPLETED,
        )
        .values(response_id=response.id)
        .returning(IntakeTask.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        return False
    set_committed_value(task, "response_id", response.id)
    set_committed_value(task, "response", response)
    return True
