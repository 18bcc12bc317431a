"""`make bench`: every benchmark, one table, one file. BENCH=full takes the published sizes."""

import importlib
import os
import sys

from bench.reliability import scorecard
from bench.rows import Row, keep, show

PARTS = (
    "bench.supply",
    "bench.weights",
    "bench.start",
    "bench.questions",
    "bench.visit",
    "bench.race",
    "bench.forms",
    "bench.texts",
    "bench.finding",
    "bench.numbers",
    "bench.console",
    "bench.lighthouse",
    "bench.load",
    "bench.load.memory",
    "bench.reliability.offline",
    "bench.reliability.in_doubt",
    "bench.reliability.outgoing",
    "bench.reliability.forgery",
    "bench.reliability.clocks",
    "bench.reliability.prefetch",
    "bench.reliability.guessing",
    "bench.reliability.access",
    "bench.reliability.kill_storm",
    "bench.reliability.renewing",
    "bench.reliability.turning",
    "bench.reliability.storage",
    "bench.reliability.copies",
    "bench.reliability.anywhere",
    "bench.reliability.stampede",
    "bench.reliability.fuzz",
    "bench.reliability.scripting",
    "bench.reliability.smuggling",
    "bench.reliability.large_bodies",
)


def main() -> None:
    full = os.environ.get("BENCH") == "full"
    wanted = [f"bench.{name}" for name in sys.argv[1:]] or list(PARTS)
    rows: list[Row] = []
    for name in wanted:
        print(f"--- {name.removeprefix('bench.')}", flush=True)
        rows += importlib.import_module(name).measure(full=full)
    show(rows)
    keep(rows)
    print(scorecard.told())


main()
