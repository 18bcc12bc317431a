"""What a clinic's file is taken for, and what is told about it."""

from decimal import Decimal

import pytest

from app.questionnaires.engine.items import ItemType
from app.questionnaires.engine.reading import read
from app.questionnaires.engine.values import Coding
from tests.questionnaires.engine.forms import (
    CORE,
    EXT,
    SDC,
    choice,
    form,
    group,
    item,
    questionnaire,
    when,
)

VALIDATION_TEXT = "http://ehelse.no/fhir/StructureDefinition/validationtext"


def codes(file, severity):
    return [finding.code for finding in read(file).findings if finding.severity == severity]


def translated(language, words):
    return {
        "extension": [
            {
                "url": CORE + "translation",
                "extension": [
                    {"url": "lang", "valueCode": language},
                    {"url": "content", "valueString": words},
                ],
            }
        ]
    }


def expression(path, **more):
    return {"language": "text/fhirpath", "expression": path, **more}


@pytest.mark.parametrize(
    ("element", "code", "about"),
    [
        (item("a", colour="red"), "unknown-element", "colour"),
        (item("a", extension=[{"url": "urn:vendor"}]), "unknown-extension", "urn:vendor"),
        (item("a", "coding", answerOption=[{"valueString": "x"}]), "renamed-type", "coding"),
        (item("a", "choice", answerValueSet="urn:vs"), "value-set-not-found", "urn:vs"),
        (item("a", "choice"), "no-options", ""),
        (item("a", "integer", answerOption=[{"valueInteger": 1}]), "options-make-a-choice", ""),
        (item("a", "display", required=True), "required-display", ""),
        (item("a", "string", initial=[{"valueReference": {}}]), "initial-left-out", ""),
        (item("a", "boolean", initial=[{"valueString": "yes"}]), "initial-left-out", ""),
        (choice("a", "x") | {"initial": [{"valueCoding": {"code": "y"}}]}, "initial-left-out", ""),
    ],
)
def test_what_is_harmless_is_taken_and_named_with_its_link_id(element, code, about):
    found = read(questionnaire(element))

    assert found.form is not None
    (finding,) = found.findings
    assert (finding.severity, finding.link_id, finding.code) == ("warning", "a", code)
    assert finding.about == about


def test_a_vendors_extension_is_named_once_for_the_whole_form():
    vendor = [{"url": "urn:vendor"}]

    found = read(questionnaire(item("a", extension=vendor), item("b", extension=vendor)))

    assert [finding.link_id for finding in found.findings] == ["a"]


def test_a_missing_status_is_told():
    assert codes({"resourceType": "Questionnaire", "item": [item("a")]}, "warning") == ["no-status"]


def test_a_reference_is_left_out_with_what_stands_below_it():
    read_form = form(item("r", "reference", item("below")), item("a"))

    assert [each.link_id for each in read_form.in_order] == ["a"]


def test_numbers_written_as_texts_are_taken_for_numbers():
    file = questionnaire(
        item("n", "integer"), item("b", enableWhen=[when("n", ">", answerInteger="5")])
    )

    found = read(file)

    assert found.form.by_link_id["b"].enable_when[0].answer == Decimal(5)
    assert [finding.code for finding in found.findings] == ["coerced-answer"]


def test_a_word_where_a_yes_should_be_is_taken_for_the_option_it_names():
    file = questionnaire(
        choice("mood", "glad", "sad"), item("b", enableWhen=[when("mood", answerBoolean="Sad")])
    )

    found = read(file)

    assert found.form.by_link_id["b"].enable_when[0].answer == Coding("sad", "urn:clinic")
    assert [finding.code for finding in found.findings] == ["coerced-answer"]


def test_a_question_may_be_named_by_its_path_when_that_means_one_only():
    inside = group("a", group("a.b", item("a.b.c")))

    found = read(questionnaire(inside, item("d", enableWhen=[when("a.a_b.a_b_c")])))

    assert found.form.by_link_id["d"].enable_when[0].question == "a.b.c"
    assert [(each.code, each.about) for each in found.findings] == [("question-by-path", "a.b.c")]


