import threading
import time
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import select

from app import clock
from app.messaging import claims, outbox
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Patient
from app.tasks.models import StaffTask
from app.worker import Job, Worker
from tests.fakes import RecordingGateway


@pytest.fixture
def worker(database, settings, gateway):
    return Worker(database, settings, gateway)


def queue(database, cast, **differs):
    with database.session() as db:
        values = {"patient": db.get_one(Patient, cast.maya.id), "due_at": clock.now()}
        return outbox.enqueue(db, Purpose.NOTICE, "Hello.", **(values | differs))


def run(worker, until):
    """Let a worker work until something has come about, half a minute at most."""
    thread = threading.Thread(target=worker.run)
    thread.start()
    end = time.monotonic() + 30
    while not until() and time.monotonic() < end:
        time.sleep(0.02)
    worker.stop()
    thread.join(30)
    assert not thread.is_alive()


def _crashed(lines):
    return [line for line in lines if line.get("job") == "broken"]


def job(worker, name):
    return next(one for one in worker.jobs if one.name == name)


def test_a_due_text_leaves_by_itself(worker, database, cast, gateway):
    queue(database, cast)
    queue(database, cast, due_at=clock.now() + timedelta(hours=1))

    run(worker, lambda: gateway.sent)

    assert [one.body for one in gateway.sent] == ["Hello."]


def test_a_job_that_crashes_stops_no_other(worker, database, cast, gateway):
    queue(database, cast)

    def crash():
        raise RuntimeError("Maya Osei")

    worker.jobs.insert(0, Job("broken", 0.5, crash))
    with structlog.testing.capture_logs() as lines:
        run(worker, lambda: gateway.sent and len(_crashed(lines)) >= 2)

    assert len(gateway.sent) == 1
    crashed = _crashed(lines)
    assert crashed[0]["kind"] == "RuntimeError"
    assert "Maya" not in repr(lines)


def test_what_became_of_a_text_whose_worker_died_is_found_out(worker, database, cast, gateway):
    message = queue(database, cast)
    with database.session() as db:
        claims.claim_next(db, "dead")
    gateway.made = [("+13125550142", "Hello.", "SM9")]
    clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(minutes=2))

    job(worker, "leases").run()
    job(worker, "look").run()

    with database.session(write=False) as db:
        kept = db.get_one(Message, message.id)
        assert (kept.status, kept.provider_sid) == (MessageStatus.ACCEPTED, "SM9")


class Slow(RecordingGateway):
    """A gateway that takes its time."""

    def send(self, outgoing):
        time.sleep(0.1)
        return super().send(outgoing)


def test_a_slow_gateway_keeps_no_alert_waiting(database, settings, cast, monkeypatch):
    monkeypatch.setattr("app.worker._LONGEST_TURN_SECONDS", 0.3)
    for _ in range(15):
        queue(database, cast)
    gateway = Slow()
    worker = Worker(database, settings, gateway)

    job(worker, "send").run()

    assert 1 <= len(gateway.sent) < 10


def test_a_day_of_replies_that_takes_long_to_list_holds_up_no_text(worker, database, cast, gateway):
    queue(database, cast)
    is_listed = threading.Event()
    real = gateway.received_since
    gateway.received_since = lambda since: is_listed.wait(30) and real(since)
    left = []

    def until():
        left.append(bool(gateway.sent) and not is_listed.is_set())
        if left[-1]:
            is_listed.set()
        return left[-1]

    run(worker, until)

    assert left[-1]


def test_codes_that_cannot_be_texted_hold_up_no_text(worker, database, cast, gateway, monkeypatch):
    queue(database, cast)

    def crash():
        raise RuntimeError

    worker.jobs = [Job("codes", 0.5, crash) if j.name == "codes" else j for j in worker.jobs]
    with structlog.testing.capture_logs():
        run(worker, lambda: gateway.sent)

    assert len(gateway.sent) == 1


def test_each_job_knows_when_it_has_work_so_that_the_demo_can_walk(worker, database, cast):
    due_at = clock.now() + timedelta(minutes=7)
    queue(database, cast, due_at=due_at)

    with database.session(write=False) as db:
        assert job(worker, "send").next_due(db) == due_at
        assert job(worker, "escalate").next_due(db) is None


def test_two_workers_send_everything_once(database, settings, cast, gateway):
    for _ in range(20):
        queue(database, cast)
    workers = [Worker(database, settings, gateway) for _ in range(2)]
    sent_all = (lambda: len(gateway.sent) >= 20,)
    threads = [threading.Thread(target=run, args=(one, *sent_all)) for one in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    ids = [one.message_id for one in gateway.sent]
    assert len(ids) == 20
    assert len(set(ids)) == 20


def test_every_job_may_run_twice_and_does_no_harm(worker, cast, database, gateway):
    queue(database, cast)

    for one in [*worker.jobs, *worker.jobs]:
        one.run()

    assert len(gateway.sent) == 1
    with database.session(write=False) as db:
        assert db.scalars(select(StaffTask)).all() == []


def test_a_whole_day_of_replies_is_swept_at_the_start_and_once_an_hour(worker, gateway):
    asked_since = []
    real = gateway.received_since
    gateway.received_since = lambda since: asked_since.append(since) or real(since)
    start = clock.machine_now()
    sweep = job(worker, "sweep").run
    assert job(worker, "sweep").every == 2 * 60

    gateway.unreachable = True
    with structlog.testing.capture_logs():
        sweep()
    gateway.unreachable = False
    for minutes in (2, 4, 61, 62):
        clock.stand_still(clock.now(), machine=start + timedelta(minutes=minutes))
        sweep()

    looked_back = [moment - start for moment in asked_since]
    assert looked_back == [
        timedelta(hours=-24),
        timedelta(hours=-24, minutes=2),  # nobody had answered
        timedelta(hours=-2, minutes=4),
        timedelta(hours=-2, minutes=61),
        timedelta(hours=-24, minutes=62),
    ]
