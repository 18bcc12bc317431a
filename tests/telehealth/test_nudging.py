"""Nobody is nudged to join who is there, has left, wants a call, or whose visit is over."""

import pytest
from sqlalchemy import select

from app import clock
from app.messaging.models import Message, MessageStatus, Purpose
from app.scheduling import asking, visit_texts
from app.telehealth import calling_back, seats, visits


@pytest.fixture
def nudges(db, appointment):
    """`nudges()`: how many nudges wait. At first there is one."""
    visit_texts.plan(db, appointment)

    def nudges():
        db.flush()
        waiting = (Message.purpose == Purpose.NUDGE, Message.status == MessageStatus.QUEUED)
        return len(db.scalars(select(Message.id).where(*waiting)).all())

    assert nudges() == 1
    return nudges


def test_a_page_that_was_only_opened_does_not_stop_the_nudge(open_link, nudges):
    open_link()

    assert nudges() == 1


def test_whoever_is_there_is_not_nudged(db, open_link, nudges):
    seats.claim(db, open_link())

    assert nudges() == 0


def test_whoever_asks_to_be_phoned_is_not_nudged(db, open_link, nudges):
    calling_back.ask(db, open_link())

    assert nudges() == 0


def test_after_the_visit_ended_nobody_is_nudged(db, visit, clinician, nudges):
    visits.end(db, visit, by=clinician)

    assert nudges() == 0


def test_keeping_the_time_nudges_once_more_until_they_leave(
    db, cast, appointment, open_link, nudges
):
    seat = seats.claim(db, open_link())
    asking.ask(db, appointment, by=None)
    asking.take_back(db, appointment)
    visit_texts.keep(db, appointment)
    assert nudges() == 1

    seats.leave(db, seat)

    assert nudges() == 0


def test_somebody_who_is_let_in_after_all_needs_no_other_time(
    db, appointment, open_link, clinician, nudges
):
    asking.ask(db, appointment, by=None)
    seat = seats.claim(db, open_link())
    assert appointment.asked_at == clock.now()

    seats.admit(db, seat, by=clinician)

    assert appointment.asked_at is None
