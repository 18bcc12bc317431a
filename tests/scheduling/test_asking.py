""" "Not today": one record, from a text or the button; nothing leaves until it is settled."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.links import magic_links
from app.links.models import LinkState, MagicLink
from app.messaging.models import Message, MessageStatus, Purpose
from app.scheduling import (
    agreeing,
    asking,
    booking,
    confirming,
    new_number,
    offered,
    rescheduling,
    rules,
    visit_texts,
)
from app.tasks import desk
from app.tasks.models import TaskCode


@pytest.fixture
def visit(db, here):
    """Maya's visit tomorrow at ten, agreed, with its texts."""
    here.integration_visit.confirmed_at = clock.now() - timedelta(days=3)
    visit_texts.plan(db, here.integration_visit)
    return here.integration_visit


@pytest.fixture
def purposes(queued):
    return lambda visit: [text.purpose for text in queued(visit)]


def test_asking_withholds_what_is_queued_and_tells_staff(db, visit, here, purposes):
    assert purposes(visit) == [Purpose.CONFIRM, Purpose.JOIN, Purpose.NUDGE]

    asking.ask(db, visit, by=here.maya)

    assert purposes(visit) == []
    assert (visit.asked_at, visit.confirmed_at) == (clock.now(), None)
    (task,) = desk.open_tasks(db, here.clinic.id)
    assert (task.code, task.appointment_id) == (TaskCode.FIND_A_TIME, visit.id)


def test_a_time_to_find_is_urgent_once_the_visit_is_a_day_away(db, visit, here):
    clock.stand_still(visit.starts_at - timedelta(hours=25))
    asking.ask(db, visit, by=here.maya)
    (task,) = desk.open_tasks(db, here.clinic.id)
    assert not task.urgent

    clock.stand_still(visit.starts_at - timedelta(hours=24))
    asking.ask(db, visit, by=here.maya)

    assert task.urgent


def test_asking_twice_is_one_record(db, visit, here):
    asking.ask(db, visit, by=here.maya)
    first = visit.asked_at
    clock.stand_still(clock.now() + timedelta(minutes=5))

    asking.ask(db, visit, by=here.maya)
    db.flush()

    assert visit.asked_at == first
    noted = db.scalars(select(AuditEvent).where(AuditEvent.action == "ask-for-other-times"))
    assert len(noted.all()) == 1
    assert len(desk.open_tasks(db, here.clinic.id)) == 1


def test_the_answer_carries_a_link_of_the_same_visit_for_choosing(db, visit, here, queued):
    asking.ask(db, visit, by=here.maya)

    asking.answer_with_times(db, visit)

    (answer,) = queued(visit)
    assert (answer.purpose, answer.due_at) == (Purpose.ANSWER, clock.now())
    assert (answer.link.for_choosing, answer.link.appointment_id) == (True, visit.id)
    assert "{link}" in answer.body


def test_answering_twice_leaves_one_answer_waiting(db, visit, here, purposes):
    asking.ask(db, visit, by=here.maya)
    asking.answer_with_times(db, visit)

    asking.answer_with_times(db, visit)

    assert purposes(visit) == [Purpose.ANSWER]


def test_the_answer_speaks_the_patients_language(db, visit, here, queued):
    here.maya.language = "es"

    asking.answer_with_times(db, visit)

    assert "Toque {link}" in next(
        text.body for text in queued(visit) if text.purpose is Purpose.ANSWER
    )


def test_keeping_the_time_queues_what_was_withheld_and_nobody_has_to_find_one(
    db, visit, here, purposes
):
    asking.ask(db, visit, by=here.maya)

    confirming.confirm(db, visit, by=here.maya)

    # They have just said yes, so they are not asked again.
    assert purposes(visit) == [Purpose.JOIN, Purpose.NUDGE]
    assert (visit.asked_at, visit.confirmed_at) == (None, clock.now())
    assert desk.open_tasks(db, here.clinic.id) == []


