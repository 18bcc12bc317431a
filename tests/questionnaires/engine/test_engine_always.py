"""What holds for every form and every order in which somebody answers it.

Forms are drawn at random: nested, with rows, with conditions on anything, cycles too.
"""

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.questionnaires.engine import sheets
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.items import ItemType
from app.questionnaires.engine.reading import read
from app.questionnaires.engine.response import read_response, to_response_items
from app.questionnaires.engine.values import Coding, Quantity, Slot
from tests.questionnaires.engine.forms import questionnaire

CODINGS = [Coding("a", "urn:one"), Coding("a", "urn:two"), Coding("b", "urn:one")]
POOLS = {
    "boolean": [True, False],
    "integer": [0, 1, 2],
    "decimal": [Decimal("0.5"), Decimal(2)],
    "string": ["yes", "no"],
    "date": [date(2026, 11, 21), "2026-11", date(2026, 12, 1)],
    "dateTime": [datetime(2026, 11, 21, 9, 30, tzinfo=UTC), "2026-11-21"],
    "time": [time(7, 30), time(22)],
    "choice": CODINGS,
    "open-choice": [*CODINGS, "in my own words"],
    "quantity": [Quantity(Decimal(70), "kg"), Quantity(Decimal(150), "lb")],
}
AS_FHIR = {
    "boolean": ("Boolean", lambda value: value),
    "integer": ("Integer", lambda value: value),
    "decimal": ("Decimal", float),
    "string": ("String", lambda value: value),
    "date": ("Date", str),
    "dateTime": ("DateTime", lambda value: value if isinstance(value, str) else value.isoformat()),
    "time": ("Time", lambda value: value.isoformat()),
    "choice": ("Coding", lambda value: {"code": value.code, "system": value.system}),
    "open-choice": ("Coding", lambda value: {"code": value.code, "system": value.system}),
    "quantity": ("Quantity", lambda value: {"value": int(value.value), "unit": value.unit}),
}
KINDS = ["group", "group", "display", *POOLS]
OPERATORS = ["=", "=", "!=", ">", "<", ">=", "<=", "exists"]


@st.composite
def files(draw, *, may_cycle=True):
    """A Questionnaire as JSON."""
    count = draw(st.integers(1, 12))
    kinds = [draw(st.sampled_from(KINDS)) for _ in range(count)]
    elements = [_element(draw, number, kind) for number, kind in enumerate(kinds)]
    roots, holders = [], []
    for number, element in enumerate(elements):
        holder = draw(st.sampled_from([None, *holders[-4:]]))
        (roots if holder is None else holder.setdefault("item", [])).append(element)
        if kinds[number] != "display":
            holders.append(element)
    order = {element["linkId"]: place for place, element in enumerate(_walk(roots))}
    asked = [element for element in elements if element["type"] not in ("group", "display")]
    for element in elements:
        others = [
            each
            for each in asked
            if each is not element
            and (may_cycle or order[each["linkId"]] < order[element["linkId"]])
        ]
        if others and draw(st.booleans()):
            element["enableWhen"] = [
                _condition(draw, draw(st.sampled_from(others)))
                for _ in range(draw(st.integers(1, 3)))
            ]
            element["enableBehavior"] = draw(st.sampled_from(["all", "any"]))
    return questionnaire(*roots)


def _element(draw, number, kind):
    element = {"linkId": f"i{number}", "type": kind, "text": f"Item {number}"}
    if kind != "display" and draw(st.integers(0, 2)) == 0:
        element["repeats"] = True
    if kind in ("choice", "open-choice"):
        element["answerOption"] = [
            {"valueCoding": AS_FHIR["choice"][1](coding)} for coding in CODINGS
        ]
    return element


def _condition(draw, question):
    operator = draw(st.sampled_from(OPERATORS))
    if operator == "exists":
        answer = {"answerBoolean": draw(st.booleans())}
    else:
        kind = question["type"]
        name, written = AS_FHIR[kind]
        value = draw(st.sampled_from([each for each in POOLS[kind] if _is_fit(kind, each)]))
        answer = {"answer" + name: written(value)}
    return {"question": question["linkId"], "operator": operator, **answer}


def _is_fit(kind, value):
    return isinstance(value, Coding) or kind != "open-choice"


