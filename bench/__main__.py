"""`make bench`: every benchmark, one table, one file, and every budget beside it.

BENCH=full takes the published sizes. PARTS by name run alone: python -m bench questions server
"""

import importlib
import math
import os
import sys
import time
import traceback

from bench import budgets
from bench.reliability import scorecard
from bench.rows import Row, at_most, keep, show

_MINUTES = 60

PARTS = (
    "bench.supply",
    "bench.weights",
    "bench.start",
    "bench.statements",
    "bench.arrivals",
    "bench.questions",
    "bench.visit",
    "bench.server",
    "bench.race",
    "bench.forms",
    "bench.texts",
    "bench.texts_at_once",
    "bench.growth",
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
    "bench.newcomer",
    "bench.suite",
)


def main() -> None:
    """Every part in turn; one that breaks off is a row, and the others go on."""
    full = os.environ.get("BENCH") == "full"
    wanted = [f"bench.{name}" for name in sys.argv[1:]] or list(PARTS)
    began = time.monotonic()
    rows: list[Row] = []
    for name in wanted:
        print(f"--- {name.removeprefix('bench.')}", flush=True)
        rows += _rows(name, full=full)
        keep(rows)  # an hour's figures outlive whatever ends it
    if wanted == list(PARTS):
        rows.append(at_most("make bench", (time.monotonic() - began) / 60, "min", _MINUTES))
    show(rows)
    keep(rows)
    print(budgets.told(rows))
    print(scorecard.told())


def _rows(name: str, *, full: bool) -> list[Row]:
    try:
        found: list[Row] = importlib.import_module(name).measure(full=full)
    except Exception as error:  # noqa: BLE001  an hour's other figures are not lost for it
        traceback.print_exc()
        said = (str(error) or type(error).__name__).splitlines()[0][:120]
        return [Row(f"{name}: broke off", math.nan, "", peer=said, ok=False)]
    return found


if __name__ == "__main__":
    main()
