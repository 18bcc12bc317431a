"""PHQ-9 from the National Library of Medicine's form and from ours, added up in ways that know

nothing of each other: by the engine, from the response it writes, and by the form's own FHIRPath.
"""

import json
import random
from decimal import Decimal
from pathlib import Path

import fhirpathpy
import pytest

from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.reading import read
from app.questionnaires.engine.response import to_response_items
from app.questionnaires.engine.scoring import score
from app.questionnaires.engine.values import Coding, Sheet, Slot
from tests.questionnaires.shelf import read_file

LOINC = "http://loinc.org"
TOTAL = "44261-6"
EXAMPLE = Path(__file__).parents[2] / "fhir_examples" / "06-phq9-scored.json"
NINE = (
    *("44250-9", "44255-8", "44259-0", "44254-1", "44251-7"),
    *("44258-2", "44252-5", "44253-3", "44260-8"),
)
ANSWERS = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")
BANDS = (
    *["none or minimal"] * 5,
    *["mild"] * 5,
    *["moderate"] * 5,
    *["moderately severe"] * 5,
    *["severe"] * 8,
)


@pytest.fixture(scope="module")
def theirs():
    return json.loads(EXAMPLE.read_text())


@pytest.fixture(scope="module")
def ours():
    return read_file("phq-9")


def test_ten_thousand_people_get_the_same_total_from_both_forms(theirs, ours):
    chance = random.Random(9)
    forms = [_Form(theirs), _Form(ours)]
    complete = 0

    for person in range(10_000):
        weights = [_weight(chance) for _ in NINE]
        expected = None if None in weights else sum(weights)
        complete += expected is not None
        for form in forms:
            state = form.answered(weights)

            assert form.total(state) == expected
            assert form.added(weights) == expected
            if person % 20 == 0:
                assert form.read_off(state) == expected
                assert form.scored(state) == expected

    assert 3_000 < complete < 7_000


def test_totals_and_bands_are_told_only_of_complete_sheets(theirs, ours):
    chance = random.Random(2)
    forms = [_Form(theirs), _Form(ours)]

    for _ in range(500):
        weights = [_weight(chance) for _ in NINE]
        for form in forms:
            (result,) = score(form.form, form.answered(weights))

            if None in weights:
                assert (result.total, result.band) == (None, "")
            else:
                assert (result.total, result.band) == (sum(weights), BANDS[sum(weights)])
            assert result.answered == 9 - weights.count(None)
            assert (result.code, result.of, result.most) == ("phq-9", 9, 27)


def test_the_total_is_what_the_forms_own_expression_says(theirs):
    chance = random.Random(6)
    form = _Form(theirs)
    total = next(item for item in theirs["item"] if item["linkId"] == "/" + TOTAL)

    for _ in range(8):
        weights = [chance.randrange(4) for _ in NINE]
        state = form.answered(weights)
        response = {
            "resourceType": "QuestionnaireResponse",
            "item": to_response_items(form.form, state),
        }

        assert _worked_out(total, theirs, response) == [sum(weights)]
        assert form.total(state) == sum(weights)


def test_question_ten_is_not_scored(theirs, ours):
    for form in (_Form(theirs), _Form(ours)):
        difficulty = form.by_code["69722-7"]
        nine = form.sheet([1] * 9).values
        worst = difficulty.options[-1].value

        state = evaluate(form.form, Sheet({**nine, Slot(difficulty.link_id): (worst,)}))

        assert state.sheet.values[Slot(difficulty.link_id)] == (worst,)
        assert form.total(state) == 9


class _Form:
    def __init__(self, file):
        self.form = read(file).form
        self.by_code = {code: item for item in self.form.in_order for code in item.codes}
        self.ordinals = dict(_ordinals(file["item"]))
        self.slot = Slot(self.by_code[TOTAL].link_id)

    def sheet(self, weights):
        return Sheet(
            {
                Slot(self.by_code[code].link_id): (Coding(ANSWERS[weight], LOINC),)
                for code, weight in zip(NINE, weights, strict=True)
                if weight is not None
            }
        )

    def answered(self, weights):
        return evaluate(self.form, self.sheet(weights))

    def total(self, state):
        """What the engine put where the form has a place for the total."""
        return state.sheet.values.get(self.slot, (None,))[0]

    def scored(self, state):
        """What the engine says of the total besides."""
        return state.scores[self.slot.link_id].total

    def added(self, weights):
        """From the file alone: what its options say they weigh."""
        found = [
            self.ordinals[self.by_code[code].link_id, ANSWERS[weight]]
            for code, weight in zip(NINE, weights, strict=True)
            if weight is not None
        ]
        return sum(found) if len(found) == 9 else None

    def read_off(self, state):
        """From the response that is written and the file: none unless there are nine."""
        found = []
        for item in _walk(to_response_items(self.form, state)):
            for answer in item.get("answer", []):
                code = answer.get("valueCoding", {}).get("code")
                if code in ANSWERS:
                    found.append(self.ordinals[item["linkId"], code])
        return sum(found) if len(found) == 9 else None


def _weight(chance):
    return None if chance.random() < 0.07 else chance.randrange(4)


def _walk(items):
    for item in items:
        yield item
        yield from _walk(item.get("item", []))


def _ordinals(items):
    for item in _walk(items):
        for option in item.get("answerOption", []):
            carried = [*option.get("extension", []), *option["valueCoding"].get("extension", [])]
            for extension in carried:
                if extension["url"].endswith("ordinalValue"):
                    key = item["linkId"], option["valueCoding"]["code"]
                    yield key, Decimal(str(extension["valueDecimal"]))


def _worked_out(total, questionnaire, response):
    known = {"questionnaire": questionnaire, "resource": response}
    for extension in total["extension"]:
        if extension["url"].endswith("/variable"):
            said = extension["valueExpression"]
            known[said["name"]] = fhirpathpy.evaluate(response, said["expression"], known)
    (calculated,) = [
        extension["valueExpression"]["expression"]
        for extension in total["extension"]
        if extension["url"].endswith("calculatedExpression")
    ]
    return fhirpathpy.evaluate(response, calculated, known)
