"""Which questions somebody is asked, row by row, and what happens to answers that are hidden."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from app.questionnaires.engine import sheets
from app.questionnaires.engine.comparing import compares
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.values import EMPTY, Coding, Quantity, Sheet, Slot
from tests.questionnaires.engine.forms import choice, form, group, item, when

YES, NO = (True,), (False,)


def sheet(**values):
    return Sheet({Slot(link_id): answers for link_id, answers in values.items()})


def asked(state):
    return [slot.link_id for slot in state.slots]


def test_a_question_without_conditions_is_asked():
    assert asked(evaluate(form(item("a")), EMPTY)) == ["a"]


def test_a_hidden_question_hides_what_hangs_on_it_however_far():
    read_form = form(
        item("c", enableWhen=[when("b")]), item("b", enableWhen=[when("a")]), item("a")
    )

    assert asked(evaluate(read_form, sheet(a=YES, b=YES, c=YES))) == ["c", "b", "a"]
    state = evaluate(read_form, sheet(a=NO, b=YES, c=YES))
    assert asked(state) == ["a"]
    assert set(state.dropped) == {Slot("b"), Slot("c")}
    assert state.sheet == sheet(a=NO)


def test_an_answer_that_is_hidden_does_not_keep_another_question_away():
    read_form = form(
        item("a"),
        item("b", enableWhen=[when("a")]),
        item("c", enableWhen=[when("b", "exists", answerBoolean=False)]),
    )

    state = evaluate(read_form, sheet(a=NO, b=YES, c=YES))

    assert state.sheet == sheet(a=NO, c=YES)


def test_a_hidden_group_hides_all_that_stands_in_it():
    read_form = form(
        item("a"), group("g", item("d", "display"), group("h", item("b")), enableWhen=[when("a")])
    )

    state = evaluate(read_form, sheet(a=NO, b=YES))

    assert state.enabled == {Slot("a")}
    assert state.dropped == (Slot("b"),)


@pytest.mark.parametrize(("behavior", "is_asked"), [("all", False), ("any", True)])
def test_several_conditions_are_all_to_be_met_or_any(behavior, is_asked):
    read_form = form(
        item("a"), item("b"), item("c", enableWhen=[when("a"), when("b")], enableBehavior=behavior)
    )

    assert evaluate(read_form, sheet(a=YES, b=NO)).is_enabled(Slot("c")) is is_asked


@pytest.mark.parametrize(
    ("operator", "answer", "answers", "is_asked"),
    [
        ("exists", True, (), False),
        ("exists", True, NO, True),
        ("exists", False, (), True),
        ("exists", False, YES, False),
        ("=", True, (), False),
        ("!=", True, (), True),  # no answer is equal, as FHIR has it
        ("!=", True, NO, True),
        ("!=", True, YES, False),
    ],
)
def test_no_answer_is_an_answer_only_to_exists_and_unequal(operator, answer, answers, is_asked):
    read_form = form(item("a"), item("b", enableWhen=[when("a", operator, answerBoolean=answer)]))

    assert evaluate(read_form, sheet(a=answers)).is_enabled(Slot("b")) is is_asked


def test_one_of_several_answers_is_enough():
    read_form = form(
        choice("a", "x", "y", repeats=True),
        item("b", enableWhen=[when("a", answerCoding={"system": "urn:clinic", "code": "y"})]),
        item("c", enableWhen=[when("a", "!=", answerCoding={"system": "urn:clinic", "code": "y"})]),
    )
    both = (Coding("x", "urn:clinic"), Coding("y", "urn:clinic"))

    assert asked(evaluate(read_form, sheet(a=both))) == ["a", "b"]
    assert asked(evaluate(read_form, sheet(a=both[:1]))) == ["a", "c"]


def test_a_question_below_a_question_waits_for_an_answer_and_a_text_does_not():
    read_form = form(item("a", "string", item("b"), item("d", "display")))

    assert evaluate(read_form, sheet(b=YES)).enabled == {Slot("a"), Slot("d")}
    assert asked(evaluate(read_form, sheet(a=("x",), b=YES))) == ["a", "b"]


NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
KILO = Quantity(Decimal(2), "kg", "http://unitsofmeasure.org", "kg")


@pytest.mark.parametrize(
    ("value", "operator", "answer", "is_met"),
    [
        (Coding("a", "s"), "=", Coding("a", "s", "other words"), True),
        (Coding("a", "s"), "=", Coding("a", "t"), False),
        (Coding("a", "s"), "=", Coding("a"), True),  # a condition may leave the system out
        (Coding("a"), "=", Coding("a", "s"), False),
        (Coding("a", "s"), ">", Coding("a", "s"), False),
        ("Feeling well", "=", Coding("w", "s", "feeling well"), True),
        (1, "=", Decimal("1.0"), True),
        (True, "=", 1, False),
        (1, "=", True, False),
        (Decimal("0.5"), ">", 0, True),
        (3, "<=", 3, True),
        (True, ">=", True, True),
        ("b", ">", "a", True),
        ("1", "=", 1, False),
        (KILO, "=", Quantity(Decimal(2), "kilo", "", "kg"), True),
        (KILO, ">", Quantity(Decimal(1), "g", "http://unitsofmeasure.org", "g"), False),
        (KILO, ">", Quantity(Decimal(1)), True),
        (KILO, ">=", 2, True),
        (date(2026, 11, 21), ">", date(2026, 11, 20), True),
        (date(2026, 11, 21), "=", "2026-11-21", True),
        ("2026-11", "<", date(2026, 12, 1), True),
        ("2026-11", "<", date(2026, 11, 30), False),  # there is no saying
        ("2026-11", "=", date(2026, 11, 30), False),
        (NOON, "=", NOON.replace(hour=12), True),
        (NOON, ">", datetime(2026, 11, 21, 11, tzinfo=UTC), True),
        (NOON, ">", date(2026, 11, 20), True),
        (time(9), "<", time(17, 30), True),
        (time(9), "=", "09:00", False),
    ],
)
def test_answers_are_held_against_conditions_as_what_they_are(value, operator, answer, is_met):
    assert compares(operator, value, answer) is is_met
    if operator == "=":
        assert compares("!=", value, answer) is not is_met


MEDICINES = group(
    "medicines",
    item("name", "string"),
    item("daily"),
    item("dose", "string", enableWhen=[when("daily")]),
    repeats=True,
)


def test_each_row_is_asked_for_itself():
    read_form = form(MEDICINES)
    filled, row = sheets.add_row(read_form, EMPTY, Slot("medicines"))
    filled = sheets.put(filled, Slot("daily", (row,)), YES)

    state = evaluate(read_form, filled)

    assert state.slots == (
        *(Slot("name", (0,)), Slot("daily", (0,))),
        *(Slot("name", (1,)), Slot("daily", (1,)), Slot("dose", (1,))),
    )


def test_from_outside_of_the_rows_the_nearest_answer_counts():
    read_form = form(
        item("before", enableWhen=[when("daily")]),
        MEDICINES,
        item("after", enableWhen=[when("daily")]),
    )
    filled = sheets.add_row(read_form, EMPTY, Slot("medicines"))[0]
    first, last = Slot("daily", (0,)), Slot("daily", (1,))

    def asked_outside(**answers):
        values = {first: answers.get("first", ()), last: answers.get("last", ())}
        state = evaluate(read_form, sheets.put_all(filled, values))
        return [each for each in ("before", "after") if state.is_enabled(Slot(each))]

    assert asked_outside(first=YES, last=NO) == ["before"]
    assert asked_outside(first=NO, last=YES) == ["after"]
    assert asked_outside(first=YES) == ["before", "after"]


def test_rows_in_rows_are_told_apart():
    read_form = form(
        group(
            "visit",
            item("hurt"),
            group("place", item("name", "string", enableWhen=[when("hurt")]), repeats=True),
            repeats=True,
        )
    )
    filled = sheets.add_row(read_form, EMPTY, Slot("visit"))[0]
    filled = sheets.add_row(read_form, filled, Slot("place", (1,)))[0]
    filled = sheets.put(filled, Slot("hurt", (1,)), YES)

    state = evaluate(read_form, filled)

    assert [slot for slot in state.slots if slot.link_id == "name"] == [
        Slot("name", (1, 0)),
        Slot("name", (1, 1)),
    ]


def test_rows_of_a_hidden_group_go_with_it():
    read_form = form(item("a"), {**MEDICINES, "enableWhen": [when("a")]})
    filled = sheets.add_row(read_form, sheet(a=YES), Slot("medicines"))[0]

    assert evaluate(read_form, filled).sheet.groups == {Slot("medicines"): (0, 1)}
    assert evaluate(read_form, sheets.put(filled, Slot("a"), NO)).sheet == sheet(a=NO)


def test_two_questions_that_keep_each_other_away_settle_on_the_first():
    nobody = {"operator": "exists", "answerBoolean": False}
    read_form = form(
        item("a", enableWhen=[when("b", **nobody)]), item("b", enableWhen=[when("a", **nobody)])
    )

    state = evaluate(read_form, sheet(a=YES, b=YES))

    assert state.sheet == sheet(b=YES)
    assert asked(state) == ["b"]
    assert asked(evaluate(read_form, EMPTY)) == ["a", "b"]


def test_two_questions_that_need_each_other_stay_while_both_are_answered():
    read_form = form(item("a", enableWhen=[when("b")]), item("b", enableWhen=[when("a")]))

    assert evaluate(read_form, sheet(a=YES, b=YES)).dropped == ()
    assert evaluate(read_form, sheet(a=YES, b=NO)).sheet == EMPTY


def test_three_that_chase_each_other_come_to_rest():
    nobody = {"operator": "exists", "answerBoolean": False}
    read_form = form(
        *(item(one, enableWhen=[when(other, **nobody)]) for one, other in ("ab", "bc", "ca"))
    )

    state = evaluate(read_form, sheet(a=YES, b=YES, c=YES))

    assert evaluate(read_form, state.sheet).sheet == state.sheet
    assert set(state.sheet.values) <= state.enabled


def test_answers_to_what_the_form_does_not_ask_are_dropped():
    read_form = form(group("g", item("a")), MEDICINES)
    strange = {
        Slot("nothing"): YES,
        Slot("g"): YES,
        Slot("a", (0,)): YES,
        Slot("daily", (7,)): YES,
        Slot("name"): ("x",),
    }

    state = evaluate(read_form, Sheet({**strange, Slot("a"): YES}))

    assert state.sheet == sheet(a=YES)
    assert set(state.dropped) == set(strange)


def test_what_a_hidden_field_holds_from_the_start_is_there_whenever_it_is_asked():
    hidden = [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden",
            "valueBoolean": True,
        }
    ]
    read_form = form(
        item("a"),
        group(
            "g",
            item("system", "string", extension=hidden, initial=[{"valueString": "phone"}]),
            enableWhen=[when("a")],
        ),
    )

    without = evaluate(read_form, sheets.put(sheets.begin(read_form), Slot("a"), NO)).sheet

    assert without == sheet(a=NO)
    assert evaluate(read_form, sheet(a=YES)).values(Slot("system")) == ("phone",)
