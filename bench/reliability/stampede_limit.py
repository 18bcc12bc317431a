"""How many patients a minute may tap, under the whole abuse, until they wait too long.

    python -m bench reliability.stampede_limit               SQLite
    PROCESSES=2 python -m bench reliability.stampede_limit   PostgreSQL with so many processes

Wanted is what SECURITY.md wants of a stampede: 300 ms at the 95th of a hundred, 800 at the 99th,
nobody turned away. A try that fails is made once more.
"""

import os
from dataclasses import asdict

from bench.load.steps import highest
from bench.reliability import kept
from bench.reliability.kept import Run
from bench.reliability.stampede import Outcome, installations, stampede
from bench.rows import Row, seen

_FIRST = 800.0  # patients a minute
_LASTS = 1 / 3  # minutes
_FEWEST = 150  # patients of one try: the 99th of fewer is one person


def measure(*, full: bool) -> list[Row]:
    """Of SQLite, or of PostgreSQL with the processes that the environment names."""
    kind, processes = installations()[0]
    seed, tried = kept.seed(), dict[float, Outcome]()
    minutes = 1.0 if full else _LASTS

    def borne(per_minute: float) -> bool:
        told = stampede(
            kind,
            patients=max(_FEWEST, round(per_minute * minutes)),
            seed=seed + len(tried),
            processes=processes,
            per_minute=per_minute,
        )
        tried[per_minute] = told
        print(f"{per_minute:.0f} a minute: p95 {told.p95_ms} p99 {told.p99_ms} {told}", flush=True)
        return told.is_right and told.p95_ms <= 300 and told.p99_ms <= 800

    best = highest(borne, float(os.environ.get("FIRST", _FIRST)), within=1.1 if full else 1.25)
    figures = {"per_minute": best, "tries": {at: asdict(told) for at, told in tried.items()}}
    kept.keep("stampede_limit", seed, [Run(kind, {"processes": processes}, figures, best > 0)])
    name = f"stampede, {kind} × {processes}"
    return [seen(f"{name}: taps a minute at which p95 and p99 hold", best, "")]
