"""Answers leave as a FHIR QuestionnaireResponse and come back the same."""

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal

from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from app.questionnaires.engine import sheets
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.response import (
    from_response_items,
    read_response,
    security_labels,
    to_response_items,
)
from app.questionnaires.engine.values import (
    EMPTY,
    Coding,
    File,
    Quantity,
    Sheet,
    Signature,
    Slot,
)
from tests.questionnaires.engine.forms import CORE, EXT, choice, form, group, item

NAME = Signature("Maya Ruiz", "2026-11-21T09:30:00+00:00", "ab" * 32, "urn:form|1")
ANSWERS = {
    "boolean": False,
    "integer": 0,
    "decimal": Decimal("36.6"),
    "date": date(1990, 2, 28),
    "dateTime": datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
    "time": time(7, 30),
    "string": "Ana “Ñ” <b>",
    "text": "one\ntwo",
    "url": "https://clinic.example/a",
    "attachment": File("5f0c", "image/jpeg", 1234, "card.jpg", "3q2+7w=="),
    "quantity": Quantity(Decimal("70.5"), "kg", "http://unitsofmeasure.org", "kg"),
    "open-choice": "in my own words",
}
OPTIONS = [{"valueString": "x"}]
EVERYTHING = form(
    *(
        item(kind, kind, **({"answerOption": OPTIONS} if kind == "open-choice" else {}))
        for kind in ANSWERS
    ),
    item("partial", "date"),
    item("signed", "string", extension=[{"url": EXT + "signature", "valueBoolean": True}]),
    choice("one", "x", "y", repeats=True),
    item("age", "choice", answerOption=[{"valueInteger": 1}, {"valueInteger": 2}]),
    item("hour", "choice", answerOption=[{"valueTime": "08:00:00"}]),
)
FILLED = Sheet(
    {
        **{Slot(kind): (value,) for kind, value in ANSWERS.items()},
        Slot("partial"): ("1990-02",),
        Slot("signed"): (NAME,),
        Slot("one"): (Coding("x", "urn:clinic"), Coding("y", "urn:clinic")),
        Slot("age"): (2,),
        Slot("hour"): (time(8),),
    }
)


def through(read_form, sheet, **more):
    return json.loads(json.dumps(to_response_items(read_form, evaluate(read_form, sheet), **more)))


def answers(items, link_id):
    return next(each["answer"] for each in items if each["linkId"] == link_id)


def test_every_kind_of_answer_comes_back_as_it_was():
    back = read_response(EVERYTHING, through(EVERYTHING, FILLED))

    assert back.sheet == FILLED
    assert back.left_out == ()
    assert back.sheet.values[Slot("attachment")][0].name == "card.jpg"


def test_a_strict_reader_of_fhir_takes_every_kind_of_answer():
    items = through(EVERYTHING, FILLED)

    taken = QuestionnaireResponse.model_validate(
        {"resourceType": "QuestionnaireResponse", "status": "completed", "item": items}
    )

    assert len(taken.item) == len(FILLED.values)


def test_each_answer_stands_under_the_name_fhir_gives_its_kind():
    items = through(EVERYTHING, FILLED)

    assert answers(items, "boolean") == [{"valueBoolean": False}]
    assert answers(items, "decimal") == [{"valueDecimal": 36.6}]
    assert answers(items, "url") == [{"valueUri": "https://clinic.example/a"}]
    assert answers(items, "partial") == [{"valueDate": "1990-02"}]
    assert answers(items, "open-choice") == [{"valueString": "in my own words"}]
    assert answers(items, "age") == [{"valueInteger": 2}]
    assert answers(items, "quantity")[0]["valueQuantity"]["value"] == 70.5
    assert answers(items, "attachment")[0]["valueAttachment"]["url"] == "urn:uuid:5f0c"