def test_kept_after_the_link_was_sent_only_the_nudge_comes_with_that_same_link(
    db, visit, here, queued
):
    clock.stand_still(visit.starts_at - timedelta(minutes=4))
    join = next(text for text in queued(visit) if text.purpose is Purpose.JOIN)
    join.status = MessageStatus.DELIVERED
    asking.ask(db, visit, by=here.maya)

    confirming.confirm(db, visit, by=here.maya)

    (nudge,) = queued(visit)
    assert (nudge.purpose, nudge.link_id) == (Purpose.NUDGE, join.link_id)
    assert nudge.at_any_hour


def test_a_join_text_that_is_in_a_workers_hand_is_wanted_again_when_the_time_is_kept(
    db, visit, here, queued
):
    clock.stand_still(visit.starts_at - timedelta(minutes=4))
    join = next(text for text in queued(visit) if text.purpose is Purpose.JOIN)
    join.status = MessageStatus.SENDING
    asking.ask(db, visit, by=here.maya)
    db.refresh(join)
    assert join.error_code == "withdrawn"

    confirming.confirm(db, visit, by=here.maya)

    assert join.error_code == ""


def test_a_picked_time_gets_a_fresh_link_and_the_old_ones_lead_there(db, visit, here, purposes):
    asking.ask(db, visit, by=here.maya)
    asking.answer_with_times(db, visit)
    choice = offered.offers(db, visit, clock.now())[-1]

    offered.pick(db, visit, choice.starts_at, by=here.maya)

    assert purposes(visit) == [Purpose.JOIN, Purpose.NUDGE]
    assert visit.asked_at is None
    links = db.scalars(select(MagicLink).where(MagicLink.appointment_id == visit.id)).all()
    (live,) = [link for link in links if magic_links.is_live(link)]
    assert {link.superseded_by_id for link in links if link is not live} == {live.id}
    assert not live.for_choosing


@pytest.mark.parametrize("what", ["agrees anew", "new number", "fresh link"])
def test_while_the_time_is_in_question_nothing_brings_its_texts_back(
    db, visit, here, purposes, what
):
    asking.ask(db, visit, by=here.maya)

    if what == "agrees anew":
        agreeing.follow(db, here.maya)
    elif what == "new number":
        new_number.follow(db, here.maya, by=here.jordan)
    else:
        visit_texts.renew_link(db, visit)

    assert purposes(visit) == []


def test_a_time_that_staff_found_settles_it(db, visit, here, at):
    asking.ask(db, visit, by=here.maya)

    rescheduling.reschedule(db, visit, at("2026-11-21T14:00"), by=here.jordan)

    assert visit.asked_at is None
    assert desk.open_tasks(db, here.clinic.id) == []


def test_somebody_who_comes_after_all_needs_no_time_found(db, visit, here):
    asking.ask(db, visit, by=here.maya)

    assert asking.take_back(db, visit) is True
    assert asking.take_back(db, visit) is False
    assert desk.open_tasks(db, here.clinic.id) == []


def test_nobody_asks_about_a_visit_that_is_off(db, visit, here):
    booking.cancel(db, visit, by=here.jordan)

    with pytest.raises(rules.AlreadyOver):
        asking.ask(db, visit, by=here.maya)
    assert desk.open_tasks(db, here.clinic.id) == []


def test_whoever_takes_no_texts_is_noted_all_the_same(db, visit, here):
    here.maya.opted_out_at = clock.now()

    asking.ask(db, visit, by=here.maya)

    assert asking.answer_with_times(db, visit) is None
    assert len(desk.open_tasks(db, here.clinic.id)) == 1
    assert db.scalars(select(Message).where(Message.purpose == Purpose.ANSWER)).all() == []
    assert db.scalars(select(MagicLink).where(MagicLink.state == LinkState.REVOKED)).all() == []
