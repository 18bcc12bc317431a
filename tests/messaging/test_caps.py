from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app import clock
from app.messaging import caps, claims
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Patient
from tests.databases import chosen_kind


@pytest.mark.skipif(chosen_kind() == "sqlite", reason="SQLite has one writer")
def test_a_text_that_is_counted_waits_while_another_of_that_patient_is_being_counted(
    queue, send, database, cast, kept
):
    message = queue(Purpose.NOTICE, cap_key=f"after:{cast.infusion.id}")
    with database.session() as db:
        assert caps.begin_counting(db, db.get_one(Message, message.id))

        assert send()
        assert kept(message).status is MessageStatus.QUEUED

    assert send()
    assert kept(message).status is MessageStatus.ACCEPTED


@pytest.mark.skipif(chosen_kind() == "sqlite", reason="SQLite has one writer")
def test_while_one_patients_texts_are_held_those_of_others_are_counted_and_leave(
    queue, send, database, cast, kept
):
    key = f"after:{cast.infusion.id}"
    mayas = queue(Purpose.NOTICE, cap_key=key, due_at=clock.now() - timedelta(minutes=1))
    theos = queue(Purpose.NOTICE, cap_key="after:theos", patient=cast.theo, appointment_id=None)
    with database.session() as db:
        claims.hold_patient(db, cast.maya.id)

        send()
        assert kept(mayas).status is MessageStatus.QUEUED
        with database.session() as other:
            other.get_one(Message, mayas.id).due_at = clock.now() + timedelta(hours=1)
        send()
        assert kept(theos).status is MessageStatus.ACCEPTED


@pytest.mark.skipif(chosen_kind() == "sqlite", reason="SQLite has one writer")
def test_somebody_who_writes_to_the_patients_row_holds_no_other_text_up(
    queue, send, database, cast, kept
):
    message = queue(Purpose.NOTICE)
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).zone = "America/Denver"
        db.flush()

        send()

        assert kept(message).status is MessageStatus.ACCEPTED


@pytest.fixture
def before(queue, cast):
    """`before(purpose, …)`: a text counted before Maya's infusion."""
    return lambda purpose, **others: queue(purpose, cap_key=f"before:{cast.infusion.id}", **others)


def test_before_an_infusion_three_texts_leave_and_no_fourth(before, send, kept):
    first = [before(Purpose.READINESS), before(Purpose.INTAKE), before(Purpose.CONFIRM)]
    fourth = before(Purpose.REMINDER)
    while send():
        pass

    assert {kept(text).status for text in first} == {MessageStatus.ACCEPTED}
    assert kept(fourth).status is MessageStatus.CANCELLED
    assert kept(fourth).error_code == caps.WITHHELD


def test_a_reminder_leaves_a_place_for_one_check_and_not_for_two(before, send, kept):
    reminder = before(Purpose.REMINDER)
    later = clock.now() + timedelta(days=1)
    checks = [before(Purpose.READINESS, due_at=later) for _ in range(2)]
    asked = before(Purpose.INTAKE)
    while send():
        pass

    assert kept(asked).status is MessageStatus.ACCEPTED
    assert kept(reminder).status is MessageStatus.ACCEPTED

    clock.stand_still(later)
    while send():
        pass

    assert sorted(kept(check).status for check in checks) == [
        MessageStatus.ACCEPTED,
        MessageStatus.CANCELLED,
    ]


def test_a_reminder_gives_way_where_a_visit_is_asked_about_as_well(before, send, kept):
    later = clock.now() + timedelta(days=1)
    before(Purpose.CONFIRM, due_at=later)
    before(Purpose.READINESS, due_at=later)
    asked, reminder = before(Purpose.INTAKE), before(Purpose.REMINDER)
    while send():
        pass

    assert kept(asked).status is MessageStatus.ACCEPTED
    assert kept(reminder).status is MessageStatus.CANCELLED


@pytest.fixture
def after(queue, cast):
    """`after(purpose, …)`: a text counted after Maya's infusion."""
    return lambda purpose, **others: queue(purpose, cap_key=f"after:{cast.infusion.id}", **others)