def _walk(elements):
    for element in elements:
        yield element
        yield from _walk(element.get("item", []))


@st.composite
def moves(draw):
    """What somebody does next, to be fitted to whatever form it is."""
    return [
        (
            draw(st.sampled_from(["answer"] * 5 + ["clear", "add", "add", "remove"])),
            draw(st.integers(0, 50)),
            draw(st.integers(0, 50)),
            draw(st.integers(0, 50)),
        )
        for _ in range(draw(st.integers(1, 14)))
    ]


def _after(form, sheet, move):
    """The sheet after a move, whether its question is asked or not."""
    act, which, where, what = move
    groups = [item for item in form.in_order if item.is_repeating and not item.is_question]
    questions = [item for item in form.in_order if item.is_question]
    if act in ("add", "remove") and groups:
        item = groups[which % len(groups)]
        group = Slot(item.link_id, _rows(form, sheet, item, where))
        if act == "add":
            return sheets.add_row(form, sheet, group)[0]
        rows = sheets.rows_of(sheet, group)
        return sheets.remove_row(form, sheet, group, rows[what % len(rows)])
    if questions:
        item = questions[which % len(questions)]
        slot = Slot(item.link_id, _rows(form, sheet, item, where))
        pool = POOLS[item.type.value]
        value = pool[what % len(pool)]
        both = (value, pool[(what + 1) % len(pool)]) if item.is_repeating else (value,)
        return sheets.put(sheet, slot, () if act == "clear" else both)
    return sheet


def _rows(form, sheet, item, where):
    rows = ()
    for group in form.repeating_above[item.link_id]:
        there = sheets.rows_of(sheet, Slot(group, rows))
        rows = (*rows, there[where % len(there)])
    return rows


ALWAYS = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@ALWAYS
@given(files(), moves())
def test_whatever_is_answered_the_form_comes_to_rest(file, done):
    form = read(file).form
    sheet = sheets.begin(form)

    for move in done:
        sheet = _after(form, sheet, move)
        state = evaluate(form, sheet)
        again = evaluate(form, state.sheet)

        assert again.sheet == state.sheet
        assert again.enabled == state.enabled
        assert again.slots == state.slots
        assert again.dropped == ()
        assert evaluate(form, sheet) == state
        sheet = state.sheet


@ALWAYS
@given(files(), moves())
def test_what_counts_is_asked_and_what_is_asked_meets_its_conditions(file, done):
    form = read(file).form
    sheet = sheets.begin(form)

    for move in done:
        sheet = _after(form, sheet, move)
        state = evaluate(form, sheet)

        assert set(state.sheet.values) <= state.enabled
        assert state.enabled == _asked(file, form, state.sheet)
        assert set(state.slots) == {
            slot for slot in state.enabled if form.by_link_id[slot.link_id].is_question
        }


@ALWAYS
@given(files(may_cycle=False), moves())
def test_exactly_the_hidden_answers_are_dropped(file, done):
    form = read(file).form
    sheet = sheets.begin(form)
    for move in done:
        sheet = _after(form, sheet, move)

    state = evaluate(form, sheet)

    assert set(state.dropped) == {slot for slot in sheet.values if slot not in state.enabled}
    assert state.sheet.values == {
        slot: values for slot, values in sheet.values.items() if slot in state.enabled
    }


@ALWAYS
@given(files(), moves())
def test_in_a_cycle_only_its_own_answers_go_while_they_are_asked_again(file, done):
    form = read(file).form
    sheet = sheets.begin(form)
    for move in done:
        sheet = _after(form, sheet, move)
    in_cycles = {item.link_id for part in form.settling if len(part) > 1 for item in part}

    state = evaluate(form, sheet)

    hidden = {slot for slot in sheet.values if slot not in state.enabled}
    assert hidden <= set(state.dropped)
    assert {slot.link_id for slot in set(state.dropped) - hidden} <= in_cycles


@ALWAYS
@given(files(), moves())
def test_answers_go_through_a_questionnaire_response_and_come_back(file, done):
    form = read(file).form
    sheet = sheets.begin(form)
    for move in done:
        sheet = _after(form, sheet, move)
    state = evaluate(form, sheet)

    items = json.loads(json.dumps(to_response_items(form, state)))
    back = read_response(form, items)

    assert back.sheet == state.sheet
    assert back.left_out == ()
    assert to_response_items(form, evaluate(form, back.sheet)) == items


