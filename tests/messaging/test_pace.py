import threading
from datetime import timedelta

import pytest

from app import clock
from app.messaging import delivery, pace
from app.messaging.models import Purpose
from tests.fakes import RecordingGateway

ONE_SEGMENT, TWO_SEGMENTS = "a" * 160, "a" * 161


@pytest.fixture
def gateway():
    gateway = RecordingGateway()
    gateway.segments_per_second = 1.0
    return gateway


def tick(seconds=0.5):
    clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(seconds=seconds))


def send_for(seconds, send):
    """How many texts leave while a worker looks twice a second."""
    count = 0
    for _ in range(int(seconds * 2)):
        while send():
            count += 1
        tick()
    return count


@pytest.mark.parametrize(
    ("per_second", "body", "least", "most"),
    [(1, ONE_SEGMENT, 10, 11), (1, TWO_SEGMENTS, 5, 6), (4, ONE_SEGMENT, 40, 43), (0.1, "", 1, 2)],
)
def test_texts_leave_as_fast_as_the_gateway_takes_them(
    queue, send, gateway, per_second, body, least, most
):
    gateway.segments_per_second = per_second
    for _ in range(60):
        queue(Purpose.JOIN, body)

    assert least <= send_for(10, send) <= most


def test_a_gateway_without_a_pace_takes_all_at_once(queue, send, gateway):
    gateway.segments_per_second = None
    for _ in range(5):
        queue()

    assert [send() for _ in range(6)] == [True] * 5 + [False]


