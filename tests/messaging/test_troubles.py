from dataclasses import dataclass
from datetime import timedelta

import pytest
import structlog

from app import clock
from app.messaging import alarms, troubles
from app.messaging.gateway import Accepted, Declined, TooFast
from app.messaging.models import MessageStatus, Purpose
from app.people.models import Patient

ACCEPTED, FAILED, QUEUED = MessageStatus.ACCEPTED, MessageStatus.FAILED, MessageStatus.QUEUED
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _quietly():
    with structlog.testing.capture_logs():
        yield


@dataclass(frozen=True)
class Follows:
    """What is to follow a code when it comes back about a text that was accepted."""

    task: str | None = "text-undelivered"
    again: tuple[int, ...] = ()  # minutes from each failure to the next try
    alarm: str = ""
    stops_texts_to_them: bool = False
    holds_sender: bool = False
    stops_sender: bool = False


DEAD = Follows("bad-number", stops_texts_to_them=True)
TOO_FAST = Follows(again=(1, 1), holds_sender=True)
QUEUE_FULL = Follows(again=(5,), holds_sender=True, alarm="queue-full")
REFUSED = Follows(holds_sender=True, alarm="refused")
CALLED_BACK = {
    "21211": DEAD,
    "21217": DEAD,
    "21614": DEAD,
    "21635": DEAD,
    "30005": DEAD,
    "30006": DEAD,
    "21610": Follows("opted-out", stops_texts_to_them=True),
    "30003": Follows(again=(2, 10)),
    "30036": Follows(),
    "429": TOO_FAST,
    "20429": TOO_FAST,
    "30022": TOO_FAST,
    "21611": QUEUE_FULL,
    "30001": QUEUE_FULL,
    "30007": Follows(alarm="filtered"),
    "21408": Follows(alarm="region"),
    "30034": Follows(alarm="unregistered", stops_sender=True),
    "30002": Follows(alarm="suspended", stops_sender=True),
    "401": REFUSED,
    "403": REFUSED,
    "20003": REFUSED,
    "20005": REFUSED,
    "21212": REFUSED,
    "21603": REFUSED,
    "21606": REFUSED,
    "21659": REFUSED,
    "21660": REFUSED,
    "21661": REFUSED,
    "21701": REFUSED,
    "21703": REFUSED,
    "21704": REFUSED,
    "30008": Follows(again=(1,)),
    "30500": Follows(again=(1,)),
    "": Follows(),
    "63999": Follows(),
}
# Refused at once for a reason of ours: the same text leaves when that is over.
NOT_TAKEN = {
    "429", "20429", "30022", "21611", "30001",
    "401", "403", "20003", "20005", "21212", "21603", "21606", "21659", "21660", "21661",
    "21701", "21703", "21704",
}  # fmt: skip


@pytest.fixture
def wait_until():
    def wait_until(moment):
        clock.stand_still(moment, machine=clock.machine_now() + timedelta(minutes=2))

    return wait_until


def test_every_code_we_treat_by_itself_is_tried_here():
    assert set(troubles._BY_CODE) <= set(CALLED_BACK)


@pytest.mark.parametrize("code", CALLED_BACK)
def test_what_follows_a_text_that_did_not_arrive(
    queue, send, kept, kept_all, callback, tasks, alarms_raised, wait_until, code
):
    follows = CALLED_BACK[code]
    queue(Purpose.NUDGE, "Tap {link}.", with_link=True, expires_at=clock.now() + 60 * MINUTE)
    send()
    for minutes in follows.again:
        last = kept_all()[-1]
        callback(last, "undelivered", code)
        again = kept_all()[-1]
        assert (again.status, again.due_at) == (QUEUED, clock.now() + minutes * MINUTE)
        assert again.again_of_id == kept_all()[0].id
        assert tasks() == []
        wait_until(again.due_at)
        assert send()
    last = kept_all()[-1]
    callback(last, "undelivered", code)

    assert kept(last).status is MessageStatus.UNDELIVERED
    assert len(kept_all()) == 1 + len(follows.again)
    assert tasks() == [follows.task]
    times = 1 + len(follows.again)
    assert alarms_raised() == ({follows.alarm: times} if follows.alarm else {})
    assert (queue(Purpose.NOTICE) is None) is follows.stops_texts_to_them
    if not follows.stops_texts_to_them:
        assert send() is not (follows.holds_sender or follows.stops_sender)


