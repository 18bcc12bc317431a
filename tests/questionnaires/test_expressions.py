"""A form's own expressions: what they see, what they give, and that none holds anybody up."""

import json
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from app import clock
from app.questionnaires import probing
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.expressing import WHOLE_FORM, Ask, Trouble, Wanted
from app.questionnaires.engine.items import Expression, ItemType
from app.questionnaires.engine.reading import read
from app.questionnaires.engine.values import EMPTY, Coding, Quantity, Slot
from app.questionnaires.expressions import FormExpressions
from app.questionnaires.killable import Killable
from tests.questionnaires.engine.made import (
    HL7,
    SDC,
    ask,
    expression,
    form_of,
    group,
    option,
    sheet,
    slot,
    state_of,
)

EXAMPLES = Path(__file__).parents[1] / "fhir_examples"
SYSTEM = "https://northside.example/codes"
HOSTILE = "('a' + '{}').matches('(a+)+$')".format("a" * 40 + "!")
PLENTY = 30.0  # seconds: for what must come to an end by itself, on a busy machine too

MAYA = {
    "resourceType": "Patient",
    "id": "1",
    "name": [{"family": "Reyes", "given": ["Maya", "Ana"]}],
    "birthDate": "1990-02-03",
    "telecom": [{"system": "phone", "use": "mobile", "value": "+13125550142"}],
    "gender": "female",
    "address": [{"city": "Chicago"}],
    "identifier": [{"value": "a number of ours"}],
}


@pytest.fixture(scope="module")
def killable():
    child = Killable()
    yield child
    child.close()


@pytest.fixture(scope="module")
def calm(killable):
    """Expressions with time enough for anything that is not hostile."""
    return FormExpressions(killable=killable, limit=PLENTY)


def worked_out(expressions, form, wanted, *paths, place="a", values=(), groups=()):
    asks = [Ask(slot(place), wanted, Expression(path)) for path in paths]
    return expressions.work_out(form, sheet(values, groups), asks)


@pytest.mark.parametrize(
    ("path", "is_true"),
    [
        ("%resource.item.where(linkId = 'a').answer.value = 'x'", True),
        ("%resource.item.where(linkId = 'a').answer.value = 'y'", False),
        ("%context.answer.value = 'x'", True),
        ("answer.value = 'x'", True),
        ("item.where(linkId = 'b').answer.value > 2", True),
        ("QuestionnaireResponse.item.where(linkId = 'b').answer.value > 3", False),
        ("%questionnaire.item.where(linkId = 'a').text = 'About a?'", True),
        ("%resource.item.where(linkId = 'nowhere').answer.value", False),
        ("%resource.item.where(linkId = 'b').exists()", True),
        ("%resource.item.where(linkId = 'c').exists()", False),
        ("1 = 1 and 2 = 2", True),
    ],
)
def test_a_condition_sees_the_answers_its_own_and_the_form(calm, path, is_true):
    form = form_of(ask("a"), ask("b", "integer"), ask("c"))

    (outcome,) = worked_out(calm, form, Wanted.ENABLED, path, values={"a": "x", "b": 3})

    assert (outcome.is_true, outcome.trouble) == (is_true, Trouble.NONE)


def test_the_decimals_of_a_form_are_numbers(calm):
    most = {"url": HL7 + "maxValue", "valueDecimal": Decimal("1.50")}
    form = form_of(ask("a", "decimal", most))

    (outcome,) = worked_out(
        calm, form, Wanted.CALCULATED, "%questionnaire.item.extension.value * 2"
    )

    assert outcome.values == (Decimal("3.0"),)


def test_variables_are_seen_where_they_stand_and_below(calm):
    form = form_of(
        group(
            "g",
            ask("a", "integer", expression(HL7 + "variable", "%base * 2", name="twice")),
            ask("b", "integer"),
            extension=[expression(HL7 + "variable", "%start + 1", name="base")],
        ),
        extension=[
            expression(HL7 + "variable", "20", name="start"),
            expression(HL7 + "variable", "nonsense((", name="unused"),
        ],
    )

    (own,) = worked_out(calm, form, Wanted.CALCULATED, "%twice")
    (other,) = worked_out(calm, form, Wanted.CALCULATED, "%twice", place="b")
    (above,) = worked_out(calm, form, Wanted.CALCULATED, "%base", place="b")

    assert own.values == (42,)
    assert other.trouble is Trouble.FAILED
    assert above.values == (21,)


