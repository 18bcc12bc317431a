"""The timetable: what is done by itself, how often, and the loop that does it.

Every job may run anywhere, any number of times: what it takes it takes by a conditional update.
"""

import os
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import clock
from app.access import attempts, challenges, code_texts, codes, web_sessions
from app.backups import following as following_copies
from app.backups.following import Follower
from app.candidates import applying
from app.db import arriving, beats
from app.db.engine import Database
from app.db.resealing import Resealer
from app.intake import attachments, following, told_meanwhile
from app.journal import following as journal_following
from app.keeping import purging
from app.messaging import claims, delivery, inbound, outbox, overdue, reconciling, sweeping
from app.messaging.gateway import SmsGateway
from app.outcomes import asking, goals
from app.push import delivery as push_delivery
from app.push import notices
from app.push.service import HttpsPushService, PushService
from app.replies import taking_in
from app.safety import escalation
from app.scheduling import agreed_times, escort_texts, escorts
from app.settings import Settings
from app.subscriptions import delivering as subscriptions
from app.subscriptions import keeping as kept_subscriptions
from app.subscriptions.receiver import SECONDS, NetReceiver, Receiver
from app.telehealth import guest_texts, ringing, unsaid

log = structlog.get_logger("worker")
_TICK_SECONDS = 0.5
_LONGEST_TURN_SECONDS = 5.0
_LONGEST_LOOK_SECONDS = 1.0
_LONGEST_SEALING_SECONDS = 2.0


@dataclass(frozen=True)
class Job:
    """Something done every so many seconds.

    `next_due` says at which moment of domain time it has work.
    """

    name: str
    every: float
    run: Callable[[], None]
    next_due: Callable[[Session], datetime | None] | None = None
    aside: bool = False  # waits for strangers: it has a thread of its own


