"""What is not taken: another version's form, a modifier nobody knows, a condition on nothing."""

import pytest

from app.questionnaires.engine.reading import read
from tests.questionnaires.engine.forms import choice, group, item, questionnaire, when

YES = {"answerBoolean": True}


def refused(file):
    return [finding.code for finding in read(file).findings if finding.severity == "refused"]


@pytest.mark.parametrize(
    "something", [None, 7, "a text", [], {}, {"resourceType": "Patient"}, {"item": []}]
)
def test_what_is_no_questionnaire_is_refused(something):
    assert refused(something) == ["not-a-questionnaire"]


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([], "no-items"),
        (["not an item"], "unreadable-items"),
        ([{"type": "boolean"}], "no-link-id"),
        ([item("a"), group("g", item("a"))], "duplicate-link-id"),
        ([item("a", "photo")], "unknown-type"),
        ([item("a", "Boolean")], "unknown-type"),
        ([item("a", "datetime")], "unknown-type"),
        ([item("a", "question")], "unknown-type"),
        ([item("a", enableWhen=[when("b")])], "condition-nowhere"),
        ([item("a", enableWhen=[when("a")])], "condition-on-itself"),
        ([group("g"), item("a", enableWhen=[when("g")])], "condition-no-question"),
        ([item("d", "display"), item("a", enableWhen=[when("d")])], "condition-no-question"),
        ([item("r", "reference"), item("a", enableWhen=[when("r")])], "condition-left-out"),
        ([item("a"), item("b", enableWhen=[when("a", "is", **YES)])], "unknown-operator"),
        ([item("a"), item("b", enableWhen=[{"question": "a", **YES}])], "unknown-operator"),
        (
            [item("a"), item("b", enableWhen=[{"question": "a", "operator": "="}])],
            "unreadable-condition",
        ),
        ([item("a"), item("b", enableWhen=when("a"))], "unreadable-condition"),
        (
            [item("a"), item("b", enableWhen=[when("a", answerBoolean="perhaps")])],
            "unreadable-condition",
        ),
        ([item("a", option=[{"valueString": "x"}])], "other-version"),
        ([item("a", options={"reference": "#x"})], "other-version"),
        ([item("a", initialBoolean=True)], "other-version"),
        ([item("a", answerConstraint="optionsOnly")], "other-version"),
        ([item("a", disabledDisplay="protected")], "other-version"),
        (
            [item("a"), item("b", enableWhen=[{"question": "a", "hasAnswer": True}])],
            "other-version",
        ),
        ([item("a", modifierExtension=[{"url": "urn:not"}])], "modifier-extension"),
        (
            [choice("a", "x") | {"answerOption": [{"modifierExtension": [{"url": "urn:x"}]}]}],
            "modifier-extension",
        ),
    ],
)
def test_what_could_change_the_meaning_is_refused(items, code):
    found = read(questionnaire(*items))

    assert found.form is None
    assert code in [finding.code for finding in found.findings if finding.severity == "refused"]


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ({"modifierExtension": [{"url": "urn:not"}]}, "modifier-extension"),
        ({"implicitRules": "urn:rules"}, "implicit-rules"),
        ({"versionAlgorithmString": "semver"}, "other-version"),
        ({"group": {}}, "other-version"),
        ({"contained": [{"modifierExtension": [{"url": "urn:x"}]}]}, "modifier-extension"),
    ],
)
def test_so_is_a_form_that_follows_other_rules(head, code):
    assert refused(questionnaire(item("a"), **head)) == [code]


def test_a_form_may_be_large_and_deep_but_not_without_end():
    deep = item("a0")
    for depth in range(1, 40):
        deep = group(f"a{depth}", deep)

    assert "too-deep" in refused(questionnaire(deep))
    assert refused(questionnaire(*(item(f"q{n}") for n in range(5_001)))) == ["too-many-items"]


def test_all_reasons_are_told_at_once():
    found = refused(questionnaire(item("a", "photo"), item("b", enableWhen=[when("c")])))

    assert set(found) == {"unknown-type", "condition-nowhere"}