def test_each_row_sees_its_own_answers(calm):
    form = form_of(group("rows", ask("a", "integer"), ask("b", "integer"), repeats=True))
    values = {("a", 0): 1, ("a", 4): 3}
    asks = [
        Ask(Slot("rows", (row,)), Wanted.CONSTRAINT, Expression("item.answer.value > 2"))
        for row in (0, 4)
    ]

    found = calm.work_out(form, sheet(values, {"rows": (0, 2, 4)}), asks)

    assert [outcome.is_true for outcome in found] == [False, True]


@pytest.mark.parametrize(
    ("item", "path", "values"),
    [
        (ask("a", "integer"), "1 + 2", (3,)),
        (ask("a", "integer"), "1.5", ()),
        (ask("a", "integer"), "3.0", (3,)),
        (ask("a", "decimal"), "0.1 + 0.2", (Decimal("0.3"),)),
        (ask("a", "decimal"), "7 / 2", (Decimal("3.5"),)),
        (ask("a", "string"), "'x' & 'y'", ("xy",)),
        (ask("a", "string"), "3", ("3",)),
        (ask("a", "boolean"), "1 = 1", (True,)),
        (ask("a", "date"), "@2026-02-03", (date(2026, 2, 3),)),
        (ask("a", "date"), "'never'", ()),
        (ask("a", "string"), "{}", ()),
        (ask("a", "string"), "'x' | 'y'", ("x",)),
        (ask("a", "string", repeats=True), "'x' | 'y'", ("x", "y")),
        (ask("a", "quantity"), "5", (Quantity(Decimal(5)),)),
        (
            ask("a", "choice", answerOption=[option("one"), option("two")]),
            "'two'",
            (Coding("two", SYSTEM),),
        ),
        (
            ask("a", "choice", answerOption=[option("one")]),
            "%questionnaire.item.answerOption.valueCoding",
            (Coding("one", SYSTEM),),
        ),
        (ask("a", "choice", answerOption=[option("one")]), "'three'", ()),
        (ask("a", "open-choice", answerOption=[option("one")]), "'three'", ("three",)),
        (ask("a", "attachment"), "'x'", ()),
    ],
)
def test_what_an_expression_gives_is_of_the_item_s_type(calm, item, path, values):
    (outcome,) = worked_out(calm, form_of(item), Wanted.CALCULATED, path)

    assert (outcome.values, outcome.trouble) == (values, Trouble.NONE)


def test_today_is_the_day_of_the_house_on_the_patient_s_clock(killable):
    form = form_of(ask("a", "date"))
    chicago = FormExpressions(zone="America/Chicago", killable=killable, limit=PLENTY)
    clock.stand_still(datetime(2026, 11, 20, 3, tzinfo=UTC))

    (outcome,) = worked_out(chicago, form, Wanted.INITIAL, "today()")

    assert outcome.values == (date(2026, 11, 19),)


def test_a_sheet_may_begin_with_what_is_known_of_the_patient(killable):
    form = form_of(
        ask("a"),
        extension=[
            {
                "url": SDC + "launchContext",
                "extension": [
                    {"url": "name", "valueCoding": {"code": "client"}},
                    {"url": "type", "valueCode": "Patient"},
                ],
            }
        ],
    )
    knowing = FormExpressions(MAYA, killable=killable, limit=PLENTY)
    nobody = FormExpressions(killable=killable, limit=PLENTY)
    paths = ["%patient.name.given", "%client.birthDate", "%client.identifier.value", "%user.name"]

    known = worked_out(knowing, form, Wanted.INITIAL, *paths)
    unknown = worked_out(nobody, form, Wanted.INITIAL, *paths)

    assert [outcome.values for outcome in known] == [("Maya",), ("1990-02-03",), (), ()]
    assert {outcome.values for outcome in unknown} == {()}
    assert {outcome.trouble for outcome in (*known, *unknown)} == {Trouble.NONE}


