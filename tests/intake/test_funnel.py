from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.intake import following, funnel, packets
from app.messaging.models import Message, MessageStatus, Purpose
from app.questionnaires import library
from app.questionnaires.models import QuestionnaireResponse, ResponseStatus


@pytest.fixture
def stand_at(db, cast):
    """`stand_at("q3")`: somebody was asked for a PHQ-9, began it, and stands at that question."""

    def stand_at(link_id):
        maya = db.merge(cast.maya)
        form = library.shipped(db, "phq-9")
        packet = packets.ask(db, maya, [form], by=None)
        (task,) = packets.tasks_of(db, packet)
        following.started(db, task)
        task.response = QuestionnaireResponse(
            clinic_id=maya.clinic_id,
            patient_id=maya.id,
            questionnaire_id=form.id,
            status=ResponseStatus.IN_PROGRESS,
            language="en",
            at_link_id=link_id,
            made_at=clock.now(),
            saved_at=clock.now(),
        )
        db.flush()
        return task

    return stand_at


def _stops(db, cast):
    return [(stop.link_id, stop.count, stop.share) for stop in funnel.stops(db, cast.clinic.id)]


def test_somebody_has_stopped_when_they_did_not_go_on_for_a_day(db, cast, stand_at):
    stand_at("q3")
    assert _stops(db, cast) == []

    clock.stand_still(clock.now() + timedelta(days=1))

    assert _stops(db, cast) == [("q3", 1, None)]


def test_whoever_went_on_to_the_end_has_not_stopped(db, cast, stand_at):
    following.completed(db, stand_at("q3"))
    clock.stand_still(clock.now() + timedelta(days=1))

    assert _stops(db, cast) == []


def test_shares_are_of_those_who_began_and_only_from_ten_on(db, cast, stand_at):
    for _ in range(9):
        stand_at("q9")
    clock.stand_still(clock.now() + timedelta(days=1))
    assert _stops(db, cast) == [("q9", 9, None)]

    following.completed(db, stand_at("q1"))

    assert _stops(db, cast) == [("q9", 9, 0.9)]


def test_the_neighbours_people_are_not_counted(db, cast, stand_at):
    stand_at("q3")
    clock.stand_still(clock.now() + timedelta(days=1))

    assert funnel.stops(db, cast.neighbour.id) == []
    assert funnel.counted(db, cast.neighbour.id).asked == 0


def test_a_packet_is_followed_from_its_text_to_the_end(db, cast, stand_at):
    task = stand_at("q1")
    packet = task.packet
    found = funnel.moments(db, [packet])[packet.id]
    assert (found.sent_at, found.opened_at, found.done_at) == (None, clock.now(), None)

    text = db.scalars(_texts_with(packet)).one()
    text.status, text.sent_at, text.status_at = (
        MessageStatus.DELIVERED,
        clock.now(),
        clock.now() + timedelta(seconds=4),
    )
    db.flush()
    following.completed(db, task)

    found = funnel.moments(db, [packet])[packet.id]
    assert found.sent_at == clock.now()
    assert found.delivered_at == clock.now() + timedelta(seconds=4)
    assert found.done_at == clock.now()
    counted = funnel.counted(db, cast.clinic.id)
    assert (counted.asked, counted.delivered, counted.opened, counted.done) == (1, 1, 1, 1)
    assert (counted.at_desk, counted.before_arrival, counted.may_say_shares) == (0, 0, False)


def _texts_with(packet):
    return select(Message).where(
        Message.link_id == packet.link_id, Message.purpose == Purpose.INTAKE
    )
