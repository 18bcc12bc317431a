"""Clocks that are changed by law, set forward and back by hand, and given other rules.

Three trials on each database. Around every change of twelve zones visits are booked and the clock
is walked: the ledger tells whether each text left once, at its minute, and none at night. Real
workers send while their clock jumps by an hour and a day either way, and are killed meanwhile. And
links are tapped at real processes within a second of their end.
"""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app import clock
from app.links import magic_links
from app.links.models import LinkKind, MagicLink
from app.messaging.gateway_twilio import TwilioGateway
from app.scheduling import agreed_times
from bench.reliability import clock_changes, kept
from bench.reliability.browser import Browser
from bench.reliability.by_hand import HandClock
from bench.reliability.clock_changes import LEAP_DAY, ZONES, Tally
from bench.reliability.kept import Run
from bench.reliability.stage import Stage, stage
from bench.rows import Row, at_most, seen
from tests.databases import Kind
from tests.other_rules import other_rules
from tests.twilio_standin import Calls, Turn

_STEPS = [timedelta(hours=1), timedelta(hours=-1), timedelta(days=1), timedelta(days=-1)]
_HURRY = 20.0
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Jumps:
    """What became of texts while the clock jumped."""

    texts: int
    steps: int
    kills: int
    lost: int
    doubled: int
    unsettled: int
    whole: bool

    @property
    def is_clean(self) -> bool:
        """Whether each left once and none is stuck."""
        return self.whole and not (self.lost or self.doubled or self.unsettled)


@dataclass(frozen=True)
class Edges:
    """What links opened a second before their end, and at it."""

    links: int
    shut_early: int
    open_late: int

    @property
    def is_clean(self) -> bool:
        """Whether each was exact."""
        return not (self.shut_early or self.open_late)


def measure(*, full: bool) -> list[Row]:
    """All three on both databases."""
    seed = kept.seed()
    runs: list[Run] = []
    rows: list[Row] = []
    for kind in ("sqlite", "postgresql"):
        tally = changes(kind, visits=200 if full else 12, seed=seed)
        jumps = jump(kind, texts=2_000 if full else 200, steps=40 if full else 8, seed=seed)
        edges = taps(kind, links=500 if full else 40, seed=seed)
        runs.append(_run(kind, tally, jumps, edges))
        kept.keep("clocks", seed, runs)
        rows += _rows(kind, tally, jumps, edges)
    return rows


def changes(
    kind: Kind,
    *,
    visits: int,
    seed: int,
    zones: tuple[str, ...] = ZONES,
    worker_id: str = "bench",
) -> Tally:
    """Every change of the year in each zone, a leap day, and a zone that gives its summer up."""
    chance, tally = random.Random(seed), Tally()
    with (
        _running(),
        # In one process, whose clock is walked; callbacks have nothing to say here.
        stage(kind, patients=1, worker_id=worker_id, now=clock.now) as scene,
    ):
        scene.twilio.usual = lambda _: Turn(calls=Calls.NEVER)
        gateway = TwilioGateway(scene.settings)
        for zone in zones:
            for change in clock_changes.changes(zone):
                clock_changes.around(scene, gateway, zone, change, visits, chance, tally)
        clock_changes.around(scene, gateway, zones[0], LEAP_DAY, visits, chance, tally)
        _new_rules(scene, gateway, visits, chance, tally)
    return tally


