"""What a web process holds: at its start, and while the acts of hours pass through it.

    python -m bench load.memory             an hour's acts of fifteen clinics, at their busiest
    BENCH=full python -m bench load.memory  of two hundred

As many acts as in that hour, eight at a time and as fast as they are answered: what grows with
acts is seen in minutes, what grows with time alone is not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from bench.load import day, places
from bench.load.steps import step
from bench.reliability import kept
from bench.reliability.installation import Installation
from bench.reliability.kept import Run
from bench.rows import Row, at_most, seen
from tests.databases import Kind

_BUDGET_MB = 120.0
_AT_ONCE = 8
_HOURLY = sum(day.ACTS.values()) * max(day.HOURS) / sum(day.HOURS)  # of one clinic
_CHUNK = 50.0  # seconds of the ten o'clock of a hundred clinics: some six hundred acts
_CLINICS = 100.0
_FLAT = 1.0  # megabytes a thousand acts, over the second half


@dataclass(frozen=True)
class Held:
    """Megabytes of one process."""

    resident: float
    own: float  # what is nobody else's: the rest are files' pages, shared by all processes
    most: float  # that were ever resident


def held(pid: int) -> Held:
    """What a process holds now."""
    told = Path(f"/proc/{pid}/smaps_rollup").read_text() + Path(f"/proc/{pid}/status").read_text()
    found = {name: int(size) / 1024 for name, size in re.findall(r"^(\w+):\s+(\d+) kB", told, re.M)}
    own = found["Private_Dirty"] + found["Private_Clean"]
    return Held(*(round(size, 1) for size in (found["Rss"], own, found["VmHWM"])))


def measure(*, full: bool) -> list[Row]:
    """One web process on each database, with a worker beside it."""
    seed, runs, rows = kept.seed(), [], []
    for kind in get_args(Kind):
        samples, errors = watch(kind, acts=_HOURLY * (200 if full else 15), seed=seed)
        rows += _rows(kind, samples, errors)
        end = samples[-1][1]
        runs.append(
            Run(kind, {"acts": samples[-1][0]}, {"samples": samples}, end.resident <= _BUDGET_MB)
        )
        kept.keep("memory", seed, runs)
    return rows


def watch(kind: Kind, *, acts: float, seed: int) -> tuple[list[tuple[int, Held]], int]:
    """How much a web process held after so many acts; how many acts went wrong."""
    with Installation(kind, 1, patients=1) as clinic:
        samples = [(0, held(clinic.pid("web-1")))]
        job = places.job(clinic, places=10, patients=80, visits=400)
        job |= {"followers": 10, "at_once": _AT_ONCE}
        wrong = done = 0
        while done < acts:
            passed = step(clinic, job, _CLINICS, _CHUNK, f"{seed} {done}")
            wrong += sum(passed.errors.values())
            done += round(passed.acts * _CHUNK)
            samples.append((done, held(clinic.pid("web-1"))))
            print(f"{kind} {done} acts {samples[-1][1]} errors {dict(passed.errors)}", flush=True)
        return samples, wrong


def slope(samples: Sequence[tuple[int, Held]]) -> float:
    """Megabytes that a thousand acts add, by least squares over the second half."""
    late = [(acts / 1000, held.own) for acts, held in samples[len(samples) // 2 :]]
    if len(late) < 2:
        return 0.0
    middle = sum(acts for acts, _ in late) / len(late)
    mean = sum(own for _, own in late) / len(late)
    spread = sum((acts - middle) ** 2 for acts, _ in late)
    return sum((acts - middle) * (own - mean) for acts, own in late) / spread


def _rows(kind: Kind, samples: Sequence[tuple[int, Held]], errors: int) -> list[Row]:
    name = f"memory of a web process, {kind}"
    (_, first), (acts, last) = samples[0], samples[-1]
    return [
        seen(f"{name}: at its start", first.resident, "MB"),
        at_most(f"{name}: after {acts:,} acts", last.resident, "MB", _BUDGET_MB),
        seen(f"{name}: of that nobody else's", last.own, "MB"),
        seen(f"{name}: the most it ever held", last.most, "MB"),
        at_most(f"{name}: a thousand acts add", slope(samples), "MB", _FLAT),
        at_most(f"{name}: acts that went wrong", errors, "", 0),
    ]
