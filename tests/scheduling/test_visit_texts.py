"""Five before and three after: one link, at the right hour, and not when nobody wants it."""

from datetime import timedelta

import pytest

from app import clock
from app.messaging.models import MessageStatus, Purpose
from app.scheduling import booking, confirming, fresh_link, visit_texts
from app.scheduling.models import Service


@pytest.fixture
def visit(db, here):
    """Maya's visit tomorrow at ten, booked by itself: she has not agreed to it yet."""
    visit_texts.plan(db, here.integration_visit)
    return here.integration_visit


@pytest.fixture
def text(queued):
    """`text(visit, Purpose.JOIN)`: the one that waits, or None."""

    def text(visit, purpose):
        found = [each for each in queued(visit) if each.purpose is purpose]
        assert len(found) <= 1
        return found[0] if found else None

    return text


def test_the_nudge_comes_three_minutes_after_the_start_with_the_link_they_have(visit, text):
    join, nudge = text(visit, Purpose.JOIN), text(visit, Purpose.NUDGE)

    assert nudge.body == (
        "Northside here, no rush. Tap {link} to join, or reply CALL and we'll phone you."
    )
    assert nudge.link_id == join.link_id
    assert nudge.due_at == visit.starts_at + timedelta(minutes=3)
    assert nudge.expires_at == visit.ends_at


def test_texts_of_a_visit_come_in_the_order_of_visits(visit, queued):
    assert {each.visit_at for each in queued(visit)} == {visit.starts_at}


def test_only_a_visit_they_agreed_to_may_text_in_quiet_hours(db, visit, here, text):
    assert not text(visit, Purpose.JOIN).at_any_hour

    confirming.confirm(db, visit, by=here.maya)
    db.expire_all()

    assert text(visit, Purpose.JOIN).at_any_hour
    assert text(visit, Purpose.NUDGE).at_any_hour


@pytest.mark.parametrize("booked_by", ["jordan", None])
def test_booking_with_a_person_of_the_clinic_is_agreeing(book, here, at, text, booked_by):
    by = getattr(here, booked_by) if booked_by else None
    visit = book(Service.CONSULTATION, at("2026-11-24T10:00"), by=by).appointment

    assert text(visit, Purpose.JOIN).at_any_hour is (by is not None)


def test_what_is_started_after_an_infusion_counts_for_it_and_the_nudge_for_nothing(
    visit, here, text
):
    after = f"after:{here.infusion.id}"

    assert text(visit, Purpose.JOIN).cap_key == text(visit, Purpose.CONFIRM).cap_key == after
    assert text(visit, Purpose.NUDGE).cap_key is None


def test_a_question_that_comes_before_the_infusion_counts_as_before(book, at, text):
    booked = book(Service.INFUSION, at("2026-11-24T10:00"))

    assert text(booked.integration, Purpose.CONFIRM).cap_key == f"before:{booked.appointment.id}"
    assert text(booked.integration, Purpose.JOIN).cap_key == f"after:{booked.appointment.id}"


def test_a_visit_without_an_infusion_counts_for_none(book, at, queued):
    visit = book(Service.CONSULTATION, at("2026-11-24T10:00")).appointment

    assert {each.cap_key for each in queued(visit)} == {None}


def test_a_fresh_link_is_in_the_nudge_too_and_asks_nothing_again(db, visit, here, text):
    question, old = text(visit, Purpose.CONFIRM), text(visit, Purpose.JOIN).link_id
    question.status = MessageStatus.DELIVERED

    fresh_link.send(db, visit, by=here.jordan)
    db.expire_all()

    assert text(visit, Purpose.CONFIRM) is None
    assert text(visit, Purpose.NUDGE).link_id == text(visit, Purpose.JOIN).link_id != old


def test_planned_late_there_is_no_nudge(db, here, text):
    clock.stand_still(here.integration_visit.starts_at + timedelta(minutes=3))

    visit_texts.plan(db, here.integration_visit)

    assert text(here.integration_visit, Purpose.NUDGE) is None
    assert text(here.integration_visit, Purpose.JOIN) is not None


def test_somebody_who_is_here_is_not_nudged_and_after_a_miss_nothing_is_said(
    db, visit, here, queued
):
    booking.arrive(db, visit, by=here.jordan)
    assert [each.purpose for each in queued(visit)] == [Purpose.CONFIRM, Purpose.JOIN]

    booking.miss(db, visit, by=here.jordan)

    assert queued(visit) == []
