"""Every way in which Twilio's answer can be lost, with every way in which its callbacks can come.

One worker, whose clock is moved, beside real app processes that live by the same clock (four on
PostgreSQL). The texts travel over HTTP through the real client to the stand-in, and its callbacks
come back over HTTP to any of the processes.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.messaging import one_exchange
from app.messaging.gateway import Outgoing
from app.messaging.gateway_twilio import TwilioGateway
from app.messaging.models import Message, Purpose
from app.tasks.models import StaffTask, TaskCode
from app.worker import Job, Worker
from bench.reliability import kept
from bench.reliability.by_hand import HandClock
from bench.reliability.kept import Run
from bench.reliability.stage import Stage, stage
from bench.rows import Row, at_most
from tests.databases import Kind
from tests.twilio_standin import Calls, Fault, Turn

_STALL_SECONDS = 0.4  # as long as an exchange may take here, instead of ten seconds
_JOBS = ("send", "leases", "look", "overdue")
_MUTE_STEPS = 4
# What a worker lives through after a fault, as steps of its clock.
_STEPS = [timedelta(seconds=step) for step in (0, 10, 50, 40, 50, 300, 7200)]


@dataclass(frozen=True)
class Cell:
    """One kind of trouble, and what must come of it."""

    name: str
    turn: Turn
    copies: int = 1  # at most, of each text
    ends: str = "delivered"
    purpose: Purpose = Purpose.JOIN
    is_mute: bool = False  # for the first minutes Twilio answers no question either


def _after(fault: Fault, name: str) -> list[Cell]:
    """The text was taken, and its receipt never came."""
    return [
        Cell(f"{name}, {how}", Turn(fault, calls=calls, wait=4 * _STALL_SECONDS))
        for how, calls in (
            ("callbacks", Calls.IN_ORDER),
            ("callback first", Calls.EARLY),
            ("no callback", Calls.NEVER),
        )
    ]


CELLS = [
    *_after(Fault.RESET_AFTER, "taken, then reset"),
    *_after(Fault.ERROR_AFTER, "taken, then 500"),
    *_after(Fault.STALL_AFTER, "taken, then silence"),
    *_after(Fault.HALF_BODY, "taken, half a receipt"),
    *_after(Fault.BAD_JSON, "taken, garbled receipt"),
    Cell("500, not taken", Turn(Fault.ERROR_BEFORE)),
    Cell("reset, not taken", Turn(Fault.RESET_BEFORE)),
    Cell("silence, not taken", Turn(Fault.STALL_BEFORE, wait=4 * _STALL_SECONDS)),
    Cell("429", Turn(Fault.TOO_FAST, wait=1)),
    Cell("callback before the answer", Turn(calls=Calls.EARLY)),
    Cell("callbacks twice", Turn(calls=Calls.TWICE)),
    Cell("callbacks reversed", Turn(calls=Calls.REVERSED)),
    Cell("no callback", Turn(calls=Calls.NEVER)),
    Cell("not delivered, reversed", Turn(calls=Calls.REVERSED, words=("sent", "undelivered"),
                                         code="30036"), ends="undelivered"),
    Cell("taken, then 500, no callback, no list", Turn(Fault.ERROR_AFTER, calls=Calls.NEVER),
         is_mute=True),
    Cell("free text, taken, then 500, no callback", Turn(Fault.ERROR_AFTER, calls=Calls.NEVER),
         purpose=Purpose.WRITTEN),
    Cell("free text, 500, not taken", Turn(Fault.ERROR_BEFORE), copies=0, ends="in_doubt",
         purpose=Purpose.WRITTEN),
]  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of one cell's texts."""

    database: str
    cell: str
    texts: int
    lost: int  # neither on a phone nor with staff
    doubled: int
    repeated_by_client: int
    wrong_end: int
    ends: dict[str, int]
    wrong_requests: int
    ledger_is_whole: bool

    @property
    def is_clean(self) -> bool:
        """Whether nothing happened that must not."""
        return not (
            self.lost
            or self.doubled
            or self.repeated_by_client
            or self.wrong_end
            or self.wrong_requests
            or not self.ledger_is_whole
        )


def measure(*, full: bool) -> list[Row]:
    """The whole matrix on both databases."""
    count = 1000 if full else 20
    seed = kept.seed()  # nothing here is left to chance: kept for the sake of the others' shape
    runs: list[Run] = []
    rows: list[Row] = []
    for kind in ("sqlite", "postgresql"):
        for outcome in matrix(kind, count=count):
            runs.append(_run(outcome))
            rows += _rows(outcome)
            kept.keep("in_doubt", seed, runs)
    return rows


def _run(outcome: Outcome) -> Run:
    found = asdict(outcome)
    size = {"cell": found.pop("cell"), "texts": found.pop("texts")}
    return Run(found.pop("database"), size, found, passed=outcome.is_clean)