def test_one_that_fails_is_told_and_leaves_the_others_alone(calm):
    form = form_of(ask("a"))
    paths = ["1 = 1", "nonsense((", "%unknown = 1", "'x' > 1 AND 1", "1 = 2"]

    enabled = worked_out(calm, form, Wanted.ENABLED, *paths)
    constraints = worked_out(calm, form, Wanted.CONSTRAINT, *paths)
    calculated = worked_out(calm, form, Wanted.CALCULATED, *paths[1:4])

    assert [each.is_true for each in enabled] == [True, True, True, True, False], "it is shown"
    assert [each.is_true for each in constraints] == [True, True, True, True, False], "not held"
    assert {each.trouble for each in (*enabled[1:4], *constraints[1:4])} == {Trouble.FAILED}
    assert {each.values for each in calculated} == {()}


def test_a_constraint_that_says_nothing_holds(calm):
    form = form_of(ask("a"))

    (outcome,) = worked_out(calm, form, Wanted.CONSTRAINT, "%context.answer.value > 3")

    assert outcome.is_true


def test_a_hostile_expression_is_stopped_and_the_others_are_worked_out():
    killable = Killable()
    form = form_of(ask("a"))
    expressions = FormExpressions(killable=killable, limit=0.5)

    try:
        found = worked_out(expressions, form, Wanted.ENABLED, "1 = 2", HOSTILE, "1 = 1", "2 = 3")
        again = worked_out(expressions, form, Wanted.ENABLED, HOSTILE, "1 = 2")
    finally:
        killable.close()

    assert [each.trouble for each in found] == [Trouble.NONE, Trouble.SLOW, *[Trouble.NONE] * 2]
    assert [each.is_true for each in found] == [False, True, True, False]
    assert [each.trouble for each in again] == [Trouble.SLOW, Trouble.NONE]
    assert killable.started == 2, "ended once, and not asked for the same again"


def test_one_that_eats_all_memory_costs_its_child_at_most(calm, killable):
    form = form_of(ask("a"))
    grows = "'aaaaaaaa'" + ".replaceMatches('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')" * 7

    (eaten,) = worked_out(calm, form, Wanted.ENABLED, grows)
    (after,) = worked_out(calm, form, Wanted.ENABLED, "1 = 2")

    assert eaten.trouble is not Trouble.NONE
    assert (after.is_true, after.trouble) == (False, Trouble.NONE)


def test_a_child_that_was_killed_is_replaced(calm, killable):
    form = form_of(ask("a"))
    worked_out(calm, form, Wanted.ENABLED, "1 = 1")
    killable._child.kill()

    (outcome,) = worked_out(calm, form, Wanted.ENABLED, "5 = 5")

    assert outcome.trouble is Trouble.NONE


def test_the_child_knows_none_of_our_secrets(calm, killable, monkeypatch):
    worked_out(calm, form_of(ask("a")), Wanted.ENABLED, "3 = 3")

    told = Path(f"/proc/{killable._child.pid}/environ").read_bytes()

    assert {line.split(b"=")[0] for line in told.split(b"\0") if line} == {b"LANG", b"TZ"}


def test_the_child_ends_when_its_parent_is_gone():
    program = (
        "from app.questionnaires.killable import Killable\n"
        "child = Killable()\n"
        "child.run({'reads': ['1']}, 1, limit=30)\n"
        "print(child._child.pid, flush=True)\n"
        "import os; os._exit(0)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=PLENTY
    )
    pid = int(told.stdout)

    until = time.monotonic() + PLENTY
    while _is_alive(pid):
        assert time.monotonic() < until
        threading.Event().wait(0.05)


def _is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()