def test_a_signature_says_who_when_and_under_which_words():
    (signed,) = [each for each in through(EVERYTHING, FILLED) if each["linkId"] == "signed"]

    signature = signed["extension"][0]["valueSignature"]
    assert signed["answer"] == [{"valueString": "Maya Ruiz"}]
    assert signature["when"] == NAME.signed_at
    assert signature["who"] == {"display": "Maya Ruiz"}
    assert {"url": "hash", "valueString": NAME.text_hash} in signed["extension"][1]["extension"]


def test_texts_are_those_that_were_read():
    spanish = {
        "extension": [
            {
                "url": CORE + "translation",
                "extension": [
                    {"url": "lang", "valueCode": "es"},
                    {"url": "content", "valueString": "Bien"},
                ],
            }
        ]
    }
    option = {"code": "well", "system": "urn:s", "display": "Well", "_display": spanish}
    read_form = form(item("a", "choice", answerOption=[{"valueCoding": option}], _text=spanish))
    sheet = Sheet({Slot("a"): (Coding("well", "urn:s"),)})

    (in_spanish,) = through(read_form, sheet, language="es")
    (in_english,) = through(read_form, sheet, language="en")

    assert in_spanish["text"] == "Bien"
    assert in_spanish["answer"][0]["valueCoding"]["display"] == "Bien"
    assert in_english["answer"][0]["valueCoding"]["display"] == "Well"
    assert from_response_items(read_form, [in_spanish]) == sheet


def test_questions_below_a_question_stand_in_its_answer():
    read_form = form(item("a", "string", item("b")))
    sheet = Sheet({Slot("a"): ("x",), Slot("b"): (True,)})

    (written,) = through(read_form, sheet)

    assert written["answer"][0]["item"] == [
        {"linkId": "b", "text": "About b", "answer": [{"valueBoolean": True}]}
    ]
    assert from_response_items(read_form, [written]) == sheet


def test_what_was_not_answered_is_not_written():
    read_form = form(group("g", item("a"), item("d", "display")), item("b"))

    assert through(read_form, EMPTY) == []
    assert through(read_form, Sheet({Slot("b"): (True,)})) == [
        {"linkId": "b", "text": "About b", "answer": [{"valueBoolean": True}]}
    ]


def test_what_does_not_fit_is_left_out_and_named():
    read_form = form(
        choice("a", "x"), item("b", "integer"), item("c", "string"), item("d"), item("f", "date")
    )
    items = [
        {"linkId": "a", "answer": [{"valueCoding": {"system": "urn:other", "code": "x"}}]},
        {"linkId": "b", "answer": [{"valueString": "three"}]},
        {"linkId": "c", "answer": [{"valueString": "one"}, {"valueString": "two"}]},
        {"linkId": "d", "answer": [{"valueBoolean": "yes"}, "nothing", {}]},
        {"linkId": "e", "answer": [{"valueString": "unknown"}]},
        {"linkId": "f", "answer": [{"valueString": "some day"}]},
        "nothing",
    ]

    found = read_response(read_form, items)

    assert found.sheet == Sheet({Slot("c"): ("one",)})
    assert set(found.left_out) == {"a", "b", "c", "d", "e", "f"}


def test_answers_about_substance_use_are_labelled_for_part_2():
    read_form = form(
        item("a"), item("b", extension=[{"url": EXT + "substance-use", "valueBoolean": True}])
    )

    def labels(slot):
        return security_labels(read_form, evaluate(read_form, Sheet({Slot(slot): (True,)})))

    assert labels("a") == []
    assert [label["code"] for label in labels("b")] == ["42CFRPart2"]


def test_rows_are_written_one_after_the_other():
    read_form = form(group("g", item("a", "string"), repeats=True))
    sheet = sheets.put(EMPTY, Slot("a", (0,)), ("first",))
    sheet = sheets.put(sheets.add_row(read_form, sheet, Slot("g"))[0], Slot("a", (1,)), ("second",))

    written = through(read_form, sheet)

    assert [each["item"][0]["answer"][0]["valueString"] for each in written] == ["first", "second"]
    assert all("extension" not in each for each in written)
    assert from_response_items(read_form, written) == sheet
