"""How long the last whole `make test` took, as it was kept; nothing is run here."""

import json

from bench.rows import RESULTS, Row, absent, at_most

_KEPT = RESULTS.parent / "suite.json"
_NAME = "make test"


def measure(*, full: bool) -> list[Row]:
    """From `bench/results/suite.json`: {"seconds": 540.2, "at": "2026-11-23T02:30:00+00:00"}."""
    del full
    if not _KEPT.exists():
        return [absent(_NAME, "no whole run was kept")]
    kept = json.loads(_KEPT.read_text())
    return [at_most(_NAME, kept["seconds"] / 60, "min", 10, f"taken {kept['at']}")]