def test_texts_options_and_help_are_read_in_all_their_languages():
    read_form = form(
        item(
            "a",
            "choice",
            item("h", "display", _text=translated("es", "Ayuda"), extension=[_control("help")]),
            _text=translated("es-US", "¿Cómo está?"),
            prefix="1.",
            answerOption=[
                {
                    "valueCoding": {
                        "code": "x",
                        "display": "Well",
                        "_display": translated("es", "Bien"),
                    }
                }
            ],
        ),
        title="A form",
        _title=translated("es", "Un formulario"),
    )
    question = read_form.by_link_id["a"]

    assert question.words.within("es") == "¿Cómo está?"
    assert question.words.within("fr") == "About a"
    assert question.help.within("es") == "Ayuda"
    assert question.prefix.plain == "1."
    assert question.options[0].words.within("es") == "Bien"
    assert read_form.title.within("es") == "Un formulario"
    assert "h" not in read_form.by_link_id


def test_a_question_without_a_text_takes_its_flyover_for_one():
    question = item(
        "a", "string", item("f", "display", text="Given name", extension=[_control("flyover")])
    )
    del question["text"]

    assert form(question).by_link_id["a"].words.plain == "Given name"


def test_foreign_markup_goes_through_the_sanitiser_and_never_past_it():
    marked = {
        "extension": [{"url": CORE + "rendering-markdown", "valueMarkdown": "**Hi** <script>"}]
    }
    seen = []

    def sanitise(source, kind):
        seen.append((source, kind))
        return "clean"

    found = read(questionnaire(item("a", _text=marked)), sanitise=sanitise).form

    assert seen == [("**Hi** <script>", "markdown")]
    assert found.by_link_id["a"].words.html == "clean"
    assert form(item("a", _text=marked)).by_link_id["a"].words.html == "**Hi** &lt;script&gt;"


def test_options_come_from_a_value_set_that_came_along():
    contained = [
        {
            "resourceType": "ValueSet",
            "id": "vs",
            "url": "urn:vs",
            "compose": {
                "include": [
                    {
                        "system": "urn:s",
                        "concept": [
                            {
                                "code": "y",
                                "display": "Yes",
                                "designation": [{"language": "es", "value": "Sí"}],
                                "extension": [{"url": CORE + "ordinalValue", "valueDecimal": 2}],
                            },
                            {"code": "n", "display": "No"},
                        ],
                    }
                ]
            },
        },
        {
            "resourceType": "ValueSet",
            "id": "flat",
            "expansion": {"contains": [{"code": "z", "system": "urn:s", "display": "Zed"}]},
        },
        {"resourceType": "ValueSet", "id": "all", "compose": {"include": [{"system": "urn:cs"}]}},
        {
            "resourceType": "CodeSystem",
            "url": "urn:cs",
            "concept": [{"code": "up", "concept": [{"code": "down"}]}],
        },
    ]
    read_form = form(
        item("a", "choice", answerValueSet="#vs"),
        item("b", "choice", answerValueSet="urn:vs|1.0"),
        item("c", "choice", answerValueSet="#flat"),
        item("d", "choice", answerValueSet="#all"),
        contained=contained,
    )

    first = read_form.by_link_id["a"].options
    assert [option.value for option in first] == [Coding("y", "urn:s"), Coding("n", "urn:s")]
    assert (first[0].weight, first[0].words.within("es")) == (Decimal(2), "Sí")
    assert read_form.by_link_id["b"].options == first
    assert [option.words.plain for option in read_form.by_link_id["c"].options] == ["Zed"]
    assert [option.value.code for option in read_form.by_link_id["d"].options] == ["up", "down"]