def _new_rules(
    scene: Stage, gateway: TwilioGateway, visits: int, chance: random.Random, tally: Tally
) -> None:
    """New York gives up the summer time of a year for which visits are booked."""

    def renew(booked: int) -> None:
        rules.enter_context(other_rules(Path(folder), New_York="Panama"))
        with scene.database.session() as db:
            tally.wrong_instant += abs(agreed_times.follow_zones(db) - booked)

    summer = datetime(2029, 7, 10, 14, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as rules:
        clock_changes.around(
            scene, gateway, "America/New_York", summer, visits, chance, tally, renew
        )


def jump(
    kind: Kind,
    *,
    texts: int,
    steps: int,
    seed: int,
    webs: int | None = None,
    worker_id: str = "bench",
) -> Jumps:
    """Two workers send while their clock, and that of the app processes, is set this way and that.

    Every other step one worker is killed, mostly with a text in hand.
    """
    chance = random.Random(f"{seed} {kind} jumps")
    kills = 0
    with stage(kind, patients=20, hurry=_HURRY, worker_id=worker_id, webs=webs) as scene:
        hand = scene.hand = HandClock(scene.folder / "clock")
        _set_right(scene)
        scene.twilio.usual = lambda _: Turn(words=("delivered",), pause=chance.uniform(0, 0.05))
        ids = scene.queue(texts, lasting=True)
        with scene.serving("--no-worker"), _crew(scene, 2) as crew:
            for number in range(steps):
                _wait_for_texts(scene, texts * (number + 1) // (steps + 1))
                if number % 2:
                    kills += 1
                    crew[0].kill()
                    crew[0].wait(20)
                    crew[0] = scene.start("worker")
                hand.step(chance.choice(_STEPS))
            _set_right(scene)
            _wait_until_settled(scene)
        copies = scene.twilio.copies()
        return Jumps(
            texts=texts,
            steps=steps,
            kills=kills,
            lost=sum(str(one) not in copies for one in ids),
            doubled=sum(len(made) - 1 for made in copies.values()),
            unsettled=scene.unsettled(),
            whole=scene.is_whole() and scene.twilio.agrees_with_ledger(),
        )


def taps(
    kind: Kind, *, links: int, seed: int, webs: int | None = None, worker_id: str = "bench"
) -> Edges:
    """Each link is tapped by a stranger's browser a second before its end, and at its end."""
    chance = random.Random(f"{seed} edges")
    early = late = 0
    with stage(kind, patients=4, worker_id=worker_id, webs=webs) as scene:
        hand = scene.hand = HandClock(scene.folder / "clock")
        _set_right(scene)
        ends = sorted(_ends(chance, links))
        tokens = _links(scene, ends)
        with scene.serving("--no-worker"):
            for end, token in zip(ends, tokens, strict=True):
                hand.set(end - _SECOND, end - _SECOND)
                early += not _opens(scene, chance, token)
                hand.set(end, end)
                late += _opens(scene, chance, token)
    return Edges(links, early, late)


def _ends(chance: random.Random, count: int) -> Iterator[datetime]:
    """Moments within an hour of some change of clocks: what ends then ends on time."""
    for number in range(count):
        zone = ZONES[number % len(ZONES)]
        change = chance.choice(clock_changes.changes(zone))
        yield change + number * timedelta(minutes=5) + chance.randint(-3600, 3600) * _SECOND


def _links(scene: Stage, ends: list[datetime]) -> list[str]:
    with scene.database.session() as db:
        made: list[MagicLink] = [
            magic_links.mint(
                db,
                LinkKind.WRITE,
                clinic_id=scene.patients[0].clinic_id,
                patient_id=scene.patients[0].id,
                expires_at=end,
            )
            for end in ends
        ]
        db.flush()
        return [magic_links.token_of(link) for link in made]


def _opens(scene: Stage, chance: random.Random, token: str) -> bool:
    browser = Browser(f"http://127.0.0.1:{chance.choice(scene.ports)}", timeout=60)
    try:
        browser.post("/x", data={"t": token, "kind": "write"})
        return bool(browser.cookies)  # whoever is let in gets one
    finally:
        browser.close()


@contextmanager
def _running() -> Iterator[None]:
    try:
        yield
    finally:
        clock.stand_still(None)


@contextmanager
def _crew(scene: Stage, count: int) -> Iterator[list]:
    crew = [scene.start("worker") for _ in range(count)]
    try:
        yield crew
    finally:
        for worker in crew:
            worker.kill()
            worker.wait(20)


def _set_right(scene: Stage) -> None:
    """As the rest of the world has it."""
    assert scene.hand is not None
    right = scene.hurry.now()
    scene.hand.set(right, right, times=scene.hurry.times)


def _wait_for_texts(scene: Stage, mark: int, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while len(scene.twilio.posts) < mark and time.monotonic() < end:
        time.sleep(0.005)


def _wait_until_settled(scene: Stage, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while scene.unsettled() and time.monotonic() < end:
        time.sleep(0.2)
    scene.twilio.settle(30)


def _run(kind: Kind, tally: Tally, jumps: Jumps, edges: Edges) -> Run:
    found = asdict(tally) | asdict(jumps) | asdict(edges)
    sizes = ("visits", "expected", "texts", "steps", "kills", "links")
    size = {name: found.pop(name) for name in sizes}
    passed = _is_clean(tally) and jumps.is_clean and edges.is_clean
    found["doubled"] = tally.doubled + jumps.doubled
    return Run(kind, size | {"zones": len(ZONES)}, found, passed=passed)


def _is_clean(tally: Tally) -> bool:
    wrong = (tally.missing, tally.doubled, tally.unexpected, tally.wrong_minute, tally.at_night)
    return not any(wrong) and not tally.wrong_instant


def _rows(kind: Kind, tally: Tally, jumps: Jumps, edges: Edges) -> list[Row]:
    amiss = tally.missing + tally.doubled + tally.unexpected
    stuck = jumps.unsettled + (not jumps.whole)
    return [
        at_most(f"clocks, {kind}: missing or doubled of {tally.expected}", amiss, "texts", 0),
        at_most(f"clocks, {kind}: at another minute", tally.wrong_minute, "texts", 0),
        at_most(f"clocks, {kind}: at night", tally.at_night, "texts", 0),
        at_most(f"clocks, {kind}: visits at another moment", tally.wrong_instant, "visits", 0),
        at_most(f"clock set {jumps.steps} times, {kind}: lost of {jumps.texts}", jumps.lost, "", 0),
        at_most(f"clock set {jumps.steps} times, {kind}: doubled", jumps.doubled, "texts", 0),
        at_most(f"clock set {jumps.steps} times, {kind}: stuck", stuck, "texts", 0),
        at_most(f"links, {kind}: shut early of {edges.links}", edges.shut_early, "", 0),
        at_most(f"links, {kind}: open late of {edges.links}", edges.open_late, "", 0),
        seen(f"clocks, {kind}: visits", tally.visits, ""),
    ]