def matrix(
    kind: Kind, *, count: int, webs: int | None = None, worker_id: str = "bench"
) -> Iterator[Outcome]:
    """Every cell with so many texts."""
    with (
        _still(),
        stage(
            kind,
            patients=max(1, min(count // 4, 100)),
            worker_id=worker_id,
            webs=webs,
            now=clock.machine_now,
        ) as scene,
    ):
        scene.hand = HandClock(scene.folder / "clock")
        _move(scene, timedelta(0))
        with scene.serving("--no-worker"):
            for cell in CELLS:
                with _short_exchanges(cell.turn.fault):
                    yield _live_through(kind, scene, cell, count)


@contextmanager
def _still() -> Iterator[None]:
    try:
        yield
    finally:
        clock.stand_still(None)


class _Counting:
    """The gateway, and how often each text was handed to it."""

    def __init__(self, gateway: TwilioGateway) -> None:
        self._gateway = gateway
        self.sent: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gateway, name)

    def send(self, outgoing: Outgoing) -> Any:
        self.sent[str(outgoing.message_id)] += 1
        return self._gateway.send(outgoing)


def _live_through(kind: Kind, scene: Stage, cell: Cell, count: int) -> Outcome:
    gateway = _Counting(TwilioGateway(scene.settings))
    met: set[str] = set()

    def turn(form: Any) -> Turn:
        row = form["StatusCallback"].rsplit("/", 1)[-1]
        if row in met:
            return Turn()
        met.add(row)
        return cell.turn

    scene.twilio.usual = turn
    scene.twilio.posts.clear()
    ids = scene.queue(count, purpose=cell.purpose)
    worker = Worker(scene.database, scene.settings, gateway)
    jobs = [job for job in worker.jobs if job.name in _JOBS]
    for number, step in enumerate(_STEPS):
        scene.twilio.is_mute = cell.is_mute and number < _MUTE_STEPS
        _move(scene, step)
        _work(scene, jobs)
    return _outcome(kind, scene, cell, ids, gateway.sent)


def _work(scene: Stage, jobs: list[Job]) -> None:
    """Every job, until no text waits that could leave now or soon, or be asked about now."""
    for _ in range(10_000):
        for job in jobs:
            job.run()
        assert scene.twilio.settle(60)
        if "queued" in scene.statuses():
            _move(scene, timedelta(seconds=1))
        elif not _is_looked_for(scene):
            return


def _is_looked_for(scene: Stage) -> bool:
    # A worker asks for a second and then turns to what leaves: a slow machine asks little in that.
    is_due = select(Message.id).where(Message.look_at <= clock.machine_now()).limit(1)
    with scene.database.session(write=False) as db:
        return db.scalar(is_due) is not None


def _move(scene: Stage, step: timedelta) -> None:
    """For this process, and for those that serve."""
    clock.stand_still(clock.now() + step, machine=clock.machine_now() + step)
    assert scene.hand is not None
    scene.hand.set(clock.now(), clock.machine_now())


@contextmanager
def _short_exchanges(fault: Fault) -> Iterator[None]:
    usual = one_exchange._TIMEOUT_SECONDS
    if fault in (Fault.STALL_AFTER, Fault.STALL_BEFORE):
        one_exchange._TIMEOUT_SECONDS = _STALL_SECONDS
    try:
        yield
    finally:
        one_exchange._TIMEOUT_SECONDS = usual


def _outcome(kind: Kind, scene: Stage, cell: Cell, ids: set[UUID], sent: Counter[str]) -> Outcome:
    copies = scene.twilio.copies()
    posts = Counter(form["StatusCallback"].rsplit("/", 1)[-1] for form in scene.twilio.posts)
    told = _told_to_staff(scene)
    rows = [row for row in scene.rows() if row.id in ids]
    lost = [row for row in rows if str(row.id) not in copies]
    if not cell.copies:
        lost = [row for row in rows if row.patient_id not in told]
    return Outcome(
        database=kind,
        cell=cell.name,
        texts=len(rows),
        lost=len(lost),
        doubled=sum(max(0, len(copies.get(str(one), [])) - cell.copies) for one in ids),
        repeated_by_client=sum((posts - sent).values()),
        wrong_end=sum(1 for row in rows if row.status.value != cell.ends),
        ends=dict(Counter(row.status.value for row in rows)),
        wrong_requests=len(scene.twilio.faults_seen),
        ledger_is_whole=scene.twilio.agrees_with_ledger(),
    )


def _told_to_staff(scene: Stage) -> set[UUID | None]:
    with scene.database.session(write=False) as db:
        return set(
            db.scalars(
                select(StaffTask.patient_id).where(
                    StaffTask.code == TaskCode.TEXT_IN_DOUBT, StaffTask.done_at.is_(None)
                )
            )
        )


def _rows(outcome: Outcome) -> list[Row]:
    name = f"in doubt, {outcome.database}, {outcome.cell}"
    wrong = outcome.repeated_by_client + outcome.wrong_end + outcome.wrong_requests
    return [
        at_most(f"{name}: lost of {outcome.texts}", outcome.lost, "texts", 0),
        at_most(f"{name}: doubled", outcome.doubled, "texts", 0),
        at_most(f"{name}: wrong end or request", wrong, "texts", 0),
    ]
