"""What an experiment found, kept where the scorecard and a reader look for it.

    seed = kept.seed()  # SEED=… of the environment, else a new one; printed
    kept.keep("guessing", seed, [Run("sqlite", {"guesses": 10_000}, {"hits": 0}, passed=True), …])

An experiment that takes minutes calls `keep` after each run, with all it has so far: what was
found before a later run stopped is then kept too.
"""

import json
import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.rows import commit

RESULTS = Path(__file__).resolve().parents[1] / "results"


@dataclass(frozen=True)
class Run:
    """One run on one database: what was asked of it, and what came of it.

    `size` holds what was chosen before ("guesses": 10_000), `figures` what was found ("hits": 0).
    """

    database: str
    size: Mapping[str, float | str]
    figures: Mapping[str, Any]
    passed: bool


def seed() -> int:
    """The seed of this run: `SEED` of the environment, else a new one. Printed, to run it again."""
    number = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    print(f"SEED={number}", flush=True)
    return number


def keep(name: str, seed: int, runs: Sequence[Run]) -> None:
    """Write `bench/results/<name>.json`, over the last one: a list, one object for each run."""
    known = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "seed": seed,
    }
    RESULTS.mkdir(exist_ok=True)
    told = json.dumps([known | asdict(run) for run in runs], indent=1, default=str)
    (RESULTS / f"{name}.json").write_text(told + "\n")


def kept(name: str) -> list[dict[str, Any]]:
    """The runs that were kept last under a name; none when it never ran, or ran long ago."""
    try:
        runs = json.loads((RESULTS / f"{name}.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    return runs if isinstance(runs, list) else []
