"""Workers are killed at random points while thousands of texts leave: none may be lost or doubled.

Real `afterglow worker` processes die by SIGKILL, mostly with a text in hand; a real `afterglow
serve` (four on PostgreSQL) takes the callbacks. The stand-in's ledger is the judge: it holds every
text that was made.
"""

import random
import signal
import subprocess
import time
from contextlib import nullcontext
from dataclasses import asdict, dataclass

from bench.reliability import kept
from bench.reliability.kept import Run
from bench.reliability.stage import Stage, stage
from bench.rows import Row, at_most, seen
from tests.databases import Kind
from tests.twilio_standin import Calls, Turn

_LONGEST_PAUSE = 0.03  # seconds that Twilio takes to answer: time to be killed in


@dataclass(frozen=True)
class Outcome:
    """What a storm left behind."""

    database: str
    workers: int
    with_callbacks: bool
    seed: int
    texts: int
    kills: int
    kills_with_a_text_in_hand: int
    seconds: float
    lost: int
    doubled: int
    most_copies: int
    changed_copies: int  # copies of one text that do not read the same
    unsettled: int
    misreported: int  # delivered there, and something else here
    wrong_requests: int
    unknown_to_ledger: int  # texts of ours with a receipt for something that was never made
    whole: bool  # the database, and the ledger

    @property
    def is_clean(self) -> bool:
        """Whether nothing happened that must not."""
        allowed = 0 if self.with_callbacks else self.kills
        wrong = (
            self.lost
            + self.changed_copies
            + self.unsettled
            + self.misreported
            + self.wrong_requests
            + self.unknown_to_ledger
        )
        return self.whole and wrong == 0 and self.doubled <= allowed and self.most_copies <= 2


def measure(*, full: bool) -> list[Row]:
    """Both databases, one and four workers, with callbacks and without."""
    seed = kept.seed()
    texts, kills, hurry = (10_000, 60, 1) if full else (600, 10, 20)
    runs: list[Run] = []
    rows: list[Row] = []
    for kind in ("sqlite", "postgresql"):
        for workers in (1, 4):
            for with_callbacks in (True, False):
                outcome = storm(
                    kind,
                    texts=texts,
                    kills=kills,
                    workers=workers,
                    with_callbacks=with_callbacks,
                    seed=seed,
                    hurry=hurry,
                )
                runs.append(_run(outcome))
                rows += _rows(outcome)
                kept.keep("kill_storm", seed, runs)
    return rows


def _run(outcome: Outcome) -> Run:
    found = asdict(outcome)
    of_size = ("workers", "with_callbacks", "texts", "kills")
    size = {name: found.pop(name) for name in of_size}
    del found["seed"]
    return Run(found.pop("database"), size, found, passed=outcome.is_clean)


def storm(
    kind: Kind,
    *,
    texts: int,
    kills: int,
    workers: int,
    with_callbacks: bool,
    seed: int,
    hurry: float = 1,
    webs: int | None = None,
    worker_id: str = "bench",
) -> Outcome:
    """One storm, from the first text to the last doubt settled."""
    chance = random.Random(f"{seed} {kind} {workers} {with_callbacks}")
    print(f"storm: {kind}, {workers} workers, callbacks {with_callbacks}, seed {seed}", flush=True)
    patients = min(500, texts // 4)
    with stage(kind, patients=patients, hurry=hurry, worker_id=worker_id, webs=webs) as scene:
        calls = Calls.IN_ORDER if with_callbacks else Calls.NEVER
        scene.twilio.usual = lambda _: Turn(
            calls=calls, words=("delivered",), pause=chance.uniform(0, _LONGEST_PAUSE)
        )
        scene.queue(texts)
        began = time.monotonic()
        with scene.serving("--no-worker") if with_callbacks else nullcontext():
            in_hand = _rage(scene, texts, kills, workers, chance)
        return _outcome(
            scene,
            database=kind,
            workers=workers,
            with_callbacks=with_callbacks,
            seed=seed,
            texts=texts,
            kills=kills,
            kills_with_a_text_in_hand=in_hand,
            seconds=round(time.monotonic() - began, 1),
        )


def _rage(scene: Stage, texts: int, kills: int, workers: int, chance: random.Random) -> int:
    """Kill so often, let the survivors finish; how many died with a text in hand."""
    crew = [scene.start("worker") for _ in range(workers)]
    in_hand = 0
    try:
        for number in range(kills):
            # The texts that are left are shared among the kills that are left.
            share = (texts - len(scene.twilio.posts)) / (kills - number)
            _wait_for_texts(scene, chance.uniform(0, 1.6 * share))
            time.sleep(chance.uniform(0, _LONGEST_PAUSE))
            place = chance.randrange(workers)
            in_hand += _kill(scene, crew[place])
            crew[place] = scene.start("worker")
        _wait_until_settled(scene)
    finally:
        for worker in crew:
            worker.kill()
            worker.wait(20)
    return in_hand


def _kill(scene: Stage, worker: subprocess.Popen[bytes]) -> int:
    before = _sending(scene, worker.pid)
    worker.send_signal(signal.SIGKILL)
    worker.wait(20)
    return 1 if before or _sending(scene, worker.pid) else 0


def _sending(scene: Stage, pid: int) -> bool:
    return scene.is_in_hand_of(f"{pid}-")


def _wait_for_texts(scene: Stage, more: float, seconds: float = 8) -> None:
    mark, end = len(scene.twilio.posts) + more, time.monotonic() + seconds
    while len(scene.twilio.posts) < mark and time.monotonic() < end:
        time.sleep(0.002)


def _wait_until_settled(scene: Stage) -> None:
    patience = 60 + 400 / scene.hurry.times
    end, least = time.monotonic() + patience, scene.unsettled()
    while least and time.monotonic() < end:
        time.sleep(0.2)
        left = scene.unsettled()
        if left < least:
            end, least = time.monotonic() + patience, left
    scene.twilio.settle(30)


def _outcome(scene: Stage, **known: object) -> Outcome:
    copies = scene.twilio.copies()
    rows = scene.rows()
    ids = {str(row.id) for row in rows}
    receipts = {row.provider_sid for row in rows if row.provider_sid}
    fate = "delivered" if known["with_callbacks"] else None
    return Outcome(
        **known,
        lost=known["texts"] - len(ids & copies.keys()),
        doubled=sum(len(made) - 1 for made in copies.values()),
        most_copies=max((len(made) for made in copies.values()), default=0),
        changed_copies=sum(
            len({(one.to, one.body) for one in made}) > 1 for made in copies.values()
        ),
        unsettled=scene.unsettled(),
        misreported=sum(1 for row in rows if fate and row.status.value != fate),
        wrong_requests=len(scene.twilio.faults_seen),
        unknown_to_ledger=len(receipts - {text.sid for text in scene.twilio.made()}),
        whole=scene.is_whole() and scene.twilio.agrees_with_ledger(),
    )


def _rows(outcome: Outcome) -> list[Row]:
    how = "callbacks" if outcome.with_callbacks else "no callbacks"
    name = f"kill storm, {outcome.database}, {outcome.workers} at work, {how}"
    allowed = 0 if outcome.with_callbacks else outcome.kills
    return [
        at_most(f"{name}: lost of {outcome.texts}", outcome.lost, "texts", 0),
        at_most(f"{name}: doubled by {outcome.kills} kills", outcome.doubled, "texts", allowed),
        seen(f"{name}: took", outcome.seconds, "s"),
        at_most(f"{name}: anything else wrong", 0 if outcome.is_clean else 1, "", 0),
    ]
