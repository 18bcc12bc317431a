"""Which answers a clinician gets to see, and which are acted on at once."""

from decimal import Decimal

import pytest

from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.reading import read
from app.questionnaires.engine.values import Coding, Sheet, Slot
from tests.questionnaires.engine.forms import EXT, choice, form, group, item, questionnaire, when
from tests.questionnaires.shelf import read_file

LOINC = "http://loinc.org"
ITEM_9 = [{"system": LOINC, "code": "44260-8"}]


def rule(kind="flag", operator="=", *, of_score=False, urgent=None, **answer):
    parts = [
        {"url": "kind", "valueCode": kind},
        {"url": "operator", "valueCode": operator},
        {"url": "label", "valueString": "See this"},
    ]
    if answer:
        (value,) = answer.items()
        parts.append({"url": "answer", value[0]: value[1]})
    if of_score:
        parts.append({"url": "of-score", "valueBoolean": True})
    if urgent is not None:
        parts.append({"url": "urgent", "valueBoolean": urgent})
    return {"url": EXT + "staff-rule", "extension": parts}


def hits(read_form, **values):
    sheet = Sheet({Slot(link_id): answers for link_id, answers in values.items()})
    return [(hit.slot.link_id, hit.rule.kind) for hit in evaluate(read_form, sheet).hits]


@pytest.mark.parametrize(
    ("element", "answers", "is_told"),
    [
        (item("a", extension=[rule(valueBoolean=True)]), (True,), True),
        (item("a", extension=[rule(valueBoolean=True)]), (False,), False),
        (item("a", extension=[rule(valueBoolean=True)]), (), False),
        (item("a", "string", extension=[rule(operator="exists", valueBoolean=True)]), ("x",), True),
        (item("a", "string", extension=[rule(operator="exists")]), ("x",), True),
        (item("a", "string", extension=[rule(operator="exists", valueBoolean=False)]), (), True),
        (item("a", "integer", extension=[rule(operator=">=", valueInteger=180)]), (180,), True),
        (item("a", "integer", extension=[rule(operator=">=", valueInteger=180)]), (179,), False),
        (item("a", "integer", extension=[rule(operator="!=", valueInteger=1)]), (), False),
        (item("a", "integer", extension=[rule(operator="!=", valueInteger=1)]), (2,), True),
    ],
)
def test_an_answer_that_meets_a_rule_is_told(element, answers, is_told):
    assert hits(form(element), a=answers) == ([("a", "flag")] if is_told else [])


def test_a_rule_for_an_option_and_a_rule_for_its_weight():
    by_code = rule("safety", valueCoding={"system": "urn:clinic", "code": "often"})
    by_weight = rule("flag", ">", valueDecimal=0)
    read_form = form(choice("a", "never", "often", weights=(0, 2), extension=[by_code, by_weight]))

    assert hits(read_form, a=(Coding("often", "urn:clinic"),)) == [("a", "safety"), ("a", "flag")]
    assert hits(read_form, a=(Coding("never", "urn:clinic"),)) == []


def test_a_hidden_answer_is_not_told():
    read_form = form(
        item("a"), item("b", enableWhen=[when("a")], extension=[rule(valueBoolean=True)])
    )

    assert hits(read_form, a=(False,), b=(True,)) == []
    assert hits(read_form, a=(True,), b=(True,)) == [("b", "flag")]


def test_a_rule_of_a_total_waits_until_it_is_complete():
    read_form = form(
        group(
            "g",
            choice("a", "no", "yes", weights=(0, 3)),
            choice("b", "no", "yes", weights=(0, 3)),
            extension=[rule(operator=">=", of_score=True, valueInteger=6)],
        )
    )
    yes, no = (Coding("yes", "urn:clinic"),), (Coding("no", "urn:clinic"),)

    assert hits(read_form, a=yes, b=yes) == [("g", "flag")]
    assert hits(read_form, a=yes, b=no) == []
    assert hits(read_form, a=yes) == []


def test_a_rule_that_cannot_be_read_is_no_small_thing():
    for broken in (
        rule("shout", valueBoolean=True),
        rule(operator="about", valueInteger=1),
        rule(operator=">"),
        {"url": EXT + "staff-rule"},
    ):
        findings = read(questionnaire(item("a", extension=[broken]))).findings

        assert ("refused", "unreadable-rule") in [(each.severity, each.code) for each in findings]


def test_a_rule_is_urgent_unless_it_says_otherwise():
    read_form = form(
        item(
            "a",
            extension=[rule("safety", valueBoolean=True), rule(urgent=False, valueBoolean=True)],
        )
    )

    assert [each.is_urgent for each in read_form.by_link_id["a"].rules] == [True, False]


def told(read_form, link_id, answer):
    state = evaluate(read_form, Sheet({Slot(link_id): (answer,)}))
    return [(hit.rule.kind, hit.rule.is_urgent) for hit in state.hits]


@pytest.mark.parametrize(
    ("place", "expected"),
    [(0, []), (1, [("safety", False)]), (2, [("safety", True)]), (3, [("safety", True)])],
)
def test_question_nine_of_the_phq_9_is_acted_on_at_every_answer_above_never(place, expected):
    ours = read(read_file("phq-9")).form
    bare = form(choice("theirs", "never", "some", "many", "all", code=ITEM_9))
    named = form(choice("/44260-8", "never", "some", "many", "all"))

    assert told(ours, "q9", ours.by_link_id["q9"].options[place].value) == expected
    assert told(bare, "theirs", bare.by_link_id["theirs"].options[place].value) == expected
    assert told(named, "/44260-8", named.in_order[0].options[place].value) == expected


@pytest.mark.parametrize(
    ("kind", "answer", "expected"),
    [
        ("boolean", True, [("safety", True)]),
        ("boolean", False, []),
        ("integer", 0, []),
        ("integer", 1, [("safety", False)]),
        ("decimal", Decimal(3), [("safety", True)]),
        ("string", "sometimes", [("safety", False)]),
    ],
)
def test_so_it_is_in_whatever_shape_a_clinic_asks_it(kind, answer, expected):
    read_form = form(item("mine", kind, code=ITEM_9))

    assert told(read_form, "mine", answer) == expected


def test_question_nine_is_acted_on_while_the_rest_is_empty():
    read_form = read(read_file("phq-9")).form
    worst = read_form.by_link_id["q9"].options[3].value

    state = evaluate(read_form, Sheet({Slot("q9"): (worst,)}))

    assert len(state.hits) == 1
    assert state.scores["phq-9"].total is None
