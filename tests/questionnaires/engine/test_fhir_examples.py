"""Eight forms that others use: each is taken, with what is odd about it named."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from app.questionnaires.engine import sheets
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.items import ItemType
from app.questionnaires.engine.reading import read
from app.questionnaires.engine.response import from_response_items, to_response_items
from app.questionnaires.engine.values import EMPTY, Quantity, Slot

EXAMPLES = Path(__file__).parents[2] / "fhir_examples"
WARNED = {
    "01-layout-paginated": {"no-status", "shared-link-id"},
    "02-new-patient-registration": {"unknown-element"},
    "03-repeated-group": {"no-status"},
    "04-enablewhen-transitive": {"no-status"},
    "05-validation": {"unknown-extension"},
    "06-phq9-scored": {"odd-expression-name"},
    "07-demo-form": {
        *("odd-status", "unknown-extension", "question-by-path", "coerced-answer"),
        *("required-display", "no-options"),
    },
    "08-prefill-patient": {"value-set-not-found"},
}


def example(name):
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def form_of(name):
    return read(example(name)).form


@pytest.mark.parametrize("name", WARNED)
def test_each_is_taken_with_its_warnings(name):
    found = read(example(name))

    assert found.form is not None
    assert {finding.code for finding in found.findings} == WARNED[name]
    assert all(finding.severity == "warning" for finding in found.findings)


@pytest.mark.parametrize("name", WARNED)
def test_each_can_be_answered_and_its_answers_are_fhir(name):
    form = form_of(name)
    state = evaluate(form, sheets.begin(form))
    for _ in range(3):  # what an answer opens is answered too
        filled = {slot: (_some(form.by_link_id[slot.link_id]),) for slot in state.slots}
        state = evaluate(form, sheets.put_all(state.sheet, filled))

    items = json.loads(json.dumps(to_response_items(form, state)))

    assert from_response_items(form, items) == state.sheet
    assert {slot.link_id for slot in state.slots} == {
        item.link_id for item in form.in_order if item.is_question
    }
    response = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": items}
    assert QuestionnaireResponse.model_validate(response).item


def _some(item):
    """An answer that opens what hangs on it."""
    if item.options:
        return item.options[-1].value
    kinds = {
        ItemType.BOOLEAN: True,
        ItemType.INTEGER: 3,
        ItemType.DECIMAL: 3,
        ItemType.DATE: "2026-11",
        ItemType.DATETIME: "2026-11-21",
        ItemType.QUANTITY: Quantity(Decimal(3), "kilo"),
    }
    return kinds.get(item.type, "some words")


def test_labels_written_as_help_are_labels():
    form = form_of("01-layout-paginated")

    assert form.by_link_id["1.2"].words.plain == "First Name"
    assert form.by_link_id["10.1"].type is ItemType.DATETIME
    assert form.by_link_id["1"].control == "page"


def test_a_registration_speaks_swahili_and_starts_with_what_is_known():
    form = form_of("02-new-patient-registration")

    assert form.by_link_id["PR-name-text"].words.within("sw") == "Jina la kwanza"
    assert form.by_link_id["patient-0-gender"].options[0].words.within("sw") == "Mwanamke"
    assert form.by_link_id["patient-0-gender"].is_horizontal
    assert form.by_link_id["PR-name-text"].initial_expression.path == "%client.name.given"
    assert sheets.begin(form).values == {Slot("PR-telecom-system"): ("phone",)}
    assert "PR-telecom-system" in form.unseen


def test_rows_of_a_form_can_be_added():
    form = form_of("03-repeated-group")

    sheet, row = sheets.add_row(form, EMPTY, Slot("1"))

    assert Slot("1-1", (row,)) in evaluate(form, sheet).slots
    assert form.by_link_id["1-2"].help.plain == "Dropdown question helper text"


def test_a_hidden_question_hides_the_next_however_it_was_answered():
    form = form_of("04-enablewhen-transitive")
    filled = sheets.put_all(
        EMPTY, {Slot("A"): (True,), Slot("B.1"): (True,), Slot("C.1"): ("words",)}
    )

    assert evaluate(form, filled).dropped == ()
    assert set(evaluate(form, sheets.put(filled, Slot("A"), (False,))).dropped) == {
        Slot("B.1"),
        Slot("C.1"),
    }


def test_limits_and_messages_are_those_of_the_file():
    by_link_id = form_of("05-validation").by_link_id
    mail = by_link_id["e8bbc727-6ae1-4e33-ef44-be4ca7dc9abd"].limits
    weight = by_link_id["c76813fd-72d6-4fc6-a76a-98d9b2cbdffd"]

    assert (mail.min_length, mail.max_length) == (5, 20)
    assert mail.pattern_words.plain == "custom error message"
    assert (weight.unit, weight.limits.decimal_places) == ("kilo", 2)
    choices = by_link_id["b0c2cb74-2ffd-45ad-9c37-31be5e5b1548"].options
    assert [option.words.plain for option in choices] == ["Ja", "Nei", "Usikker"]


def test_an_unhappy_answer_opens_its_questions():
    form = form_of("07-demo-form")

    happy = evaluate(form, sheets.put(EMPTY, Slot("step1.page1.input1"), (True,)))
    sad = evaluate(form, sheets.put(EMPTY, Slot("step1.page1.input3"), ("Sad",)))

    assert happy.is_enabled(Slot("step3"))
    assert happy.is_enabled(Slot("step4"))
    assert not happy.is_enabled(Slot("step1.page1.input5"))
    assert sad.is_enabled(Slot("step1.page1.input5"))
    assert not sad.is_enabled(Slot("step3"))


def test_what_other_lists_hold_is_asked_in_ones_own_words():
    gender = form_of("08-prefill-patient").by_link_id["gender"]

    assert (gender.type, gender.options) == (ItemType.OPEN_CHOICE, ())
    assert gender.initial_expression is not None