def test_many_threads_share_one_child(calm):
    form = form_of(ask("a", "integer"))
    found = {}

    def ask_for(number):
        found[number] = worked_out(calm, form, Wanted.CALCULATED, f"{number} + 1")[0].values

    threads = [threading.Thread(target=ask_for, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {number: (number + 1,) for number in range(8)}


def test_the_same_asked_again_is_answered_from_memory(killable):
    form = form_of(ask("a"))
    expressions = FormExpressions(killable=killable, limit=PLENTY)
    asked = []
    run = killable.run

    class Counting:
        def run(self, *given, **named):
            asked.append(given)
            return run(*given, **named)

    expressions._killable = Counting()
    for value in ("x", "x", "y"):
        worked_out(expressions, form, Wanted.ENABLED, "answer.value = 'x'", values={"a": value})

    assert len(asked) == 2


def test_nothing_asked_starts_nothing():
    killable = Killable()

    assert FormExpressions(killable=killable).work_out(form_of(ask("a")), EMPTY, []) == ()
    assert killable.started == 0


def test_what_is_shown_follows_an_expression_and_a_total_its_answers(calm):
    form = form_of(
        ask("a", "integer"),
        ask(
            "b",
            "string",
            expression(
                SDC + "enableWhenExpression", "%resource.item.where(linkId='a').answer.value > 3"
            ),
        ),
        ask(
            "sum",
            "integer",
            expression(
                SDC + "calculatedExpression", "%resource.item.where(linkId='a').answer.value * 2"
            ),
        ),
    )

    low = state_of(form, {"a": 3, "b": "x"}, expressions=calm)
    high = state_of(form, {"a": 4, "b": "x"}, expressions=calm)

    assert (low.values(Slot("b")), high.values(Slot("b"))) == ((), ("x",))
    assert (low.values(Slot("sum")), high.values(Slot("sum"))) == ((6,), (8,))


@pytest.mark.parametrize("answers", [(0,) * 9, (3,) * 9, (0, 1, 2, 3, 0, 1, 2, 3, 0)])
def test_the_total_of_the_example_phq_9_is_the_sum(calm, answers):
    form = read(json.loads((EXAMPLES / "06-phq9-scored.json").read_text())).form
    questions = [item for item in form.in_order if item.type is ItemType.CHOICE][:9]
    total = next(item for item in form.in_order if item.calculated)
    values = {
        item.link_id: (item.options[place].value,)
        for item, place in zip(questions, answers, strict=True)
    }

    (outcome,) = calm.work_out(
        form, sheet(values), [Ask(Slot(total.link_id), Wanted.CALCULATED, total.calculated)]
    )

    assert outcome.values == (Decimal(sum(answers)),)


def test_the_prefilled_example_begins_with_the_patient(killable):
    form = read(json.loads((EXAMPLES / "08-prefill-patient.json").read_text())).form
    asks = [
        Ask(Slot(item.link_id), Wanted.INITIAL, item.initial_expression)
        for item in form.in_order
        if item.initial_expression
    ]

    found = FormExpressions(MAYA, killable=killable, limit=PLENTY).work_out(form, EMPTY, asks)

    known = {ask.slot.link_id: outcome.values for ask, outcome in zip(asks, found, strict=True)}
    assert known["name-family"] == ("Reyes",)
    assert known["address-city"] == ("Chicago",)
    assert known["extension-individual-pronouns"] == ()
    assert {outcome.trouble for outcome in found} == {Trouble.NONE}


def test_import_tells_which_expressions_are_odd_or_slow(killable):
    def question(link_id, path, kind="calculatedExpression"):
        return ask(link_id, "integer", expression(SDC + kind, path))

    form = form_of(
        question("fine", "1 + 1"),
        question("odd", "1 +"),
        question("slow", HOSTILE),
        question("waits", "%resource.item.answer.value.matches('(a+)+$')"),
        question("unknown", "%nobody.name", "initialExpression"),
    )

    found = {each.link_id: each.code for each in probing.doubts(form, killable=killable)}

    assert found == {"odd": "odd-expression", "slow": "slow-expression", "waits": "slow-expression"}
    assert WHOLE_FORM.link_id not in found
    assert evaluate(form, EMPTY).slots