def test_two_workers_share_one_pace(queue, gateway, database):
    gateway.segments_per_second = 2
    for _ in range(40):
        queue()
    start, failures = threading.Barrier(2), []

    def work(name):
        start.wait()
        try:
            while delivery.send_one(database, gateway, name, "https://afterglow.test"):
                pass
        except Exception as error:  # noqa: BLE001  carried to the test
            failures.append(error)

    for _ in range(10):
        threads = [threading.Thread(target=work, args=(f"worker-{n}",)) for n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        tick(1)

    assert failures == []
    assert 20 <= len(gateway.sent) <= 22


def test_nothing_is_lost_when_another_worker_was_quicker(
    queue, send, gateway, database, kept, monkeypatch
):
    message = queue()
    monkeypatch.setattr(pace, "take", lambda *_: False)
    assert not send()
    monkeypatch.undo()

    assert send()
    assert kept(message).sent_at == clock.now()


def test_the_pace_is_kept_over_a_restart(queue, send, gateway, database):
    queue()
    queue()
    assert send()
    fresh = RecordingGateway()
    fresh.segments_per_second = gateway.segments_per_second

    assert not send(through=fresh)
    tick(1)
    assert send(through=fresh)


def test_another_sender_has_a_pace_of_its_own(queue, send, gateway):
    queue()
    queue()
    assert send()
    other = RecordingGateway()
    other.name, other.segments_per_second = "other", 1.0

    assert send(through=other)


def test_what_falls_due_in_a_rush_leaves_with_the_most_urgent_first(queue, send, gateway):
    for _ in range(3):
        queue(Purpose.NOTICE)
    send()
    queue(Purpose.CODE, "code")
    tick(1)

    send()

    assert gateway.sent[-1].body == "code"


def test_waiting_for_the_pace_does_not_mind_the_demo_clock(queue, send):
    queue()
    queue()
    send()
    clock.stand_still(clock.now() + timedelta(days=3), machine=clock.machine_now())

    assert not send()


@pytest.fixture
def sender(database, gateway):
    """Ask or tell the sender's pace something, in a transaction of its own."""

    def sender(what, *arguments):
        with database.session() as db:
            return what(db, *arguments)

    sender(pace.open_now, gateway)  # it is heard of
    return sender


def test_a_sender_is_open_again_half_a_second_before_it_is_free(sender, gateway):
    assert sender(pace.open_now, gateway)
    sender(pace.take, gateway, 2)

    tick(1.499)
    assert not sender(pace.open_now, gateway)
    assert not sender(pace.take, gateway, 1)
    tick(0.001)
    assert sender(pace.open_now, gateway)
    assert sender(pace.take, gateway, 1)


def test_nothing_is_taken_in_hand_while_its_sender_is_busy_or_stopped(
    queue, send, gateway, kept, sender
):
    sender(pace.take, gateway, 10)
    message = queue()
    assert not send()
    tick(10)
    sender(pace.stop, "suspended")
    assert not send()

    assert kept(message).attempt == 0


def test_another_senders_freedom_is_not_taken_for_ones_own(sender, gateway):
    other = RecordingGateway()
    other.name = "other"
    sender(pace.open_now, other)
    sender(pace.take, gateway, 10)

    assert not sender(pace.take, gateway, 1)


def test_a_pause_that_seems_as_long_as_any_can_be_is_still_one(sender, gateway):
    sender(pace.take, gateway, 1)
    tick(1 - 30 * 60)

    assert sender(pace.holds_back)
    sender(pace.hold, timedelta(seconds=1))
    tick(60)
    assert not sender(pace.take, gateway, 1)


def test_a_sender_that_rested_takes_no_more_at_once_for_it(queue, send, gateway, sender):
    sender(pace.take, gateway, 1)
    tick(3600)
    for _ in range(5):
        queue()

    assert [send(), send()] == [True, False]


def test_a_sender_said_to_be_busy_beyond_all_pauses_is_free(sender, gateway):
    sender(pace.take, gateway, 1)
    tick(-30 * 60 + 1)
    assert not sender(pace.open_now, gateway)
    assert not sender(pace.take, gateway, 1)
    tick(-0.001)

    assert sender(pace.open_now, gateway)
    assert sender(pace.take, gateway, 1)
    tick(0.499)
    assert not sender(pace.open_now, gateway)


def test_a_pause_is_as_long_as_it_was_asked_for_and_at_most_half_as_long_again(sender, gateway):
    for _ in range(20):
        sender(pace.hold, timedelta(seconds=60))
        tick(59.999)
        assert not sender(pace.open_now, gateway)
        tick(30.001)
        assert sender(pace.open_now, gateway)


def test_a_shorter_pause_does_not_end_a_longer_one(sender, gateway):
    sender(pace.hold, timedelta(seconds=60))
    sender(pace.hold, timedelta(seconds=1))

    tick(59)
    assert not sender(pace.open_now, gateway)


def test_a_longer_pause_lengthens_a_shorter_one(sender, gateway):
    sender(pace.hold, timedelta(seconds=1))
    sender(pace.hold, timedelta(seconds=60))

    tick(59)
    assert not sender(pace.open_now, gateway)


def test_a_pause_after_the_clock_was_set_back_counts_from_now(sender, gateway):
    sender(pace.hold, timedelta(seconds=60))
    tick(-24 * 3600)
    sender(pace.hold, timedelta(seconds=60))

    assert not sender(pace.open_now, gateway)
    tick(91)
    assert sender(pace.open_now, gateway)


def test_late_texts_wait_for_their_sender_while_it_is_stopped_or_busy(sender, gateway):
    assert sender(pace.holds_back)  # it was heard of this minute
    tick(60)
    assert not sender(pace.holds_back)
    sender(pace.take, gateway, 1)
    tick(60.999)
    assert sender(pace.holds_back)
    tick(0.001)
    assert not sender(pace.holds_back)
    tick(-32 * 60)  # nothing can be busy for so long
    assert not sender(pace.holds_back)
    tick(32 * 60)
    sender(pace.stop, "suspended")
    assert sender(pace.holds_back)


def test_a_sender_stays_stopped_for_what_stopped_it_first(sender, gateway):
    sender(pace.stop, "suspended")
    sender(pace.stop, "unregistered")

    sender(pace.restart, "unregistered")
    assert not sender(pace.open_now, gateway)
    assert not sender(pace.take, gateway, 1)
    sender(pace.restart, "suspended")
    assert sender(pace.open_now, gateway)
    sender(pace.stop, "unregistered")
    assert not sender(pace.open_now, gateway)
