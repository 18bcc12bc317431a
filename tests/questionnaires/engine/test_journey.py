"""Which pages a person's answers lead through, and where Continue goes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.questionnaires.engine import journey
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.journey import Kind
from app.questionnaires.engine.values import Slot
from tests.questionnaires.engine.made import (
    HL7,
    OURS,
    SDC,
    ask,
    expression,
    form_of,
    group,
    sheet,
    slot,
    state_of,
    when,
)

CALMLY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def pages(form, values=(), groups=()):
    """Each page as its id and what stands on it."""
    found = journey.steps(form, state_of(form, values, groups))
    return [(step.id, [each.link_id for each in step.content]) for step in found]


def test_one_question_is_one_page_and_a_top_group_is_a_part():
    form = form_of(group("you", ask("name"), ask("born")), group("body", ask("weight")))

    found = journey.parts(form, state_of(form))

    assert [(part.words.plain, [step.id for step in part.steps]) for part in found] == [
        ("About you?", ["s1", "s2"]),
        ("About body?", ["s4"]),
    ]
    assert [step.part for part in found for step in part.steps] == [0, 0, 1]
    assert {step.kind for step in journey.steps(form, state_of(form))} == {Kind.QUESTION}


def test_a_form_without_groups_is_one_part_without_a_title():
    form = form_of(ask("a"), ask("b"))

    (part,) = journey.parts(form, state_of(form))

    assert (part.words.plain, len(part.steps)) == ("", 2)


def test_one_group_that_only_wraps_others_is_not_a_part():
    form = form_of(group("all", group("one", ask("a")), group("two", ask("b"))))

    assert [part.link_id for part in journey.parts(form, state_of(form))] == ["one", "two"]


def test_displays_ride_on_the_page_of_the_next_question():
    form = form_of(
        group("g", ask("welcome", "display"), ask("a"), ask("more", "display"), ask("b")),
    )

    assert pages(form) == [("s2", ["welcome", "a"]), ("s4", ["more", "b"])]


def test_a_group_of_displays_only_is_a_page_to_read():
    form = form_of(group("g", group("read", ask("x", "display"), ask("y", "display")), ask("a")))

    found = journey.steps(form, state_of(form))

    assert [(step.kind, step.id) for step in found] == [(Kind.READING, "s1"), (Kind.QUESTION, "s4")]
    assert found[0].marks == (Slot("read"),)


def test_the_last_words_of_a_part_stand_on_its_last_page_unless_an_answer_opened_them():
    form = form_of(
        group("g", ask("gate", "boolean"), ask("notice", "display")),
        group(
            "h",
            ask("b", "boolean"),
            ask("opened", "display", **when("gate", True)),
            ask("c", "display"),
        ),
    )

    assert pages(form, {"gate": False}) == [("s1", ["gate", "notice"]), ("s4", ["b", "c"])]
    assert pages(form, {"gate": True}) == [
        ("s1", ["gate", "notice"]),
        ("s4", ["b", "c"]),
        ("s5", ["opened"]),
    ]


def test_the_stem_of_a_scale_is_told_beside_each_question():
    form = form_of(group("part", group("scale", ask("a"), ask("b"))))

    found = journey.steps(form, state_of(form))

    assert [step.heads for step in found] == [(Slot("scale"),), (Slot("scale"),)]


@pytest.mark.parametrize("control", ["page", "gtable", "table", "list"])
def test_a_group_that_says_so_is_one_page(control):
    form = form_of(
        group(
            "part",
            group("scale", ask("a"), group("in", ask("b")), ask("n", "display"), control=control),
        )
    )

    (step,) = journey.steps(form, state_of(form))

    assert step.kind is Kind.PAGE
    assert step.slots == (Slot("a"), Slot("b"))
    assert [each.link_id for each in step.displays] == ["in", "n"]
    assert step.group == Slot("scale")


def test_a_consent_is_one_page():
    consent = group("consent", ask("text", "display"), ask("agreed", "boolean"), ask("name"))
    consent["extension"] = [{"url": OURS + "consent", "valueCode": "treatment"}]
    form = form_of(group("part", consent))

    (step,) = journey.steps(form, state_of(form))

    assert step.kind is Kind.CONSENT
    assert step.slots == (Slot("agreed"), Slot("name"))


def test_what_is_hidden_fixed_or_worked_out_has_no_page():
    hidden = {"url": HL7 + "questionnaire-hidden", "valueBoolean": True}
    form = form_of(
        ask("a"),
        ask("hidden", "string", hidden),
        {**group("group", ask("inside")), "extension": [hidden]},
        ask("sum", "integer", expression(SDC + "calculatedExpression", "1 + 1")),
        ask("fixed", readOnly=True),
    )

    assert pages(form, {"sum": 2}) == [("s0", ["a"])]
    assert pages(form, {"fixed": "known"}) == [("s0", ["a", "fixed"])], "shown, not asked"


def test_a_page_that_is_not_enabled_is_not_there_and_ids_stay():
    form = form_of(ask("gate", "boolean"), ask("b", **when("gate", True)), ask("c"))

    assert [step for step, _ in pages(form, {"gate": True})] == ["s0", "s1", "s2"]
    assert [step for step, _ in pages(form, {"gate": False})] == ["s0", "s2"]
    assert journey.step_named(form, state_of(form, {"gate": False}), "s1") is None


def test_a_question_below_a_question_has_its_own_page():
    form = form_of({**ask("a", "boolean"), "item": [ask("why"), ask("note", "display")]})

    assert pages(form, {"a": True}) == [("s0", ["a"]), ("s1", ["why"])], "its displays are its own"


def medicines():
    return form_of(
        ask("first"),
        group("medicines", ask("name", required=True), ask("dose"), repeats=True),
        ask("last"),
    )


def test_a_repeating_group_has_a_page_for_each_row_and_an_overview():
    form = medicines()

    found = journey.steps(form, state_of(form, groups={"medicines": (0, 3)}))

    assert [(step.id, step.kind, step.row) for step in found] == [
        ("s0", Kind.QUESTION, None),
        ("s1-0", Kind.PAGE, 0),
        ("s1-3", Kind.PAGE, 3),
        ("r1", Kind.ROWS, None),
        ("s4", Kind.QUESTION, None),
    ]
    assert found[2].slots == (slot(("name", 3)), slot(("dose", 3)))
    assert found[2].group == found[3].group == Slot("medicines")
    assert found[3].marks == (Slot("medicines"),)


def test_a_new_row_is_found_by_its_group_and_number():
    form = medicines()
    state = state_of(form, groups={"medicines": (0, 1)})

    assert journey.step_of(form, state, Slot("medicines", (1,))).id == "s1-1"
    assert journey.step_of(form, state, slot(("dose", 1))).id == "s1-1"
    assert journey.step_of(form, state, Slot("medicines")).id == "r1"


def test_a_group_takes_as_many_rows_as_it_says():
    most = {"url": HL7 + "questionnaire-maxOccurs", "valueInteger": 2}
    form = form_of({**group("rows", ask("a"), repeats=True), "extension": [most]})

    assert journey.may_add_row(form, state_of(form), Slot("rows"))
    assert not journey.may_add_row(form, state_of(form, groups={"rows": (0, 1)}), Slot("rows"))


def walk_on(form, values=(), touched=(), after=None, groups=()):
    places = {slot(each) for each in touched}
    found = journey.next_unanswered(form, state_of(form, values, groups), places, after)
    return found.id if found else None


def test_continue_leads_to_the_first_page_that_is_not_done():
    form = form_of(ask("a"), ask("b", required=True), ask("c"))

    assert walk_on(form) == "s0"
    assert walk_on(form, {"a": "x"}) == "s1"
    assert walk_on(form, touched=["a"]) == "s1", "left empty on purpose"
    assert walk_on(form, touched=["a", "b"]) == "s1", "a required one is not done while empty"
    assert walk_on(form, {"b": "x"}, touched=["a"]) == "s2"
    assert walk_on(form, {"b": "x", "c": "y"}, touched=["a"]) is None


def test_continue_goes_on_from_where_one_is_and_comes_back_for_what_was_passed():
    form = form_of(ask("a"), ask("b"), ask("c"))

    assert walk_on(form, {"b": "x"}, after="s1") == "s2"
    assert walk_on(form, {"b": "x", "c": "y"}, after="s2") == "s0"


def test_a_page_on_which_something_opened_is_shown_again():
    form = form_of(
        group("g", ask("gate", "boolean"), ask("more", **when("gate", True)), control="page"),
        ask("b"),
    )

    assert walk_on(form, {"gate": True}, touched=["gate"], after="s0") == "s0"
    assert walk_on(form, {"gate": True}, touched=["gate", "more"], after="s0") == "s3"


def test_rows_and_pages_to_read_are_done_once_they_were_passed():
    form = form_of(group("g", ask("read", "display")), group("rows", ask("a"), repeats=True))

    assert walk_on(form) == "s0"
    assert walk_on(form, touched=["g"]) == "s2-0"
    assert walk_on(form, {("a", 0): "x"}, touched=["g"]) == "r2"
    assert walk_on(form, {("a", 0): "x"}, touched=["g", "rows"]) is None


@st.composite
def any_form(draw):
    """A form with groups in groups, rows, pages and displays."""
    count = iter(range(1000))

    def items(depth):
        return [item(depth) for _ in range(draw(st.integers(1, 3)))]

    def item(depth):
        link_id = f"i{next(count)}"
        kind = draw(st.sampled_from(["string", "boolean", "display", "group", "group"]))
        if kind != "group" or not depth:
            return ask(link_id, "string" if kind == "group" else kind)
        control = draw(st.sampled_from(["", "", "page"]))
        return group(link_id, *items(depth - 1), control=control, repeats=draw(st.booleans()))

    return form_of(*items(3))


@CALMLY
@given(any_form(), st.data())
def test_every_question_stands_on_one_page_and_saving_pages_comes_to_an_end(form, data):
    groups = [item for item in form.in_order if item.is_repeating]
    rows = {
        Slot(each.link_id): data.draw(st.sampled_from([(0,), (0, 1), (2, 5)]))
        for each in groups
        if not form.repeating_above[each.link_id]
    }
    state = evaluate(form, sheet(groups=()), expressions=None)
    state = evaluate(form, type(state.sheet)({}, rows))

    found = journey.steps(form, state)

    on_pages = [each for step in found for each in step.slots]
    assert sorted(on_pages) == sorted(state.slots)
    assert len({step.id for step in found}) == len(found)
    touched, here = set(), None
    for _ in found:
        step = journey.next_unanswered(form, state, touched, here)
        here = step.id
        touched |= set(step.marks)
    assert journey.next_unanswered(form, state, touched, here) is None