class Worker:
    """Runs the timetable, in a thread of the web process or as a process of its own."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        gateway: SmsGateway,
        push: PushService | None = None,
        receiver: Receiver | None = None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._gateway = gateway
        self._push = push or HttpsPushService()
        self._receiver = receiver or NetReceiver(settings)
        self._name = f"{os.getpid()}-{uuid4().hex[:8]}"
        self._stopping = threading.Event()
        self._alone, self._is_alone = threading.Lock(), False  # without a database
        self._swept_at: datetime | None = None  # machine time of the last sweep of a whole day
        self._memory = delivery.Memory()  # of the texts it sent
        self._resealer = Resealer(database)
        self.lock = threading.Lock()  # the demo's clock walks only while no job runs
        self.jobs = [
            Job("beat", beats.EVERY.total_seconds(), self._in_transaction(self._beat)),
            Job("ring", 2, self._in_transaction(ringing.ring), ringing.next_due),
            Job("guests", 5, self._in_transaction(guest_texts.follow)),
            Job("escalate", 5, self._in_transaction(escalation.escalate), escalation.next_due),
            Job("intake", 60, self._in_transaction(following.tell_staff), following.next_due),
            Job(
                "told", 60, self._in_transaction(told_meanwhile.leave_out), told_meanwhile.next_due
            ),
            Job("scales", 15, self._in_turns(asking.ask_due), asking.next_due),
            Job("escorts", 10, self._in_transaction(escort_texts.follow)),
            Job("goals", 10, self._in_transaction(goals.take_in)),
            Job("journal", 10, self._in_transaction(journal_following.follow)),
            Job("sweep", sweeping.EVERY.total_seconds(), self._sweep, aside=True),
            Job("understand", 0.5, self._understand, inbound.next_due),
            Job("codes", 0.5, self._in_transaction(_text_codes)),
            Job("send", 0.5, self._send, outbox.next_due),
            Job("notices", 2, self._send_notices, notices.next_due),
            Job("leases", 10, self._in_transaction(claims.expire_leases)),
            Job("mornings", 60, self._in_transaction(claims.take_up)),
            Job("look", 5, self._look),
            Job("unsaid", 300, self._in_transaction(unsaid.ask)),
            Job("overdue", 30, self._in_transaction(overdue.tell_staff)),
            Job("tell", 0.5, self._tell_others, aside=True),
            Job("keys", 5, self._seal_anew, aside=True),
            Job("digests", 3600, self._forget_digests, aside=True),
            Job("purge", 60, self._in_turns(lambda db, behind: purging.purge(db, behind)[1])),
            self._copies(),
            Job("zones", 3600, self._in_transaction(agreed_times.follow_zones)),
            Job("tidy", 600, self._in_transaction(_tidy)),
        ]

    def run(self) -> None:
        """Work until `stop`. A job that fails is logged by kind and tried again in its turn.

        A database that is not there yet is waited for. Raises Refused for one that never will be.
        """
        if not arriving.wait(self._database.engine, self._stopping):
            return
        asides = [self._aside(job) for job in self.jobs if job.aside]
        self._work_off([job for job in self.jobs if not job.aside], self.lock)
        self._say_goodbye()
        until = time.monotonic() + SECONDS + 1
        for aside in asides:
            aside.join(max(0.0, until - time.monotonic()))

    def _aside(self, job: Job) -> threading.Thread:
        # A thread each: none of them waits for what another one waits for.
        work = ([job], nullcontext())
        aside = threading.Thread(target=self._work_off, args=work, name=job.name, daemon=True)
        aside.start()
        return aside

    def _copies(self) -> Job:
        """Keeps copies up to the second where a folder is set for them."""
        engine, settings = self._database.engine, self._settings
        if not settings.backup_dir:
            return Job("copies", 3600, lambda: following_copies.stop_if_left(engine))
        follower = Follower(
            engine,
            Path(settings.backup_dir),
            Path(settings.backup_keys_dir or settings.backup_dir),
            kept_for=timedelta(days=settings.backup_kept_days),
        )
        return Job("copies", 1, follower.turn, aside=True)

    def _work_off(self, jobs: list[Job], lock: AbstractContextManager[object]) -> None:
        waited = {job.name: job.every for job in jobs}
        while not self._stopping.is_set():
            for job in jobs:
                waited[job.name] += _TICK_SECONDS
                if waited[job.name] < job.every:
                    continue
                waited[job.name] = 0
                if not self._try(job, lock):
                    waited[job.name] = job.every  # first in turn once the database is back
                    break
            self._stopping.wait(_TICK_SECONDS)

    def stop(self) -> None:
        """Finish what is in hand, then end `run`."""
        self._stopping.set()

    def _try(self, job: Job, lock: AbstractContextManager[object]) -> bool:
        """Do it. False when the database cannot be reached: then no other job can be done either.

        That is logged once, and once when it is over.
        """
        try:
            with lock:
                job.run()
            if not self._is_alone or self._is_reachable():  # it may have had nothing to ask it for
                self._note(alone=False)
        except SQLAlchemyError as error:
            if not self._is_reachable():
                self._note(alone=True)
                return False
            log.error("job failed", job=job.name, kind=type(error).__name__)
        except Exception as error:  # noqa: BLE001  one broken job must not stop the texts
            log.error("job crashed", job=job.name, kind=type(error).__name__)
        return True

    def _note(self, *, alone: bool) -> None:
        with self._alone:  # two threads find out at once
            if alone and not self._is_alone:
                log.error("database gone")
            elif self._is_alone and not alone:
                log.info("database back")
            self._is_alone = alone

    def _is_reachable(self) -> bool:
        try:
            with self._database.session(write=False) as db:
                db.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def _beat(self, db: Session) -> None:
        beats.beat(db, self._name)

    def _say_goodbye(self) -> None:
        # A database that is gone learns it from the silence.
        with suppress(SQLAlchemyError), self._database.session() as db:
            beats.leave(db, self._name)

    def _send(self) -> None:
        # A slow gateway must not keep rings and alerts waiting until the last text has left.
        road = (self._database, self._gateway, self._name, self._settings.base_url)
        goes_on = self._within(_LONGEST_TURN_SECONDS)
        delivery.send_all(*road, self._memory, goes_on=goes_on)

    def _send_notices(self) -> None:
        # They are never urgent: a slow push service must not hold up the texts.
        goes_on = self._within(_LONGEST_LOOK_SECONDS)
        while goes_on() and push_delivery.send_one(self._database, self._push, self._settings):
            pass

    def _tell_others(self) -> None:
        while not self._stopping.is_set():
            if not subscriptions.deliver_one(self._database, self._receiver, self._settings):
                return

    def _seal_anew(self) -> None:
        self._resealer.run(_LONGEST_SEALING_SECONDS, self._stopping.wait)

    def _forget_digests(self) -> None:
        while not self._stopping.wait(0.02):
            with self._database.session() as db:
                if not attachments.forget_digests(db):
                    return

    def _sweep(self) -> None:
        now = clock.machine_now()
        is_whole = self._swept_at is None or now - self._swept_at >= sweeping.WHOLE_EVERY
        back = sweeping.A_DAY if is_whole else sweeping.LATELY
        if sweeping.sweep(self._database, self._gateway, back) is not None and is_whole:
            self._swept_at = now

    def _understand(self) -> None:
        goes_on = self._within(_LONGEST_TURN_SECONDS)
        while goes_on() and taking_in.understand_next(self._database):
            pass

    def _look(self) -> None:
        # Finding out what became of texts must not hold up those that are still to leave.
        goes_on, base_url = self._within(_LONGEST_LOOK_SECONDS), self._settings.base_url
        while goes_on() and reconciling.look_into_one(self._database, self._gateway, base_url):
            pass

    def _within(self, seconds: float) -> Callable[[], bool]:
        """Whether a turn that begins now, of so many seconds, may go on."""
        until = time.monotonic() + seconds
        return lambda: not self._stopping.is_set() and time.monotonic() < until

    def _in_transaction(self, work: Callable[[Session], object]) -> Callable[[], None]:
        def run() -> None:
            with self._database.session() as db:
                work(db)

        return run

    def _in_turns(self, work: Callable[[Session, UUID | None], UUID | None]) -> Callable[[], None]:
        """A few clinics each time: those behind the last one that was seen to."""
        behind: UUID | None = None

        def run() -> None:
            nonlocal behind
            with self._database.session() as db:
                behind = work(db, behind)

        return run


def _text_codes(db: Session) -> None:
    code_texts.send_waiting(db)
    applying.text_codes(db)


def _tidy(db: Session) -> None:
    web_sessions.forget_old(db)
    attempts.forget_old(db)
    codes.forget_old(db)
    challenges.forget_old(db)
    inbound.forget_old(db)
    applying.forget_old(db)
    escorts.forget_old(db)
    notices.forget_old(db)
    kept_subscriptions.tidy(db)
