"""One measured value, and how a list of them is shown and kept."""

import json
import math
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict, Unpack

RESULTS = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True)
class Row:
    """A value beside what it may cost (`budget`) and what others cost (`peer`).

    ratio: ours against the best of them (or against the limit, where `peer` says so).
    """

    name: str
    value: float
    unit: str
    budget: float | None = None
    peer: str | None = None
    ok: bool = True
    ratio: float | None = None
    at_most: bool = True  # the budget is a ceiling; else a floor

    @property
    def is_measured(self) -> bool:
        """False where there is only a word why not."""
        return not math.isnan(self.value)


def at_most(
    name: str,
    value: float,
    unit: str,
    budget: float,
    peer: str | None = None,
    ratio: float | None = None,
) -> Row:
    """A value that should not be above its budget."""
    return Row(name, round(value, 2), unit, budget, peer, value <= budget, ratio)


class Beside(TypedDict, total=False):
    """What stands beside a value: see `Row`."""

    peer: str | None
    ratio: float | None


def at_least(name: str, value: float, unit: str, budget: float, **beside: Unpack[Beside]) -> Row:
    """A value that should not be below its budget."""
    is_met = value >= budget
    return Row(name, round(value, 3), unit, budget, ok=is_met, at_most=False, **beside)


def seen(
    name: str, value: float, unit: str, peer: str | None = None, ratio: float | None = None
) -> Row:
    """A value without a budget."""
    return Row(name, round(value, 2), unit, None, peer, ratio=ratio)


def absent(name: str, why: str) -> Row:
    """What could not be measured here, and why. It is no failure."""
    return Row(f"{name}: not measured", math.nan, "", None, why)


def show(rows: list[Row]) -> None:
    """Print the table."""
    width = max(len(row.name) for row in rows)
    for row in rows:
        budget = "" if row.budget is None else f"budget {row.budget:g}"
        mark = "ok" if row.ok else "OVER"
        value = f"{row.value:>10g} {row.unit:<6}"
        ratio = "" if row.ratio is None else f"{row.ratio:.3g} ×"
        print(f"{row.name:<{width}}  {value} {budget:<14} {mark:<5} {ratio:<8} {row.peer or ''}")


def commit() -> str:
    """The commit that is measured; with a "+" when something was changed since."""
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"], capture_output=True, text=True, check=False
    )
    return said.stdout.strip()


def keep(rows: list[Row]) -> None:
    """Write the results where others look for them."""
    RESULTS.parent.mkdir(exist_ok=True)
    result = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "rows": [
            asdict(row) | {"value": None if math.isnan(row.value) else row.value} for row in rows
        ],
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
