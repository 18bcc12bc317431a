"""Which visits ahead somebody should look at, why, and from when on."""

from datetime import timedelta

import pytest

from app import clock
from app.messaging.models import MessageStatus, Purpose
from app.scheduling import at_risk, booking, confirming, visit_texts
from app.scheduling.at_risk import Risk
from app.scheduling.models import AppointmentStatus, Service


@pytest.fixture
def visit(db, here):
    """Maya's visit tomorrow at ten, its texts queued; the question is due now."""
    visit_texts.plan(db, here.integration_visit)
    db.flush()
    return here.integration_visit


@pytest.fixture
def texted(db, visit):
    """`texted(purpose, status)`: that text of the visit left when it was due, and stands so."""

    def texted(purpose, status):
        (text,) = [
            text for text in at_risk.texts_of(db, [visit.id])[visit.id] if text.purpose is purpose
        ]
        text.status, text.sent_at, text.status_at = status, text.due_at, text.due_at
        db.flush()
        return text

    return texted


@pytest.fixture
def look(db, visit):
    """`look(hours=5)`: how the visit stands that many hours from now."""

    def look(**later):
        clock.stand_still(clock.now() + timedelta(**later))
        return at_risk.look(visit, at_risk.texts_of(db, [visit.id])[visit.id])

    return look


def test_a_visit_whose_texts_still_wait_is_not_at_risk(look):
    assert look() is None


@pytest.mark.parametrize(
    ("status", "risk"),
    [
        (MessageStatus.UNDELIVERED, Risk.UNDELIVERED),
        (MessageStatus.FAILED, Risk.UNDELIVERED),
        (MessageStatus.IN_DOUBT, Risk.IN_DOUBT),
        (MessageStatus.ACCEPTED, None),
        (MessageStatus.DELIVERED, None),
    ],
)
def test_a_text_that_did_not_arrive_for_sure_is_a_risk_at_once(texted, look, status, risk):
    texted(Purpose.CONFIRM, status)

    found = look()

    assert (found.risk if found else None) is risk


def test_a_later_text_that_arrived_settles_an_earlier_one_that_did_not(texted, look):
    texted(Purpose.CONFIRM, MessageStatus.UNDELIVERED)
    texted(Purpose.JOIN, MessageStatus.DELIVERED)

    assert look() is None


def test_a_lost_question_is_settled_by_a_yes_on_the_phone_and_a_lost_link_is_not(
    db, visit, here, texted, look
):
    texted(Purpose.CONFIRM, MessageStatus.UNDELIVERED)
    confirming.confirm(db, visit, by=here.jordan)
    assert look() is None

    texted(Purpose.JOIN, MessageStatus.UNDELIVERED)

    assert look().risk is Risk.UNDELIVERED


@pytest.mark.parametrize(("hours", "silent"), [(3.9, False), (4, True)])
def test_no_word_for_four_hours_after_the_question_is_silence(texted, look, hours, silent):
    texted(Purpose.CONFIRM, MessageStatus.DELIVERED)

    found = look(hours=hours)

    assert (found is not None and found.risk is Risk.SILENT) is silent


def test_a_word_of_yes_ends_the_silence_also_for_a_visit_booked_with_them(
    db, visit, here, texted, look
):
    visit.confirmed_at = clock.now() - timedelta(days=5)
    texted(Purpose.CONFIRM, MessageStatus.DELIVERED)
    assert look(hours=5).risk is Risk.SILENT

    confirming.confirm(db, visit, by=here.maya)

    assert look() is None


def test_whoever_asked_for_another_time_is_the_first_thing_said(visit, texted, look):
    texted(Purpose.CONFIRM, MessageStatus.UNDELIVERED)
    visit.asked_at = clock.now()

    found = look(minutes=12)

    assert (found.risk, clock.now() - found.since) == (Risk.ASKED, timedelta(minutes=12))


@pytest.mark.parametrize(
    ("what", "risk"), [("opted_out_at", Risk.NO_TEXTS), ("number_failed_at", Risk.BAD_NUMBER)]
)
def test_somebody_no_text_reaches_is_at_risk_until_they_were_spoken_to(
    db, visit, here, look, what, risk
):
    setattr(here.maya, what, clock.now())
    assert look(minutes=1).risk is risk

    confirming.confirm(db, visit, by=here.jordan)

    assert look() is None


def test_a_visit_whose_time_passed_without_a_word_is_at_risk_of_being_forgotten(visit, look):
    assert look(hours=22, minutes=50).risk is Risk.PASSED

    visit.status = AppointmentStatus.FULFILLED

    assert look() is None


def test_visits_of_two_days_are_looked_at_nearest_first(db, here, visit, book, at):
    near = book(Service.CONSULTATION, at("2026-11-21T14:00")).appointment
    book(Service.CONSULTATION, at("2026-11-22T12:30"))
    off = book(Service.CONSULTATION, at("2026-11-21T16:00")).appointment
    booking.cancel(db, off, by=here.jordan)

    assert at_risk.ahead(db, here.clinic.id) == [visit, near]
    assert at_risk.ahead(db, here.neighbour.id) == []


def test_a_camera_that_was_never_tried_is_the_least_of_the_reasons(visit, db, texted):
    assert at_risk.look(visit, [], is_untried=True).risk is Risk.UNTRIED

    lost = texted(Purpose.CONFIRM, MessageStatus.UNDELIVERED)
    assert at_risk.look(visit, [lost], is_untried=True).risk is Risk.UNDELIVERED


def test_a_camera_may_be_tried_until_two_days_before(visit):
    visit.starts_at, visit.ends_at = (
        visit.starts_at + timedelta(days=3),
        visit.ends_at + timedelta(days=3),
    )

    assert at_risk.look(visit, [], is_untried=True) is None