def test_half_a_value_set_is_none():
    contained = [
        {
            "resourceType": "ValueSet",
            "id": "vs",
            "compose": {
                "include": [
                    {"system": "urn:s", "concept": [{"code": "y"}]},
                    {"system": "urn:elsewhere"},
                ]
            },
        }
    ]

    read_form = form(item("a", "choice", answerValueSet="#vs"), contained=contained)

    assert read_form.by_link_id["a"].type is ItemType.OPEN_CHOICE
    assert read_form.by_link_id["a"].options == ()


def test_limits_constraints_and_expressions_are_read():
    question = item(
        "a",
        "integer",
        maxLength=3,
        extension=[
            {"url": CORE + "minValue", "valueInteger": 1},
            {"url": CORE + "maxValue", "valueDecimal": 9.5},
            {"url": CORE + "regex", "valueString": "[0-9]+"},
            {"url": VALIDATION_TEXT, "valueString": "Only digits"},
            {"url": CORE + "maxSize", "valueDecimal": 1.5},
            {"url": CORE + "mimeType", "valueCode": "image/png"},
            {"url": CORE + "questionnaire-minOccurs", "valueInteger": 1},
            {
                "url": CORE + "questionnaire-constraint",
                "extension": [
                    {"url": "key", "valueId": "c-1"},
                    {"url": "severity", "valueCode": "error"},
                    {"url": "expression", "valueString": "$this > 1"},
                    {
                        "url": "human",
                        "valueString": "More",
                        "_valueString": translated("es", "Más"),
                    },
                ],
            },
            {"url": SDC + "enableWhenExpression", "valueExpression": expression("true")},
            {"url": SDC + "calculatedExpression", "valueExpression": expression("1 + 1")},
            {"url": CORE + "variable", "valueExpression": expression("5", name="five")},
        ],
    )

    found = form(question).by_link_id["a"]

    assert (found.limits.min_value, found.limits.max_value) == (1, Decimal("9.5"))
    assert (found.limits.max_length, found.limits.min_occurs) == (3, 1)
    assert (found.limits.pattern, found.limits.pattern_words.plain) == ("[0-9]+", "Only digits")
    assert (found.limits.max_size, found.limits.mime_types) == (1_500_000, ("image/png",))
    assert (found.constraints[0].key, found.constraints[0].words.within("es")) == ("c-1", "Más")
    assert (found.enable_expression.path, found.calculated.path) == ("true", "1 + 1")
    assert (found.variables[0].key, found.variables[0].path) == ("five", "5")


def test_a_condition_in_another_language_than_fhirpath_is_refused_and_a_start_value_is_not():
    other = {"language": "text/cql", "expression": "x"}
    shown = {"url": SDC + "enableWhenExpression", "valueExpression": other}
    start = {"url": SDC + "initialExpression", "valueExpression": other}

    assert codes(questionnaire(item("a", extension=[shown])), "refused") == ["expression-language"]
    assert codes(questionnaire(item("a", extension=[start])), "warning") == ["expression-language"]


def test_our_own_marks_are_read():
    read_form = form(
        group(
            "g",
            item("d", "display", extension=[{"url": EXT + "fact", "valueCode": "fasting"}]),
            item("s", "string", extension=[{"url": EXT + "signature", "valueBoolean": True}]),
            extension=[{"url": EXT + "consent", "valueCode": "texts"}],
        ),
        group(
            "h",
            item("x", "string"),
            extension=[
                {"url": EXT + "substance-use", "valueBoolean": True},
                {"url": CORE + "questionnaire-hidden", "valueBoolean": True},
            ],
        ),
    )

    assert read_form.by_link_id["g"].consent == "texts"
    assert read_form.by_link_id["d"].fact == "fasting"
    assert read_form.by_link_id["s"].is_signature
    assert read_form.by_link_id["x"].is_substance_use
    assert read_form.unseen == {"h", "x"}


def _control(code):
    return {
        "url": CORE + "questionnaire-itemControl",
        "valueCodeableConcept": {"coding": [{"code": code}]},
    }
