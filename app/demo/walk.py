"""Pushing the demo's clock.

A push walks: it stops at each moment at which work falls due, in order, and has it done with the
clock at that moment, so that what a week would bring arrives as it would have. The worker's own
thread is held off meanwhile. The clock never goes back.
"""

from datetime import datetime, timedelta
from math import ceil

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import clock, live
from app.db.engine import Database
from app.demo.models import DemoClock
from app.people.models import Clinic
from app.worker import Job, Worker

log = structlog.get_logger("demo")
# Work may make work that is due at once (a ring makes a text), but not for ever.
_MOST_ROUNDS_AT_A_STOP = 25


class _Walk:
    """One push. Within a stop no job runs twice for the same moment: it may have no more to do."""

    def __init__(self, worker: Worker, database: Database) -> None:
        self._database = database
        self._dated = [job for job in worker.jobs if job.next_due is not None]
        self._sweeps = [job for job in worker.jobs if job.next_due is None]

    def sweep(self) -> None:
        for job in self._sweeps:
            _run(job)

    def to(self, target: datetime) -> None:
        stop = clock.now()
        moments = self._do_what_is_due(stop, self._moments())
        while (following := _next_after(moments, stop)) is not None and following < target:
            stop = following
            self._go_to(stop)
            moments = self._do_what_is_due(stop, moments)
        self._go_to(target)
        self._do_what_is_due(target, self._moments())

    def _do_what_is_due(self, stop: datetime, moments: dict[str, datetime]) -> dict[str, datetime]:
        """By these moments of the jobs; those that it leaves behind."""
        run_for: dict[str, datetime] = {}
        for _ in range(_MOST_ROUNDS_AT_A_STOP):
            now = max(stop, clock.now())
            due = [
                job
                for job in self._dated
                if (moment := moments.get(job.name)) is not None
                and moment <= now
                and moment != run_for.get(job.name)
            ]
            if not due:
                break
            for job in due:
                run_for[job.name] = moments[job.name]
                _run(job)
            moments = self._moments()
        return moments

    def _moments(self) -> dict[str, datetime]:
        with self._database.session(write=False) as db:
            found = {job.name: job.next_due(db) for job in self._dated if job.next_due}
        return {name: moment for name, moment in found.items() if moment is not None}

    def _go_to(self, moment: datetime) -> None:
        if moment <= clock.now():
            return
        clock.run_ahead(clock.ahead() + (moment - clock.now()))
        with self._database.session() as db:
            remember(db)


def advance(worker: Worker, database: Database, by: timedelta, *, sweeps: bool = True) -> None:
    """Push the clock forward by `by`, doing on the way what falls due.

    `sweeps`: what has no moment of its own is done first.
    """
    if by < timedelta(0):
        raise ValueError("the clock never goes back")
    with worker.lock:
        walk = _Walk(worker, database)
        if sweeps:
            walk.sweep()
        walk.to(clock.now() + by)
    with database.session(write=False) as db:
        for clinic_id in db.scalars(select(Clinic.id)):
            live.publish(db, f"desk:{clinic_id}")


def next_moment(worker: Worker, db: Session) -> datetime | None:
    """When the next thing ahead falls due. None when nothing is planned."""
    now = clock.now()
    moments = (job.next_due(db) for job in worker.jobs if job.next_due is not None)
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


def remember(db: Session) -> None:
    """Write down how far the clock runs ahead. To the full second, upwards: it never goes back."""
    kept = db.scalar(select(DemoClock).limit(1))
    if kept is not None:
        kept.ahead_seconds = max(kept.ahead_seconds, ceil(clock.ahead().total_seconds()))


def restore(db: Session) -> None:
    """Let the clock run as far ahead as it did before the restart."""
    kept = db.scalar(select(DemoClock).limit(1))
    if kept is not None:
        clock.run_ahead(timedelta(seconds=kept.ahead_seconds))


def _next_after(moments: dict[str, datetime], stop: datetime) -> datetime | None:
    # What is behind had its rounds: a job that is never done must not hold the walk up.
    passed = max(stop, clock.now())
    return min((moment for moment in moments.values() if moment > passed), default=None)


def _run(job: Job) -> None:
    try:
        job.run()
    except SQLAlchemyError as error:
        log.error("job failed", job=job.name, kind=type(error).__name__)
