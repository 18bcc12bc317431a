"""Ten o'clock under abuse: all patients tap within a minute, while others drip, sit and pour.

Each patient opens the page behind the link, lets the script exchange it, shows to be there, and
keeps a line open as the page does. Beside them join texts leave, consoles are open and follow.

    python -m bench reliability.stampede              SQLite, PostgreSQL with two and four processes
    PROCESSES=2 python -m bench reliability.stampede  PostgreSQL with so many alone

How many a minute an installation bears at most: `reliability.stampede_limit`.
"""

import asyncio
import os
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.reliability import kept
from bench.reliability.installation import Installation
from bench.reliability.kept import Run
from bench.reliability.morning import IDLE_OF_ONE, Morning
from bench.rows import Row, at_least, at_most, seen
from tests.databases import Kind

DRIP_LIVES = 15.0


@dataclass(frozen=True)
class Outcome:
    """What the morning was like. Milliseconds from the tap."""

    database: str
    processes: int
    patients: int
    drips: int
    idle: int
    floods: int
    texts: int
    errors: int
    p50_ms: float  # until the waiting room is shown
    p95_ms: float
    p99_ms: float
    line_p95_ms: float  # until the line stands, and staff see that somebody waits
    line_p99_ms: float
    drips_closed: int
    longest_drip_s: float
    poured: int
    unlike_413: int
    slowest_413_ms: float
    boards: int  # how often consoles fetched theirs
    largest_rss_mb: float  # of a web process
    web_cpu_s: float  # of all of them, from the first abuse to the last line closed
    text_lateness_p99_s: float
    texts_left: int
    busy: float  # of the client, seconds a second: near one, it measured itself
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Whether the morning passed as SECURITY.md asks of it."""
        quick = self.p95_ms <= 300 and self.p99_ms <= 800
        held = self.longest_drip_s <= DRIP_LIVES and self.largest_rss_mb <= 512
        return self.is_right and quick and held and self.text_lateness_p99_s <= 2

    @property
    def is_right(self) -> bool:
        """Whether everybody came in and every text left, however quickly."""
        return self.errors == 0 and self.unlike_413 == 0 and self.texts_left == self.texts


def measure(*, full: bool) -> list[Row]:
    """On both databases; PostgreSQL with two and with four app processes."""
    seed, runs, rows = kept.seed(), [], []
    for kind, processes in installations():
        told = stampede(kind, patients=1000 if full else 400, seed=seed, processes=processes)
        rows += _rows(told)
        names = ("processes", "patients", "drips", "idle", "floods", "texts")
        figures = {name: value for name, value in asdict(told).items() if name not in names}
        size = {name: getattr(told, name) for name in names}
        runs.append(Run(told.database, size, figures, told.is_clean))
        kept.keep("stampede", seed, runs)
    return rows


def installations() -> list[tuple[Kind, int]]:
    """On what it is tried; `PROCESSES` of the environment: on PostgreSQL with so many alone."""
    if chosen := os.environ.get("PROCESSES"):
        return [("postgresql", int(chosen))]
    return [("sqlite", 1), ("postgresql", 2), ("postgresql", 4)]


def stampede(
    kind: Kind,
    *,
    patients: int,
    drips: int = 500,
    idle: int = 200,
    floods: int = 50,
    seed: int = 7,
    processes: int | None = None,
    per_minute: float = 1000,
    worker_id: str = "bench",
) -> Outcome:
    """One such morning, at the rate of a thousand a minute unless told otherwise."""
    sitters = -(-idle // IDLE_OF_ONE)
    with Installation(
        kind, processes=processes, patients=patients + sitters, worker_id=worker_id
    ) as clinic:
        morning = Morning(clinic, patients, random.Random(seed), per_minute)
        began, used = time.monotonic(), time.process_time()
        cpu = sum(_cpu(clinic.pid(name)) for name in clinic.webs)
        asyncio.run(morning.pass_by(sitters, drips, idle, floods))
        seconds = time.monotonic() - began
        abuse, lateness = morning.abuse, morning.lateness()
        return Outcome(
            database=kind,
            processes=clinic.processes,
            patients=patients,
            drips=drips,
            idle=idle,
            floods=floods,
            texts=morning.texts,
            errors=morning.errors,
            p50_ms=_at(morning.rooms, 0.5),
            p95_ms=_at(morning.rooms, 0.95),
            p99_ms=_at(morning.rooms, 0.99),
            line_p95_ms=_at(morning.lines, 0.95),
            line_p99_ms=_at(morning.lines, 0.99),
            drips_closed=abuse.drips_closed,
            longest_drip_s=round(abuse.longest_drip, 1),
            poured=abuse.poured,
            unlike_413=abuse.unlike_413,
            slowest_413_ms=round(1000 * abuse.slowest_413),
            boards=morning.boards,
            largest_rss_mb=max(_rss(clinic.pid(name)) for name in clinic.webs),
            web_cpu_s=round(sum(_cpu(clinic.pid(name)) for name in clinic.webs) - cpu, 1),
            text_lateness_p99_s=round(_at(lateness, 0.99) / 1000, 2),
            texts_left=len(lateness),
            busy=round((time.process_time() - used) / seconds, 2),
            seconds=round(seconds, 1),
        )


def _at(taken: Sequence[float], share: float) -> float:
    """Milliseconds; without any, as long as nobody waits."""
    if not taken:
        return 999_999.0
    return round(1000 * sorted(taken)[min(len(taken) - 1, int(share * len(taken)))], 1)


def _rss(pid: int) -> float:
    """The most memory a process has held, in MB."""
    told = Path(f"/proc/{pid}/status").read_text().splitlines()
    lines = dict(line.split(":", 1) for line in told)
    return round(int(lines["VmHWM"].split()[0]) / 1024, 1)


def _cpu(pid: int) -> float:
    """Seconds that a process has computed so far."""
    words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _rows(told: Outcome) -> list[Row]:
    name = f"stampede, {told.database} × {told.processes}"
    return [
        at_most(f"{name}: errors of {told.patients} taps", told.errors, "", 0),
        at_most(f"{name}: tap to waiting room, p95", told.p95_ms, "ms", 300),
        at_most(f"{name}: tap to waiting room, p99", told.p99_ms, "ms", 800),
        seen(f"{name}: tap to a line that stands, p95", told.line_p95_ms, "ms"),
        at_most(f"{name}: longest life of {told.drips} drips", told.longest_drip_s, "s", 15),
        at_least(f"{name}: drips closed", told.drips_closed, "", told.drips),
        at_most(f"{name}: large bodies not refused with 413", told.unlike_413, "", 0),
        seen(f"{name}: slowest 413 of {told.poured}", told.slowest_413_ms, "ms"),
        at_most(f"{name}: largest web process", told.largest_rss_mb, "MB", 512),
        at_most(f"{name}: join texts late, p99", told.text_lateness_p99_s, "s", 2),
        at_least(f"{name}: join texts that left", told.texts_left, "", told.texts),
        seen(f"{name}: computed by web processes", told.web_cpu_s / told.seconds, "s/s"),
        seen(f"{name}: the client itself was busy", told.busy, "s/s"),
    ]