def test_after_an_infusion_the_evening_and_the_morning_come_beside_the_texts_of_the_visit(
    after, send, kept
):
    later = clock.now() + timedelta(hours=20)
    visit = [after(purpose, due_at=later) for purpose in (Purpose.CONFIRM, Purpose.JOIN)]
    quiet = [after(Purpose.EVENING), after(Purpose.MORNING)]
    while send():
        pass
    clock.stand_still(later)
    while send():
        pass

    assert {kept(text).status for text in (*visit, *quiet)} == {MessageStatus.ACCEPTED}


def test_the_morning_gives_way_to_the_evening_and_both_to_the_texts_of_the_visit(after, send, kept):
    later = clock.now() + timedelta(hours=20)
    after(Purpose.CONFIRM)  # the visit was asked about, and then moved
    after(Purpose.CONFIRM, due_at=later)
    after(Purpose.JOIN, due_at=later)
    morning, evening = after(Purpose.MORNING), after(Purpose.EVENING)
    while send():
        pass

    assert kept(evening).status is MessageStatus.ACCEPTED
    assert kept(morning).status is MessageStatus.CANCELLED
    assert kept(morning).error_code == caps.WITHHELD


def test_the_week_has_one_text_of_its_own(queue, cast, send, kept):
    first, second = (queue(Purpose.WEEK, cap_key=f"day7:{cast.infusion.id}") for _ in range(2))
    while send():
        pass

    assert sorted(kept(text).status for text in (first, second)) == [
        MessageStatus.ACCEPTED,
        MessageStatus.CANCELLED,
    ]


def test_what_waits_around_another_session_keeps_no_place(queue, before, send, kept, cast):
    later = clock.now() + timedelta(days=1)
    for _ in range(3):
        queue(Purpose.CONFIRM, due_at=later, cap_key=f"before:{cast.integration_visit.id}")
    notice = before(Purpose.NOTICE)

    assert send()
    assert kept(notice).status is MessageStatus.ACCEPTED


# What a plan shows: which of the texts that are planned would be held back.

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
IN_ORDER = (
    Purpose.JOIN,
    Purpose.CONFIRM,
    Purpose.READINESS,
    Purpose.INTAKE,
    Purpose.EVENING,
    Purpose.MORNING,
    Purpose.NOTICE,
)


def plan(*purposes):
    """These texts, an hour from each to the next."""
    return {
        place: (NOON + timedelta(hours=place), purpose) for place, purpose in enumerate(purposes)
    }


@pytest.mark.parametrize(("better", "worse"), [*pairwise(IN_ORDER)])
def test_a_place_is_kept_for_a_better_right_and_never_for_a_lesser_one(better, worse):
    assert caps.withheld(plan(worse, better), "day7:1") == {0}
    assert caps.withheld(plan(better, worse), "day7:1") == {1}


def test_texts_of_one_right_leave_as_they_fall_due():
    for purpose in (*IN_ORDER[1:], Purpose.REMINDER):
        assert caps.withheld(plan(purpose, purpose), "day7:1") == {1}
    late, early = (NOON + timedelta(hours=1), Purpose.NOTICE), (NOON, Purpose.NOTICE)
    assert caps.withheld({0: late, 1: early}, "day7:1") == {0}


def test_a_plan_keeps_one_place_for_checks_and_one_for_each_other_text():
    two = [Purpose.NOTICE] * 2
    checks, asked = [Purpose.READINESS] * 2, [Purpose.CONFIRM] * 2

    assert caps.withheld(plan(*two, *checks), "before:1") == {3}
    assert caps.withheld(plan(*two, *asked), "before:1") == {1}


def test_a_join_text_is_counted_and_never_withheld():
    joins = plan(*[Purpose.JOIN] * 3, Purpose.NOTICE)

    assert caps.withheld(joins, "day7:1") == {3}
    assert caps.withheld(joins, "after:1") == set()


@pytest.mark.parametrize(("key", "most"), [("after:1", 4), ("before:1", 3), ("day7:1", 1)])
def test_a_plan_holds_no_more_than_its_stretch_allows(key, most):
    planned = plan(*[Purpose.NOTICE] * 6)

    assert caps.withheld(planned, key) == set(range(most, 6))
