"""The machine's clock was wrong and is set right: no text waits for the day that was noted."""

from datetime import timedelta

import pytest

from app import clock
from app.messaging import claims, outbox, pace, reconciling
from app.messaging.gateway import InDoubt
from app.messaging.models import Message, MessageStatus
from tests.fakes import RecordingGateway

BASE_URL = "https://afterglow.test"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
once_set_back = pytest.mark.parametrize("by", [HOUR, DAY])


def move(by):
    clock.stand_still(clock.now() + by, machine=clock.machine_now() + by)


@pytest.fixture
def gateway():
    """Takes so many texts a second that it is never busy for long."""
    gateway = RecordingGateway()
    gateway.segments_per_second = 1.0
    return gateway


@pytest.fixture
def look(database, gateway):
    return lambda: reconciling.look_into_one(database, gateway, BASE_URL)


@once_set_back
def test_a_text_whose_worker_died_before_that_is_looked_into_now(queue, database, kept, by):
    message = queue()
    move(by)
    with database.session() as db:
        assert claims.claim_next(db, "worker-1")
    move(-by)

    with database.session() as db:
        assert claims.expire_leases(db) == [message.id]

    assert kept(message).status is MessageStatus.IN_DOUBT


def test_a_text_in_hand_stays_there_when_the_clock_is_only_a_little_off(queue, database):
    queue()
    with database.session() as db:
        assert claims.claim_next(db, "worker-1")

    for _ in range(20):
        with database.session() as db:
            assert claims.expire_leases(db) == []
        move(timedelta(seconds=3))


@once_set_back
def test_a_sender_that_was_busy_then_is_free(queue, send, gateway, by):
    move(by)
    queue()
    assert send()
    move(-by)
    queue()

    assert send()
    assert not send()
    assert len(gateway.sent) == 2


def test_a_sender_that_was_asked_to_wait_still_waits(queue, send, gateway, database):
    queue()
    with database.session() as db:
        pace.open_now(db, gateway)
        pace.hold(db, timedelta(minutes=15))

    assert not send()
    move(timedelta(minutes=14))
    assert not send()
    move(timedelta(minutes=9))
    assert send()


@once_set_back
def test_a_doubt_of_then_is_looked_into_now_and_the_text_leaves_once_more(
    queue, send, look, gateway, kept, by
):
    message = queue(with_link=True)
    move(by)
    gateway.answers = [InDoubt()]
    send()
    move(-by)

    assert look()
    assert kept(message).status is MessageStatus.IN_DOUBT
    move(timedelta(seconds=91))
    assert look()
    assert send()

    assert kept(message).status is MessageStatus.ACCEPTED
    assert [text.message_id for text in gateway.sent] == [message.id] * 2


@once_set_back
def test_a_text_that_had_arrived_then_is_not_asked_about(queue, send, look, callback, by):
    move(by)
    message = queue()
    send()
    callback(message, "delivered")
    move(-by)

    assert not look()


def test_what_left_by_the_gateways_own_clock_is_found_although_ours_was_a_day_ahead(
    queue, send, look, gateway, kept, database
):
    asked_since = []
    find = gateway.find
    gateway.find = lambda to, body, since: asked_since.append(since) or find(to, body, since)
    theirs = clock.machine_now()
    move(DAY)
    message = queue(with_link=True)
    gateway.answers = [InDoubt()]
    send()
    move(timedelta(seconds=11))

    look()

    assert asked_since[0] <= theirs
    with database.session(write=False) as db:
        assert db.get_one(Message, message.id).status is MessageStatus.IN_DOUBT


EVENING = timedelta(hours=11)  # from Friday noon on: eleven at night


@pytest.fixture
def take_up(database):
    """How many texts the worker finds that a wrong clock put off."""

    def take_up():
        with database.session() as db:
            return len(claims.take_up(db))

    return take_up


@pytest.mark.parametrize("by", [EVENING, DAY + EVENING])
def test_a_text_that_was_put_off_then_leaves_now_and_not_in_the_wrong_morning(
    queue, send, gateway, take_up, kept, by
):
    message, due_at = queue(), clock.now()
    move(by)
    assert send()
    assert kept(message).due_at == clock.now() + 9 * HOUR
    move(-by)

    assert take_up() == 1

    assert (kept(message).due_at, kept(message).first_due_at) == (due_at, None)
    assert take_up() == 0
    assert send()
    assert [text.message_id for text in gateway.sent] == [message.id]


def test_a_text_that_the_right_clock_put_off_waits_for_its_morning(
    queue, send, gateway, take_up, kept
):
    move(EVENING)
    message = queue()
    assert send()
    morning = kept(message).due_at

    move(-timedelta(minutes=1))  # as far as clocks of several machines differ
    assert take_up() == 0
    move(9 * HOUR)
    assert take_up() == 0

    assert kept(message).due_at == morning
    move(HOUR)
    assert send()
    assert len(gateway.sent) == 1


def test_a_text_put_off_twice_goes_back_to_when_it_was_due_at_first(queue, send, take_up, kept):
    message, due_at = queue(), clock.now()
    move(2 * DAY + EVENING)
    assert send()
    move(DAY)
    assert send()
    move(-3 * DAY - EVENING)

    assert take_up() == 1
    assert kept(message).due_at == due_at


def test_a_text_that_was_withdrawn_meanwhile_stays_so(queue, send, take_up, kept, database):
    message = queue()
    move(EVENING)
    assert send()
    with database.session() as db:
        outbox.withdraw(db, message.appointment_id)
    move(-EVENING)

    assert take_up() == 0
    assert kept(message).status is MessageStatus.CANCELLED


def test_a_text_that_was_only_given_back_then_is_due_as_it_was(queue, take_up, kept, database):
    message = queue(due_at=clock.now() + HOUR)
    move(2 * HOUR)
    with database.session() as db:
        assert claims.put_back(db, claims.claim_next(db, "worker-1"))
    move(-2 * HOUR)

    assert take_up() == 0
    assert (kept(message).due_at, kept(message).first_due_at) == (clock.now() + HOUR, None)


def test_a_doubt_is_looked_into_before_what_was_taken_long_ago(queue, send, look, gateway, kept):
    taken = queue()
    send()
    move(timedelta(seconds=2))
    doubt = queue(with_link=True)
    gateway.answers = [InDoubt()]
    send()
    move(HOUR)

    assert look()

    assert (kept(taken).looks, kept(doubt).looks) == (0, 1)
