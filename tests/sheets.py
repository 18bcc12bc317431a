"""Sheets of answers for tests: filled in and handed in as a patient would, without the pages."""

from app import clock
from app.intake import consents, reviewing
from app.people.models import Patient
from app.questionnaires import library
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.response import to_response_items
from app.questionnaires.engine.signing import sign
from app.questionnaires.engine.values import EMPTY, Coding, Sheet, Slot
from app.questionnaires.forms import form_of
from app.questionnaires.models import QuestionnaireResponse, ResponseStatus


def begin(db, patient, slug, language="en"):
    """An empty sheet of a shipped form; its row and its form."""
    questionnaire = library.shipped(db, slug)
    response = QuestionnaireResponse(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        questionnaire_id=questionnaire.id,
        status=ResponseStatus.IN_PROGRESS,
        language=language,
        device="iPhone",
        made_at=clock.now(),
    )
    response.questionnaire = questionnaire
    db.add(response)
    return response, form_of(questionnaire)


def state_of(form, answers):
    """What answers come to: `{"link-id": value}`, an option by its code or its words.

    `answers.groups`, where there is one, says which rows a repeating group has.
    """
    values = {}
    for at, given in answers.items():
        slot = at if isinstance(at, Slot) else Slot(at)
        many = given if isinstance(given, tuple | list) else (given,)
        item = form.by_link_id[slot.link_id]
        values[slot] = tuple(_option(item, each) for each in many)
    return evaluate(form, Sheet(values, getattr(answers, "groups", EMPTY.groups)))


def hand_in(database, patient, slug, answers, language="en"):
    """A sheet that was sent in just now; its id."""
    with database.session() as db:
        who = db.get_one(Patient, patient.id)
        response, form = begin(db, who, slug, language)
        state = state_of(form, answers)
        response.answers = to_response_items(form, state, language=language)
        response.status, response.completed_at = ResponseStatus.COMPLETED, clock.now()
        db.flush()
        reviewing.raise_flags(db, response, state)
        consents.record(db, response, state, language=language, device=response.device)
        return response.id


def agreements(form, language="en", name="Maya Osei", **differs):
    """Everything agreed to and signed, but for what differs: `texts=None` leaves the box empty."""
    given = {}
    for code in ("treatment", "telehealth", "texts", "privacy", "sharing"):
        answer = differs.get(code, "agree")
        if answer:
            given[f"{code}-agreement"] = answer
        now = clock.now().isoformat()
        given[f"{code}-name"] = sign(form, f"{code}-name", name, language=language, signed_at=now)
    return given


def form_named(database, slug):
    """A shipped form."""
    with database.session() as db:
        return form_of(library.shipped(db, slug))


def _option(item, given):
    for option in item.options:
        if isinstance(option.value, Coding) and given in (option.value.code, option.words.plain):
            return option.value
    return given