@pytest.mark.parametrize("code", [code for code in CALLED_BACK if code])
def test_what_follows_a_text_that_was_not_taken(
    queue, send, gateway, kept, tasks, alarms_raised, wait_until, code
):
    message = queue(Purpose.JOIN, "Tap {link}.", with_link=True)
    gateway.answers = [Declined(code)]

    send()

    is_taken_later = code in NOT_TAKEN
    assert kept(message).status is (QUEUED if is_taken_later else FAILED)
    assert tasks() == ([] if is_taken_later else [CALLED_BACK[code].task])
    assert list(alarms_raised()) == ([CALLED_BACK[code].alarm] if CALLED_BACK[code].alarm else [])
    if is_taken_later:
        assert not send()
        wait_until(clock.now())
        assert send()
        assert kept(message).status is ACCEPTED


def test_staff_hear_of_a_join_text_at_once_even_while_it_is_tried_again(
    queue, send, kept_all, callback, tasks, wait_until
):
    message = queue(Purpose.JOIN, "Tap {link}.", with_link=True)
    send()

    callback(message, "undelivered", "30003")

    assert tasks() == ["text-undelivered"]
    again = kept_all()[-1]
    assert again.status is QUEUED
    wait_until(again.due_at)
    send()
    callback(again, "delivered")
    assert tasks() == []


def test_nothing_is_tried_again_that_nobody_would_want_by_then(
    queue, send, kept_all, callback, tasks
):
    message = queue(Purpose.NUDGE, expires_at=clock.now() + 2 * MINUTE)
    send()

    callback(message, "undelivered", "30003")

    assert len(kept_all()) == 1
    assert tasks() == ["text-undelivered"]


def test_what_a_person_wrote_is_not_sent_twice_when_it_may_have_arrived(
    queue, send, kept_all, callback, tasks
):
    message = queue(Purpose.WRITTEN, "How are you?", appointment_id=None)
    send()

    callback(message, "undelivered", "30008")

    assert len(kept_all()) == 1
    assert tasks() == ["text-undelivered"]


def test_what_a_person_wrote_is_tried_again_when_the_phone_was_off(
    queue, send, kept_all, callback, tasks
):
    message = queue(Purpose.WRITTEN, "How are you?", appointment_id=None)
    send()

    callback(message, "undelivered", "30003")

    assert [one.body for one in kept_all()] == ["How are you?"] * 2
    assert tasks() == []


def test_a_second_try_is_called_off_when_the_first_text_arrives_after_all(
    queue, send, kept_all, callback, tasks
):
    message = queue(Purpose.JOIN, "Tap {link}.", with_link=True)
    send()
    callback(message, "undelivered", "30003")

    callback(message, "delivered")

    assert [one.status for one in kept_all()] == [MessageStatus.DELIVERED, MessageStatus.CANCELLED]
    assert tasks() == []


def test_a_dead_number_takes_everything_that_is_queued_for_it_along(
    queue, send, kept, callback, database, cast
):
    message, later = queue(), queue(Purpose.NOTICE, due_at=clock.now() + timedelta(days=1))
    send()

    callback(message, "undelivered", "30006")

    assert kept(later).status is MessageStatus.CANCELLED
    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).number_failed_at == clock.now()


def test_a_number_that_was_corrected_meanwhile_is_not_the_dead_one(
    queue, send, callback, database, cast, tasks
):
    message = queue()
    send()
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).phone = "+13125550177"

    callback(message, "undelivered", "30005")

    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).number_failed_at is None
    assert tasks() == ["bad-number"]


def test_a_text_to_staff_that_does_not_arrive_is_an_alarm(
    queue, send, callback, cast, tasks, alarms_raised
):
    message = queue(Purpose.SAFETY, practitioner=cast.jordan, appointment_id=None)
    send()

    callback(message, "undelivered", "30006")

    assert alarms_raised() == {"staff-number": 1}
    assert tasks() == []


def test_a_stopped_sender_sends_again_once_somebody_has_seen_to_it(
    queue, send, kept, callback, database
):
    first, second = queue(), queue(Purpose.NOTICE)
    send()
    callback(first, "undelivered", "30034")
    assert not send()

    with database.session() as db:
        alarms.clear(db, alarms.open_alarms(db)[0])

    assert send()
    assert kept(second).status is ACCEPTED


def test_the_whole_sender_waits_as_long_as_the_gateway_asks(queue, send, gateway):
    queue()
    queue(Purpose.CODE)
    gateway.answers = [TooFast(timedelta(seconds=30)), Accepted("SM9")]
    send()

    assert not send()
    clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(seconds=29))
    assert not send()
    clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(seconds=17))
    assert send()
