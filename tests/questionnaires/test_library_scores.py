"""The shipped scales add up, are called what they are, and are not scored when incomplete."""

import random
from decimal import Decimal

import pytest

from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.reading import read
from app.questionnaires.engine.scoring import score
from app.questionnaires.engine.values import Coding, Sheet, Slot
from tests.questionnaires.shelf import read_file

COUNTS = {"phq-9": 9, "phq-2": 2, "gad-7": 7, "pcl-5": 20}
HIGHEST = {"phq-9": 27, "phq-2": 6, "gad-7": 21, "pcl-5": 80}
TOTAL = Slot("total")
DIFFICULTY = Slot("difficulty")


def _form(slug):
    return read(read_file(slug)).form


def _answered(form, weights):
    """A sheet with the answer of each weight; None leaves the question out."""
    values = {}
    for place, weight in enumerate(weights, 1):
        if weight is not None:
            question = form.by_link_id[f"q{place}"]
            values[Slot(f"q{place}")] = (question.options[weight].value,)
    return Sheet(values)


@pytest.mark.parametrize("slug", COUNTS)
def test_any_whole_set_of_answers_is_added_up(slug):
    form, chance = _form(slug), random.Random(slug)
    answers = len(form.by_link_id["q1"].options)
    sets = [[0] * COUNTS[slug], [answers - 1] * COUNTS[slug]]
    sets += [[chance.randrange(answers) for _ in range(COUNTS[slug])] for _ in range(50)]

    for weights in sets:
        state = evaluate(form, _answered(form, weights))
        (result,) = score(form, state)
        assert (result.code, result.total) == (slug, sum(weights))
        assert (result.answered, result.of, result.most) == (
            COUNTS[slug],
            COUNTS[slug],
            HIGHEST[slug],
        )
        assert result.band
        assert state.sheet.values[TOTAL] == (sum(weights),)


@pytest.mark.parametrize("slug", COUNTS)
@pytest.mark.parametrize("missing", [0, -1])
def test_an_incomplete_scale_has_no_total(slug, missing):
    form = _form(slug)
    weights = [1] * COUNTS[slug]
    weights[missing] = None

    state = evaluate(form, _answered(form, weights))
    (result,) = score(form, state)

    assert (result.total, result.band) == (None, "")
    assert result.answered == COUNTS[slug] - 1
    assert TOTAL not in state.sheet.values


@pytest.mark.parametrize(
    ("slug", "weights", "label"),
    [
        ("phq-2", [1, 2], "PHQ-2 is 3 or more: ask the whole PHQ-9"),
        ("gad-7", [2, 2, 2, 2, 2, 0, 0], "GAD-7 is 10 or more"),
    ],
)
def test_a_total_from_the_threshold_on_is_for_review(slug, weights, label):
    form = _form(slug)
    below = [weights[0] - 1, *weights[1:]]
    partly = [*weights[:-1], None]

    assert [hit.rule.label.plain for hit in evaluate(form, _answered(form, weights)).hits] == [
        label
    ]
    assert evaluate(form, _answered(form, below)).hits == ()
    assert evaluate(form, _answered(form, partly)).hits == ()


@pytest.mark.parametrize(("answer", "urgent"), [(1, False), (2, True), (3, True)])
def test_question_nine_is_a_safety_signal_though_the_scale_is_incomplete(answer, urgent):
    form = _form("phq-9")

    (hit,) = evaluate(form, _answered(form, [None] * 8 + [answer])).hits

    assert hit.slot == Slot("q9")
    assert (hit.rule.kind, hit.rule.is_urgent) == ("safety", urgent)


def test_how_difficult_is_asked_only_when_something_is_above_zero_and_never_counts():
    form = _form("phq-9")

    assert not evaluate(form, _answered(form, [0] * 9)).is_enabled(DIFFICULTY)
    assert not evaluate(form, _answered(form, [None] * 9)).is_enabled(DIFFICULTY)
    for place in range(9):
        weights = [0] * 9
        weights[place] = 1
        sheet = _answered(form, weights)
        extremely = Coding("LA6574-3", "http://loinc.org")
        state = evaluate(form, Sheet({**sheet.values, DIFFICULTY: (extremely,)}))
        assert state.is_enabled(DIFFICULTY)
        assert score(form, state)[0].total == Decimal(1)
