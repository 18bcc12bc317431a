"""What a receiver is told, when, how often, and what happens while it does not listen."""

import base64
import hmac
import threading
import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app import clock
from app.messaging import outbox
from app.messaging.models import Purpose
from app.people.models import Patient
from app.scheduling.models import Appointment
from app.subscriptions import delivering, keeping
from app.subscriptions.delivering import A_DAY, LEASE, WAITS
from app.subscriptions.models import EventStatus, Subscription, SubscriptionStatus
from app.subscriptions.receiver import NetReceiver
from app.worker import Worker


@pytest.fixture
def change(database, cast):
    """`change()`: the infusion changes once more."""

    def change():
        with database.session() as db:
            db.get_one(Appointment, cast.infusion.id).version += 1

    return change


def is_signed(secret, headers, body):
    """As a receiver checks it, from the standard's own words."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    made = base64.b64encode(hmac.new(key, signed, "sha256").digest()).decode()
    return headers["webhook-signature"] == f"v1,{made}"


def test_a_change_arrives_signed_with_its_id_and_no_more(
    subscribe, change, deliver, receiver, cast, database
):
    _, secret = subscribe(headers=["Authorization: Bearer theirs"])
    change()

    assert deliver()
    assert not deliver()

    ((headers, body),) = receiver.taken
    assert receiver.told == [(1, "Appointment", str(cast.infusion.id))]
    assert headers["Content-Type"] == "application/fhir+json"
    assert headers["Authorization"] == "Bearer theirs"
    assert is_signed(secret, headers, body)
    assert not is_signed(secret, headers, body + b" ")
    assert int(headers["webhook-timestamp"]) == int(clock.machine_now().timestamp())
    with database.session(write=False) as db:
        maya = db.get_one(Patient, cast.maya.id)
        for personal in (maya.given_name, maya.family_name, maya.phone, "infusion"):
            assert personal.encode() not in body


def test_who_wants_no_ids_is_told_that_there_is_something_new(
    subscribe, change, deliver, receiver, cast
):
    subscribe(with_ids=False)
    change()

    deliver()

    assert str(cast.infusion.id).encode() not in receiver.taken[0][1]


def test_news_come_in_order_and_are_numbered_without_a_gap(
    subscribe, change, deliver_all, receiver
):
    subscribe()
    for _ in range(5):
        change()

    deliver_all()

    assert [number for number, *_ in receiver.told] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("answer", [199, 301, 400, 404, 429, 500, 503])
def test_what_was_not_taken_is_tried_again_before_anything_newer(
    subscribe, change, deliver, deliver_all, receiver, later, answer
):
    subscribe()
    change()
    receiver.answers = [answer]
    deliver()
    change()
    deliver_all()
    assert len(receiver.taken) == 1  # not yet

    later(timedelta(seconds=WAITS[0]))
    deliver_all()

    assert [number for number, *_ in receiver.told] == [1, 1, 2]
    assert len({headers["webhook-id"] for headers, _ in receiver.taken}) == 2


def test_it_is_tried_for_a_day_and_then_given_up_with_all_that_is_as_old(
    subscribe, change, deliver, receiver, later, events, standing
):
    subscription, _ = subscribe()
    change()
    change()
    began, waits = clock.machine_now(), []
    receiver.handler = lambda request: request.send_error(500)
    while not any(event.status is EventStatus.DEAD for event in events()):
        assert deliver()
        waits.append(standing(subscription).try_at - clock.machine_now())
        later(waits[-1])

    assert [wait.total_seconds() for wait in waits[: len(WAITS)]] == list(WAITS)
    assert A_DAY <= clock.machine_now() - began <= A_DAY + timedelta(hours=2)
    assert {event.status for event in events()} == {EventStatus.DEAD}
    assert standing(subscription).status is SubscriptionStatus.ERROR
    assert standing(subscription).last_answer == 500


def test_after_a_day_of_silence_what_is_newer_is_still_tried_and_all_is_well_again(
    subscribe, change, deliver, deliver_all, receiver, later, events, standing
):
    subscription, _ = subscribe()
    change()
    receiver.handler = lambda request: request.send_error(500)
    while standing(subscription).status is SubscriptionStatus.ACTIVE:
        deliver()
        later(timedelta(hours=1))
    change()
    receiver.handler = None

    deliver_all()

    assert [event.status for event in events()] == [EventStatus.DEAD, EventStatus.DELIVERED]
    assert standing(subscription).status is SubscriptionStatus.ACTIVE
    assert standing(subscription).failures == 0


def test_what_was_given_up_is_sent_again_when_somebody_wants_it(
    database, subscribe, change, deliver, deliver_all, receiver, later, events, cast
):
    subscription, _ = subscribe()
    change()
    receiver.handler = lambda request: request.send_error(500)
    while events()[0].status is EventStatus.WAITING:
        deliver()
        later(timedelta(hours=1))
    receiver.handler, receiver.taken = None, []
    with database.session() as db:
        row = db.get_one(Subscription, subscription.id)
        assert keeping.replay(db, row, by=cast.ada) == 1
        assert keeping.replay(db, row, by=cast.ada) == 0

    deliver_all()

    assert [number for number, *_ in receiver.told] == [1]  # its old number


def test_everything_since_a_moment_is_sent_again_in_its_old_order(
    database, subscribe, change, deliver_all, receiver, later, cast
):
    subscription, _ = subscribe()
    change()
    later(timedelta(hours=1))
    since = clock.now()
    change()
    change()
    deliver_all()
    receiver.taken = []
    with database.session() as db:
        row = db.get_one(Subscription, subscription.id)
        assert keeping.replay(db, row, by=cast.ada, since=since) == 2
    change()

    deliver_all()

    assert [number for number, *_ in receiver.told] == [2, 3, 4]


def test_a_receiver_that_is_gone_is_told_no_more(
    subscribe, change, deliver, deliver_all, receiver, standing, events
):
    subscription, _ = subscribe()
    change()
    receiver.answers = [410]
    deliver()
    change()
    deliver_all()

    assert standing(subscription).status is SubscriptionStatus.OFF
    assert len(receiver.taken) == 1
    assert len(events()) == 1  # what came after was not written down


def test_what_rests_is_told_nothing_and_goes_on_with_what_waited(
    database, subscribe, change, deliver_all, receiver, cast
):
    subscription, _ = subscribe()
    change()
    with database.session() as db:
        keeping.pause(db, db.get_one(Subscription, subscription.id), by=cast.ada)
    change()
    deliver_all()
    assert receiver.taken == []
    with database.session() as db:
        keeping.resume(db, db.get_one(Subscription, subscription.id), by=cast.ada)

    deliver_all()

    assert len(receiver.taken) == 1


def test_what_has_ended_forgets_its_receiver(
    database, subscribe, change, deliver_all, receiver, standing, cast
):
    subscription, _ = subscribe()
    change()
    with database.session() as db:
        keeping.end(db, db.get_one(Subscription, subscription.id), by=cast.ada)
    deliver_all()

    ended = standing(subscription)
    assert receiver.taken == []
    assert (ended.endpoint, ended.headers, ended.secret) == ("", None, None)


def test_past_its_end_nothing_is_told(subscribe, change, deliver_all, receiver, later):
    subscribe(ends_at=clock.machine_now() + timedelta(hours=1))
    change()
    later(timedelta(hours=1))

    deliver_all()

    assert receiver.taken == []


def test_several_workers_tell_each_thing_once_and_in_order(
    database, subscribe, change, receiver, here
):
    subscribe()
    for _ in range(12):
        change()
    receiver.handler = lambda request: (time.sleep(0.01), answered(request))
    begun = threading.Barrier(4)

    def work():
        net = NetReceiver(here)
        begun.wait()
        until = time.monotonic() + 20
        while len(receiver.told) < 12 and time.monotonic() < until:
            delivering.deliver_one(database, net, here)
        for _ in range(5):  # whatever would be told twice
            delivering.deliver_one(database, net, here)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)

    assert [number for number, *_ in receiver.told] == list(range(1, 13))


def test_what_a_worker_died_with_is_told_after_its_lease(
    database, subscribe, change, deliver, receiver, later, here
):
    class Dies:
        def post(self, *_):
            raise SystemExit

    subscribe()
    change()
    with pytest.raises(SystemExit):
        delivering.deliver_one(database, Dies(), here)
    assert not deliver()

    later(LEASE + timedelta(seconds=1))

    assert deliver()
    assert [number for number, *_ in receiver.told] == [1]


def test_a_worker_that_comes_back_late_overwrites_nothing(
    database, subscribe, change, deliver, later, here, standing
):
    class Dawdles:
        def post(self, *_):
            later(LEASE + timedelta(seconds=1))
            assert deliver()  # another one has seen to it
            return 500

    subscription, _ = subscribe()
    change()

    delivering.deliver_one(database, Dawdles(), here)

    assert standing(subscription).failures == 0
    assert standing(subscription).last_answer == 200


@pytest.mark.parametrize(
    "manner",
    [
        lambda request: request.connection.close(),
        lambda request: request.wfile.write(b"SSH-2.0-nothing of the kind\r\n"),
        lambda request: request.wfile.write(b"HTTP/1.1 2000 too long\r\n"),
        lambda request: request.wfile.write(b"x" * 5000),
        lambda request: drip(request),
    ],
    ids=["hangs up", "speaks otherwise", "no status", "never ends its line", "drips"],
)
def test_a_receiver_that_misbehaves_holds_up_nobody(
    subscribe, change, deliver, receiver, standing, manner
):
    subscription, _ = subscribe()
    change()
    receiver.handler = manner
    began = time.monotonic()

    assert deliver()

    assert time.monotonic() - began < 3
    assert standing(subscription).failures == 1
    assert standing(subscription).last_answer == 0


def test_a_slow_receiver_holds_up_no_text(
    database, settings, subscribe, change, gateway, cast, here
):
    class Slow:
        def __init__(self):
            self.begun = threading.Event()
            self.may_end = threading.Event()

        def post(self, *_):
            self.begun.set()
            self.may_end.wait(10)
            return 200

    slow = Slow()
    subscribe()
    change()
    worker = Worker(database, here, gateway, receiver=slow)
    running = threading.Thread(target=worker.run)
    running.start()
    assert slow.begun.wait(5)
    with database.session() as db:
        patient = db.get_one(Patient, cast.maya.id)
        outbox.enqueue(db, Purpose.NOTICE, "Hello.", patient=patient, due_at=clock.now())
    until = time.monotonic() + 5
    while not gateway.sent and time.monotonic() < until:
        time.sleep(0.05)

    assert [one.body for one in gateway.sent] == ["Hello."]
    worker.stop()
    slow.may_end.set()
    running.join(10)
    assert not running.is_alive()


def test_long_ago_is_forgotten_and_what_was_given_up_is_kept_longer(
    database, subscribe, change, deliver, deliver_all, receiver, later, events
):
    subscribe()
    change()
    deliver_all()
    change()
    receiver.answers = [500] * 40
    while events()[-1].status is EventStatus.WAITING:
        deliver()
        later(timedelta(hours=1))

    later(timedelta(days=31))
    with database.session() as db:
        keeping.tidy(db)
    assert [event.status for event in events()] == [EventStatus.DEAD]
    later(timedelta(days=60))
    with database.session() as db:
        keeping.tidy(db)
    assert events() == []


@given(failures=some.integers(min_value=1, max_value=10_000))
def test_waits_grow_and_never_beyond_an_hour(failures):
    wait = WAITS[min(failures, len(WAITS)) - 1]
    before = WAITS[min(max(failures - 1, 1), len(WAITS)) - 1]

    assert before <= wait <= 3600


def answered(request):
    request.send_response(204)
    request.end_headers()


def drip(request):
    try:
        for sign in b"HTTP/1.1 200 OK and then some, said very slowly":
            request.wfile.write(bytes([sign]))
            request.wfile.flush()
            time.sleep(0.2)
    except OSError:
        pass
