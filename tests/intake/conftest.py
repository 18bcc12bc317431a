"""Sheets of answers to forms that are shipped, and what they come to."""

import pytest

from app import clock
from app.people.models import Patient
from app.questionnaires import library
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.values import EMPTY, Coding, Sheet, Slot
from app.questionnaires.forms import form_of
from app.questionnaires.models import QuestionnaireResponse, ResponseStatus


@pytest.fixture
def sheet_of(database, cast):
    """`sheet_of("phq-9")`: an empty sheet of Maya's; its id and its form."""

    def sheet_of(slug, patient=None, language="en"):
        with database.session() as db:
            who = db.get_one(Patient, (patient or cast.maya).id)
            questionnaire = library.shipped(db, slug)
            response = QuestionnaireResponse(
                clinic_id=who.clinic_id,
                patient_id=who.id,
                questionnaire_id=questionnaire.id,
                status=ResponseStatus.IN_PROGRESS,
                language=language,
                made_at=clock.now(),
            )
            db.add(response)
            return response.id, form_of(questionnaire)

    return sheet_of


@pytest.fixture
def state_of():
    """`state_of(form, {"link-id": "code or value"})`: what these answers come to."""

    def state_of(form, answers):
        values = {_slot(at): _values(form, _slot(at), given) for at, given in answers.items()}
        return evaluate(form, Sheet(values, EMPTY.groups))

    return state_of


@pytest.fixture
def form_named(database):
    """`form_named("phq-9")`: a shipped form, for whoever needs no sheet."""

    def form_named(slug):
        with database.session() as db:
            return form_of(library.shipped(db, slug))

    return form_named


def _slot(at):
    return at if isinstance(at, Slot) else Slot(at)


def _values(form, slot, given):
    item = form.by_link_id[slot.link_id]
    many = given if isinstance(given, tuple | list) else (given,)
    return tuple(_option(item, each) if isinstance(each, str) else each for each in many)


def _option(item, given):
    for option in item.options:
        if isinstance(option.value, Coding) and given in (option.value.code, option.words.plain):
            return option.value
    return given
