"""One stretch of load on an installation, and whether it was borne.

A stretch is some seconds of the ten o'clock of so many clinics. It is borne when nobody was
answered wrongly and, of each kind that has a budget, 99 of a hundred were in time.
"""

import json
import math
import os
import random
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.load import day
from bench.reliability.installation import Installation
from bench.reliability.stage import ROOT

# Milliseconds from the moment at which it was meant to begin, at the 99th of a hundred: of a tap as
# of the stampede; of the console as of its board; what patients see and keep is to feel the same.
BUDGETS: Mapping[str, float] = {
    "tap": 800,
    "line": 800,
    "page": 300,
    "save": 300,
    "entry": 300,
    "piece": 300,
    "board": 300,
}
_LATE = 0.05  # seconds: a client that is so late at its 99th of a hundred measured itself


@dataclass(frozen=True)
class Step:
    """What came of one stretch."""

    acts: float  # begun a second
    begun: int  # in all
    clinics: float  # whose ten o'clock that is
    p99: Mapping[str, float]  # milliseconds, by kind
    p50: Mapping[str, float]
    counts: Mapping[str, int]
    errors: Mapping[str, int]
    client_late_ms: float
    client_busy: float  # seconds a second
    web_cpu: float  # seconds a second, all processes
    worker_cpu: float
    database_cpu: float

    @property
    def over(self) -> dict[str, float]:
        """What was not in time."""
        return {kind: at for kind, at in self.p99.items() if at > BUDGETS.get(kind, math.inf)}

    @property
    def is_borne(self) -> bool:
        """Whether all was answered, rightly and in time."""
        return not self.errors and not self.over

    @property
    def is_of_the_client(self) -> bool:
        """Whether the client could not keep up with what it was to begin."""
        return self.client_late_ms > 1000 * _LATE


def step(
    clinic: Installation, job: Mapping[str, Any], clinics: float, seconds: float, seed: str
) -> Step:
    """Let the people of so many clinics come for so long."""
    chance = random.Random(seed)
    coming = list(day.arrivals(clinics, since=day.PEAK, seconds=seconds, chance=chance))
    before = _cpu_of_all(clinic)
    told = _client(
        {**job, "seed": seed, "arrivals": [[arrival.at, arrival.kind] for arrival in coming]}
    )
    spent = [after - at for at, after in zip(before, _cpu_of_all(clinic), strict=True)]
    lasted = max(seconds, told["seconds"])  # a small clinic may have nobody come at all
    web, worker, database = (each / lasted for each in spent)
    return Step(
        acts=len(coming) / seconds,
        begun=len(coming),
        clinics=clinics,
        p99={kind: percentile(taken, 0.99) for kind, taken in told["taken"].items()},
        p50={kind: percentile(taken, 0.5) for kind, taken in told["taken"].items()},
        counts={kind: len(taken) for kind, taken in told["taken"].items()},
        errors=told["errors"],
        client_late_ms=percentile(told["late"], 0.99),
        client_busy=round(told["cpu"] / lasted, 2),
        web_cpu=round(web, 3),
        worker_cpu=round(worker, 3),
        database_cpu=round(database, 3),
    )


def highest(
    borne: Callable[[float], bool], first: float, *, most: float = 1e6, within: float = 1.15
) -> float:
    """The highest load that is borne, to a factor of `within`; 0: not even a 64th of `first` is.

    What fails once is tried once more: one bad moment of the machine is no limit.
    """

    def holds(load: float) -> bool:
        return borne(load) or borne(load)

    low, high = 0.0, first
    while high <= most and holds(high):
        low, high = high, high * 2
    if low == 0:
        low = first / 2
        while not holds(low):
            high, low = low, low / 2
            if low < first / 64:
                return 0.0
    while high / low > within:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def percentile(taken: Sequence[float], part: float) -> float:
    """Milliseconds that so many of these did not take; of none, 0."""
    if not taken:
        return 0.0
    return round(1000 * sorted(taken)[max(0, math.ceil(part * len(taken)) - 1)], 1)


def _client(job: Mapping[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.load.client"],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if done.returncode:
        raise RuntimeError(f"the client broke: {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _cpu_of_all(clinic: Installation) -> list[float]:
    """Seconds computed so far by web processes, workers, and PostgreSQL's processes."""
    webs = sum(cpu(clinic.pid(name)) for name in clinic.webs)
    workers = sum(cpu(clinic.pid(name)) for name in clinic.names_of_workers)
    server = 0.0
    if clinic.server is not None:
        postmaster = int((clinic.server.data / "postmaster.pid").read_text().split()[0])
        server = sum(cpu(pid) for pid in (postmaster, *_children(postmaster)))
    return [webs, workers, server]


def cpu(pid: int) -> float:
    """Seconds that a process, and its children that have ended, have computed so far."""
    words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(word) for word in words[11:15]) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed if Path(f"/proc/{child}").exists()]
