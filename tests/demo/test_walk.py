from collections import Counter
from datetime import timedelta

import pytest

from app import clock
from app.demo import walk
from app.demo.models import DemoClock
from app.worker import Job, Worker
from tests.asked_of import asked_of
from tests.fakes import RecordingGateway

HOUR = timedelta(hours=1)
CLOSE = timedelta(seconds=2)


class Diary:
    """Work that is due at given moments; notes when the clock stood where as it was done."""

    def __init__(self, *moments):
        self.left = list(moments)
        self.done = []

    def run(self):
        while self.left and self.left[0] <= clock.now():
            self.done.append((self.left.pop(0), clock.now()))

    def next_due(self, _):
        return self.left[0] if self.left else None


@pytest.fixture
def worker(database, settings, going):
    return Worker(database, settings, RecordingGateway())


def jobs(**diaries):
    return [Job(name, 1, diary.run, diary.next_due) for name, diary in diaries.items()]


def test_a_push_stops_where_work_falls_due_in_order(worker, database):
    now = clock.now()
    first, second = Diary(now + HOUR, now + 3 * HOUR), Diary(now + 2 * HOUR, now + 30 * HOUR)
    worker.jobs = jobs(first=first, second=second)

    walk.advance(worker, database, 26 * HOUR)

    done = sorted(first.done + second.done, key=lambda each: each[1])
    assert [moment for moment, _ in done] == [now + HOUR, now + 2 * HOUR, now + 3 * HOUR]
    assert all(timedelta(0) <= at - moment < CLOSE for moment, at in done)
    assert timedelta(0) <= clock.now() - (now + 26 * HOUR) < CLOSE


def test_what_is_overdue_is_done_before_the_clock_moves(worker, database):
    now = clock.now()
    overdue = Diary(now - HOUR)
    worker.jobs = jobs(overdue=overdue)

    walk.advance(worker, database, HOUR)

    assert overdue.done[0][1] - now < CLOSE


def test_work_that_makes_work_has_it_done_at_the_same_stop(worker, database):
    now = clock.now()
    text = Diary()
    ring = Diary(now + HOUR)
    rung = ring.run

    def ring_and_write():
        before = len(ring.done)
        rung()
        text.left += [clock.now()] * (len(ring.done) - before)

    worker.jobs = [Job("ring", 1, ring_and_write, ring.next_due), *jobs(text=text)]

    walk.advance(worker, database, 5 * HOUR)

    assert text.done[0][1] - (now + HOUR) < CLOSE


def test_a_job_that_never_gets_done_holds_nothing_up(worker, database):
    now = clock.now()
    runs = []
    later = Diary(now + 2 * HOUR)
    worker.jobs = [
        Job("stuck", 1, lambda: runs.append(1), lambda _: now + HOUR),
        Job("restless", 1, lambda: runs.append(1), lambda _: clock.now()),
        *jobs(later=later),
    ]

    walk.advance(worker, database, 3 * HOUR)

    assert later.done
    assert clock.now() >= now + 3 * HOUR
    assert len(runs) < 300


def test_sweeps_run_once_a_push(worker, database):
    runs = []
    now = clock.now()
    worker.jobs = [
        Job("sweep", 600, lambda: runs.append(1)),
        *jobs(diary=Diary(*(now + number * HOUR for number in range(1, 9)))),
    ]

    walk.advance(worker, database, 10 * HOUR)

    assert runs == [1]


def test_the_worker_is_held_off_while_the_clock_walks(worker, database):
    held = []
    worker.jobs = [Job("look", 1, lambda: held.append(worker.lock.locked()))]

    walk.advance(worker, database, HOUR)

    assert held == [True]
    assert not worker.lock.locked()


def test_the_clock_never_goes_back(worker, database):
    with pytest.raises(ValueError, match="never goes back"):
        walk.advance(worker, database, -HOUR)


def test_the_clock_stands_where_it_was_after_a_restart(worker, database):
    worker.jobs = []
    with database.session() as db:
        db.add(DemoClock(ahead_seconds=0))
    walk.advance(worker, database, 5 * HOUR)
    before = clock.now()
    clock.run_ahead(timedelta(0))

    with database.session(write=False) as db:
        walk.restore(db)

    assert timedelta(0) <= clock.now() - before < CLOSE


def test_a_push_with_nothing_due_does_no_more_for_a_week_than_for_an_hour(
    worker, database, monkeypatch
):
    began, asked = clock.machine_now(), []
    # What rests for some seconds of the machine's time rests through both, however slow they are.
    monkeypatch.setattr(clock, "machine_now", lambda: began)

    for far in (HOUR, 168 * HOUR):
        with asked_of(database.engine) as statements:
            walk.advance(worker, database, far)
        asked.append(Counter(each.statement for each in statements))

    an_hour, a_week = asked
    assert a_week.total() <= an_hour.total(), a_week - an_hour
