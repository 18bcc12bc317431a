"""Ten thousand forged webhooks, genuine ones of every shape, repeats, and a door that was shut.

The forgers know the account, old requests with their signatures, and how signing works; they lack
the token. A forgery is accepted when it is answered as if it were genuine, or leaves a row behind,
or changes one. Every call goes over HTTP to a real process (to any of four on PostgreSQL); repeats
come to several at the same moment.
"""

import random
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import func, select

from app.messaging.models import Direction, InboundText, Message
from bench.reliability import kept
from bench.reliability.forgeries import FORGERIES, VARIANTS, Door
from bench.reliability.kept import Run
from bench.reliability.stage import Stage, stage
from bench.rows import Row, at_most, seen
from tests.databases import Kind


@dataclass(frozen=True)
class Outcome:
    """What came through the door, and what it did."""

    database: str
    seed: int
    forged: int
    forged_accepted: int
    forged_accepted_by_kind: dict[str, int]
    genuine: int
    genuine_accepted: int
    repeats: int
    effects_of_repeats: int  # beyond the one
    rows_left_by_forgers: int
    texts_misreported: int  # their status was changed by somebody who is not Twilio

    @property
    def is_clean(self) -> bool:
        """Whether nothing happened that must not."""
        wrong = (
            self.forged_accepted
            + self.effects_of_repeats
            + self.rows_left_by_forgers
            + self.texts_misreported
        )
        return wrong == 0 and self.genuine_accepted == self.genuine


@dataclass(frozen=True)
class Recovery:
    """What the sweep brought back after the door had been shut."""

    database: str
    replies: int
    recovered: int
    kept: int  # as the clinic reads them: each once
    seconds: float  # from the start of the process until the last one was understood

    @property
    def is_clean(self) -> bool:
        """Whether every reply was there in three minutes."""
        return self.recovered == self.kept == self.replies and self.seconds <= 180


def measure(*, full: bool) -> list[Row]:
    """Both experiments on both databases."""
    seed = kept.seed()
    rows: list[Row] = []
    runs: list[Run] = []
    for kind in ("sqlite", "postgresql"):
        forged = forge(kind, count=10_000 if full else 1_000, seed=seed)
        back = recover(kind, replies=500 if full else 60)
        runs.append(_run(forged, back))
        kept.keep("forgery", seed, runs)
        rows += _rows(forged, back)
    return rows


def _run(forged: Outcome, back: Recovery) -> Run:
    found = asdict(forged)
    size = {name: found.pop(name) for name in ("forged", "genuine", "repeats")}
    shut = {"recovered": back.recovered, "kept": back.kept, "recovered_after_s": back.seconds}
    return Run(
        found.pop("database"),
        size | {"replies_unheard": back.replies},
        found | shut,
        passed=forged.is_clean and back.is_clean,
    )


def _rows(forged: Outcome, back: Recovery) -> list[Row]:
    kind, of = forged.database, f"of {forged.forged}"
    refused = forged.genuine - forged.genuine_accepted
    left = forged.rows_left_by_forgers + forged.texts_misreported
    lost = back.replies - back.recovered + abs(back.kept - back.replies)
    return [
        at_most(f"forgery, {kind}: accepted {of}", forged.forged_accepted, "", 0),
        at_most(f"forgery, {kind}: rows left or changed {of}", left, "", 0),
        at_most(f"forgery, {kind}: genuine refused of {forged.genuine}", refused, "", 0),
        at_most(f"forgery, {kind}: second effects", forged.effects_of_repeats, "", 0),
        at_most(f"shut for ten minutes, {kind}: lost of {back.replies}", lost, "replies", 0),
        at_most(f"shut for ten minutes, {kind}: last one understood", back.seconds, "s", 180),
        seen(f"forgery, {kind}: seed", forged.seed, ""),
    ]


def forge(
    kind: Kind, *, count: int, seed: int, webs: int | None = None, worker_id: str = "bench"
) -> Outcome:
    """So many forgeries in turn of every kind, then genuine calls of every kind with repeats."""
    print(f"forgery: {kind}, seed {seed}", flush=True)
    chance = random.Random(seed)
    accepted: Counter[str] = Counter()
    genuine = taken = repeats = second = 0
    with (
        stage(kind, patients=4, worker_id=worker_id, webs=webs) as scene,
        scene.serving("--no-worker"),
    ):
        door = Door(scene, chance)
        for number in range(count):
            name, forgery = FORGERIES[number % len(FORGERIES)]
            if door.answers(forgery(door, door.genuine())):
                accepted[name] += 1
        left, misled = door.rows(), door.misreported()
        for number in range(max(20, count // 20)):
            name, variant = VARIANTS[number % len(VARIANTS)]
            call = variant(door, door.genuine())
            before = door.rows()
            genuine += 1
            taken += door.answers(call)
            repeats += 3
            second += (3 - door.answers_at_once(call, 3)) + (door.rows() - before - 1)
    return Outcome(
        database=kind,
        seed=seed,
        forged=count,
        forged_accepted=accepted.total(),
        forged_accepted_by_kind=dict(accepted),
        genuine=genuine,
        genuine_accepted=taken,
        repeats=repeats,
        effects_of_repeats=second,
        rows_left_by_forgers=left,
        texts_misreported=misled,
    )


def recover(
    kind: Kind, *, replies: int, webs: int | None = None, worker_id: str = "bench"
) -> Recovery:
    """Nobody takes calls for ten minutes; then `afterglow serve` starts, with its worker."""
    with stage(kind, patients=20, worker_id=worker_id, webs=webs) as scene:
        _write_unheard(scene, replies)
        began = time.monotonic()
        with scene.serving():
            while _understood(scene) < replies and time.monotonic() - began < 200:
                time.sleep(0.1)
            took = time.monotonic() - began
            return Recovery(kind, replies, _understood(scene), _kept(scene), round(took, 1))


def _write_unheard(scene: Stage, replies: int) -> None:
    real = scene.twilio.shelf.now
    for number in range(replies):
        back = timedelta(minutes=10) * (1 - number / replies)
        scene.twilio.shelf.now = lambda back=back: real() - back
        patient = scene.patients[number % len(scene.patients)]
        _, answers = scene.twilio.text_in(patient.phone, f"Is it far? ({number})")
        assert answers == [0]
    scene.twilio.shelf.now = real


def _understood(scene: Stage) -> int:
    with scene.database.session(write=False) as db:
        stored = select(func.count()).where(InboundText.understood_at.is_not(None))
        return db.scalar(stored) or 0


def _kept(scene: Stage) -> int:
    with scene.database.session(write=False) as db:
        kept = select(func.count()).where(Message.direction == Direction.INBOUND)
        return db.scalar(kept) or 0
