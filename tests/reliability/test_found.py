from types import SimpleNamespace

import pytest

from app import clock
from app.messaging import outbox
from app.messaging.models import MessageStatus, Purpose
from app.people.models import Patient
from app.tasks import desk
from app.tasks.models import TaskCode
from bench.reliability import found


@pytest.fixture
def told(database, cast):
    """`told(status, ...)`: how a text of staff that Twilio never had is counted."""

    def told(status, *, was_resent, is_with_staff, written_by=None):
        with database.session() as db:
            maya = db.get_one(Patient, cast.maya.id)
            message = outbox.enqueue(
                db,
                Purpose.WRITTEN,
                "Come in.",
                patient=maya,
                due_at=clock.now(),
                written_by=written_by,
            )
            message.status, message.was_resent = status, was_resent
            if is_with_staff:
                desk.open_task(db, TaskCode.TEXT_IN_DOUBT, maya, by=None, urgent=True)
        twilio = SimpleNamespace(copies=dict, made=list)
        return found.texts(SimpleNamespace(database=database, twilio=twilio))

    return told


def test_a_text_in_doubt_twice_is_lost_and_known_to_be_with_staff(told):
    counted = told(MessageStatus.IN_DOUBT, was_resent=True, is_with_staff=True)

    assert (counted.lost, counted.with_staff) == (1, 1)


@pytest.mark.parametrize(
    ("status", "was_resent", "is_with_staff"),
    [
        (MessageStatus.IN_DOUBT, True, False),
        (MessageStatus.IN_DOUBT, False, True),
        (MessageStatus.QUEUED, True, True),
        (MessageStatus.SENDING, True, True),
    ],
)
def test_a_text_that_nobody_sends_and_nobody_was_told_of_is_lost(
    told, status, was_resent, is_with_staff
):
    counted = told(status, was_resent=was_resent, is_with_staff=is_with_staff)

    assert (counted.lost, counted.with_staff) == (1, 0)


def test_typed_words_in_doubt_are_lost_and_known_to_be_with_staff(told, cast):
    counted = told(
        MessageStatus.IN_DOUBT, was_resent=False, is_with_staff=True, written_by=cast.jordan
    )

    assert (counted.lost, counted.with_staff) == (1, 1)


@pytest.mark.parametrize(
    ("status", "is_with_staff"),
    [
        (MessageStatus.IN_DOUBT, False),
        (MessageStatus.SENDING, True),
        (MessageStatus.QUEUED, True),
    ],
)
def test_typed_words_that_nobody_was_told_of_are_lost(told, cast, status, is_with_staff):
    counted = told(status, was_resent=False, is_with_staff=is_with_staff, written_by=cast.jordan)

    assert (counted.lost, counted.with_staff) == (1, 0)