# The same rules once more, written down plainly from the file, to hold the engine against.


def _asked(file, form, sheet):
    found = set()
    _look(file["item"], (), (), None, found, file, form, sheet)
    return found


def _look(elements, chain, rows, above, found, file, form, sheet):
    for element in elements:
        waits = above is not None and above["type"] not in ("group",)
        if waits and element["type"] != "display" and not _given(sheet, above["linkId"], rows):
            continue
        met = [
            _meets(condition, element, chain, rows, file, form, sheet)
            for condition in element.get("enableWhen", [])
        ]
        is_any = element.get("enableBehavior") == "any"
        if met and not (any(met) if is_any else all(met)):
            continue
        slot = Slot(element["linkId"], rows)
        found.add(slot)
        below = element.get("item", [])
        if element["type"] == "group" and element.get("repeats"):
            for row in sheet.groups.get(slot, (0,)):
                _look(
                    below,
                    (*chain, element["linkId"]),
                    (*rows, row),
                    element,
                    found,
                    file,
                    form,
                    sheet,
                )
        else:
            _look(below, chain, rows, element, found, file, form, sheet)


def _given(sheet, link_id, rows):
    return sheet.values.get(Slot(link_id, rows), ())


def _meets(condition, element, chain, rows, file, form, sheet):
    order = [each["linkId"] for each in _walk(file["item"])]
    question = condition["question"]
    groups = form.repeating_above[question]
    own = 0
    while own < min(len(groups), len(chain)) and groups[own] == chain[own]:
        own += 1
    places = [
        slot.rows
        for slot in sheet.values
        if slot.link_id == question and slot.rows[:own] == rows[:own]
    ]
    places.sort(key=lambda each: _place(each, groups, sheet))
    comes_before = order.index(question) < order.index(element["linkId"])
    nearest = (places[-1] if comes_before else places[0]) if places else None
    answers = () if nearest is None else sheet.values[Slot(question, nearest)]
    return _holds(condition, form.by_link_id[question].type, answers)


def _place(rows, groups, sheet):
    return tuple(
        sheet.groups.get(Slot(group, rows[:depth]), (0,)).index(rows[depth])
        for depth, group in enumerate(groups)
    )


def _holds(condition, kind, answers):
    operator = condition["operator"]
    (wanted,) = (value for key, value in condition.items() if key.startswith("answer"))
    if operator == "exists":
        return bool(answers) is wanted
    sides = [_sides(kind, answer, wanted) for answer in answers]
    if operator == "!=":
        return not any(side == 0 for side in sides)
    met = {"=": (0,), ">": (1,), "<": (-1,), ">=": (0, 1), "<=": (-1, 0)}[operator]
    return any(side in met for side in sides)


def _sides(kind, answer, wanted):
    """-1, 0 or 1; None where there is no saying."""
    if kind in (ItemType.CHOICE, ItemType.OPEN_CHOICE):
        if isinstance(answer, str):
            return None
        return 0 if (answer.code, answer.system) == (wanted["code"], wanted["system"]) else None
    if kind is ItemType.BOOLEAN:
        return 0 if answer is wanted else None
    if kind is ItemType.QUANTITY:
        if answer.unit != wanted["unit"]:
            return None
        return _order(answer.value, Decimal(wanted["value"]))
    if kind is ItemType.DECIMAL:
        return _order(answer, Decimal(str(wanted)))
    if kind is ItemType.TIME:
        return _order(answer.isoformat(), wanted)
    if kind in (ItemType.DATE, ItemType.DATETIME):
        return _moments(answer, wanted)
    return _order(answer, wanted)


def _order(one, other):
    return (one > other) - (one < other)


def _moments(answer, wanted):
    if isinstance(answer, datetime) and "T" in wanted:
        return _order(answer, datetime.fromisoformat(wanted))
    return _days(str(answer)[:10], wanted[:10])


def _days(one, other):
    length = min(len(one), len(other))
    if one[:length] == other[:length] and len(one) != len(other):
        return None
    return _order(one[:length], other[:length])
