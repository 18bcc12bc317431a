"""A clinic's own form on the phone: its limits, its expressions, and what would hold it up."""

from datetime import UTC, datetime, timedelta

from app import clock
from tests.conftest import FRIDAY_NOON
from tests.questionnaires.engine.made import HL7, SDC, ask, expression

HOSTILE = "('b' + '{}').matches('(a+)+$')".format("a" * 40 + "!")


def constraint(path, human):
    parts = [
        {"url": "key", "valueId": "c-1"},
        {"url": "severity", "valueCode": "error"},
        {"url": "expression", "valueString": path},
        {"url": "human", "valueString": human},
    ]
    return {"url": HL7 + "questionnaire-constraint", "extension": parts}


def answer(screen, typed, **more):
    """Type into the page's one question and go on."""
    name = next(key for key, _ in screen.page.fields if key.startswith("q") and "-" not in key)
    return screen.press(typed={name: typed} | more)


def opened(phone, asked, *items):
    return phone().tap(asked({"item": list(items)}).token).press()


def test_what_cannot_be_read_comes_back_as_it_was_typed(phone, asked):
    screen = opened(phone, asked, ask("a", "integer"), ask("b"))

    answer(screen, "twelve and a bit")

    assert screen.answer.status_code == 422
    assert "Write a number, such as 12." in screen.says
    assert ("q0", "twelve and a bit") in screen.page.fields


def test_a_limit_is_told_at_its_question(phone, asked):
    least = {"url": HL7 + "minValue", "valueInteger": 18}
    screen = opened(phone, asked, ask("a", "integer", least), ask("b"))

    answer(screen, "17")

    assert screen.answer.status_code == 422
    assert "The number must be 18 or more." in screen.says
    assert answer(screen, "18").answer.status_code == 200


def test_a_question_follows_an_expression(phone, asked):
    path = "%resource.item.where(linkId = 'a').answer.value > 3"
    items = [
        ask("a", "integer"),
        ask("b", "string", expression(SDC + "enableWhenExpression", path)),
        ask("c"),
    ]

    assert "About c?" in answer(opened(phone, asked, *items), "3").says
    assert "About b?" in answer(opened(phone, asked, *items), "4").says


FRIDAY = expression(SDC + "enableWhenExpression", "today() = @2026-11-20")


def test_today_is_the_day_where_the_patient_is(phone, asked):
    late_on_friday = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # 10 pm at the clinic
    clock.stand_still(late_on_friday, machine=FRIDAY_NOON)

    assert "About b?" in opened(phone, asked, ask("b", "string", FRIDAY), ask("c")).says


def test_what_was_sent_stays_as_it_was_on_its_day(phone, asked, signed_in, cast, row):
    packet = asked({"item": [ask("b", "string", FRIDAY), ask("c")]})
    theos = phone().tap(packet.token).press()
    answer(answer(theos, "of that day"), "any day").press()
    clock.stand_still(FRIDAY_NOON + timedelta(days=9), machine=FRIDAY_NOON)

    response_id = row(packet.task_ids[0]).response_id
    page = (
        signed_in(cast.dr_okafor)
        .get(f"/clinic/patients/{cast.theo.id}/responses/{response_id}")
        .text
    )

    assert "of that day" in page


def test_a_broken_constraint_says_what_the_form_says(phone, asked):
    rule = constraint("answer.value.startsWith('N')", "It begins with an N.")
    screen = opened(phone, asked, ask("a", "string", rule), ask("b"))

    answer(screen, "Maya")

    assert screen.answer.status_code == 422
    assert "It begins with an N." in screen.says
    assert "About b?" in answer(screen, "Nina").says


def test_a_hostile_expression_or_pattern_holds_nobody_up(phone, asked):
    slow = {"url": HL7 + "regex", "valueString": "(a+)+$"}
    screen = opened(
        phone,
        asked,
        ask("a", "string", slow),
        ask("b", "string", expression(SDC + "enableWhenExpression", HOSTILE)),
        ask("c", "string", constraint(HOSTILE, "Never said.")),
        ask("d", "integer", expression(SDC + "calculatedExpression", HOSTILE)),
    )

    answer(screen, "a" * 40 + "!")
    assert "About b?" in screen.says, "shown, since nobody can tell"
    answer(screen, "words")
    assert "About c?" in screen.says
    answer(screen, "words")

    assert screen.path.endswith("/check")
    assert "Never said." not in screen.says
    assert screen.press().answer.status_code == 200
