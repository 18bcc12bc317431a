"""What a plan may say, and what is refused at once."""

import json
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.i18n import using
from app.messaging import caps, quiet_hours
from app.plans import order, reading, shipped
from app.plans.kinds import ProtocolKind, Route
from app.plans.plan import STANDARD
from app.plans.steps import StepKind, Unit, fields_of, is_on
from tests.plans.said import plans


def test_what_is_shipped_for_a_single_session_is_the_standard():
    assert shipped.shelf()["single"].plan == STANDARD


def test_five_protocols_are_shipped_and_tablets_at_home_are_off():
    shelf = shipped.shelf()

    assert {slug: each.is_on for slug, each in shelf.items()} == {
        "single": True,
        "six-in-three-weeks": True,
        "four-weekly": True,
        "four-fortnightly": True,
        "tablets-at-home": False,
    }
    assert [each.slug for each in shelf.values() if each.is_default] == ["single"]
    at_home = shelf["tablets-at-home"]
    assert (at_home.kind, at_home.plan.route) == (ProtocolKind.HOME, Route.TABLET)


@pytest.mark.parametrize("slug", shipped.shelf())
def test_every_shipped_protocol_has_a_name_in_both_languages(slug):
    name = shipped.shelf()[slug].name

    with using("es"):
        assert shipped.said(name) != name


@given(plans())
def test_a_plan_is_read_back_as_it_was_written(plan):
    assert reading.read(json.loads(json.dumps(plan.written()))) == plan
    assert reading.stored(plan.written()) == plan


@given(plans())
def test_no_plan_asks_for_more_texts_than_the_cap_allows(plan):
    before = [plan.intake.is_on, plan.readiness_eve.is_on, plan.readiness_morning.is_on]
    after = [plan.visit.is_on, plan.confirm.is_on, plan.evening.is_on, plan.morning.is_on]

    assert sum(before) <= caps.limit_of("before:")
    assert sum(after) <= caps.limit_of("after:")
    if plan.week.is_on:
        assert plan.week.days * 24 >= order.window_of(plan, order.WINDOW)[1]


@given(plans())
def test_no_hour_of_a_plan_lies_in_the_quiet_hours(plan):
    for kind, step in plan.steps():
        for field in fields_of(kind):
            if field.unit is Unit.TIME:
                at = getattr(step, field.name)
                assert quiet_hours.ENDS <= at < quiet_hours.BEGINS, (kind, field.name)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (StepKind.EVENING, "at", "15:45"),
        (StepKind.EVENING, "at", "20:45"),
        (StepKind.MORNING, "at", "07:59"),
        (StepKind.EVENING, "at", "half past"),
        (StepKind.READINESS_EVE, "at", ""),
        (StepKind.JOIN, "minutes", "1"),
        (StepKind.JOIN, "minutes", "31"),
        (StepKind.JOIN, "minutes", "5.5"),
        (StepKind.JOIN, "minutes", "٥"),
        (StepKind.NUDGE, "is_on", "maybe"),
        (StepKind.COURSE, "gaps", "3,,4"),
        (StepKind.COURSE, "gaps", "0"),
        (StepKind.COURSE, "route", "vein"),
        (StepKind.COURSE, "sessions", "25"),
        (StepKind.SCALES_AFTER, "every_days", "7"),
        (StepKind.JOIN, "is_on", False),
    ],
)
def test_what_a_step_may_not_say_is_refused_at_its_field(kind, name, value):
    with pytest.raises(order.PlanRefusal) as refused:
        reading.changed(STANDARD, kind, {name: value})

    assert (refused.value.step, refused.value.field) == (kind, name)
    assert refused.value.message


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        (StepKind.VISIT, {"opens_hours": 48, "closes_hours": 24}, "closes_hours"),
        (StepKind.VISIT, {"rest_hours": 72}, "rest_hours"),
        (StepKind.VISIT, {"closes_hours": 168, "rest_hours": 24}, None),
        (StepKind.INTAKE, {"opens_days": 1, "due_hours": 24}, "due_hours"),
        (StepKind.CONFIRM, {"earliest": "12:00", "latest": "13:00"}, None),
    ],
)
def test_steps_that_contradict_each_other_are_refused(kind, values, field):
    if field is None:
        assert reading.changed(STANDARD, kind, values) != STANDARD
        return
    with pytest.raises(order.PlanRefusal) as refused:
        reading.changed(STANDARD, kind, values)

    assert refused.value.field == field


def test_a_week_that_comes_before_the_window_closes_is_refused():
    wide = reading.changed(STANDARD, StepKind.VISIT, {"closes_hours": 144})

    with pytest.raises(order.PlanRefusal) as refused:
        reading.changed(wide, StepKind.WEEK, {"days": 5})

    assert refused.value.step is StepKind.WEEK


def test_a_window_that_the_clinic_keeps_itself_counts_as_well():
    with pytest.raises(order.PlanRefusal):
        reading.changed(STANDARD, StepKind.VISIT, {"rest_hours": 30}, (0, 24))


def test_a_form_says_no_with_a_box_that_is_not_ticked():
    typed = reading.typed(StepKind.NUDGE, {"minutes": "4"})
    plan = reading.changed(STANDARD, StepKind.NUDGE, typed)

    assert (plan.nudge.is_on, plan.nudge.minutes) == (False, 4)


def test_an_empty_field_leaves_it_to_the_clinic():
    typed = reading.typed(StepKind.SCALES_AFTER, {"is_on": "on", "days": " ", "every_days": "0"})
    plan = reading.changed(STANDARD, StepKind.SCALES_AFTER, typed)

    assert (plan.scales_after.days, plan.scales_after.every_days) == (None, 0)


def test_days_between_sessions_are_typed_one_after_the_other():
    plan = reading.changed(STANDARD, StepKind.COURSE, {"sessions": "6", "gaps": "3, 4"})

    assert plan.course.gaps == (3, 4)


@pytest.mark.parametrize("written", [{"evening": "18:00"}, {"dawn": {}}, {"evening": {"dose": 3}}])
def test_a_file_with_what_no_plan_has_is_refused(written):
    with pytest.raises(order.PlanRefusal):
        reading.read(written)


def test_what_an_older_version_said_and_nobody_knows_any_more_is_left_out():
    assert reading.stored({"evening": {"at": "19:00", "dose": 3}, "dawn": {}}).evening.at == time(
        19
    )


def test_a_step_that_cannot_be_switched_off_is_on():
    assert is_on(STANDARD.join)
    assert is_on(STANDARD.course)
    assert not is_on(
        reading.changed(
            STANDARD, StepKind.CHECKS, {"with_evening": False, "with_morning": False}
        ).checks
    )


@given(st.sampled_from([*StepKind]))
def test_every_field_of_every_step_accepts_its_own_limits(kind):
    for field in fields_of(kind):
        if field.least is None or field.unit is Unit.GAPS or field.name == "every_days":
            continue
        for value in (field.least, field.most):
            # Another step may stand in the way, never the field's own limits.
            assert "from" not in refusal_of(kind, field.name, value)


def refusal_of(kind, name, value):
    try:
        reading.changed(STANDARD, kind, {name: value})
    except order.PlanRefusal as refusal:
        return refusal.message
    return ""
