"""Every budget beside what was measured: `budgets.toml` names the rows that answer each line."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from bench.rows import Row

_FILE = Path(__file__).parent / "budgets.toml"
_WIDE = 52


@dataclass(frozen=True)
class Budget:
    """One line: what it says of what, and which rows of which part answer it."""

    group: str
    says: str
    budget: str
    part: str
    rows: Sequence[str]
    waits: bool = False  # for a part that is not written yet

    def answers(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that answer it."""
        return [row for row in rows if any(fnmatchcase(row.name, each) for each in self.rows)]


def budgets() -> list[Budget]:
    """All lines, in order."""
    told = tomllib.loads(_FILE.read_text())
    return [Budget(group["name"], **line) for group in told["group"] for line in group["lines"]]


def told(rows: Sequence[Row]) -> str:
    """The table: each budget, ours, the others', the ratio; what is over it is marked, and what no
    row of this run answers.
    """
    lines, group = [], ""
    over, unanswered = 0, 0
    for budget in budgets():
        if budget.group != group:
            group = budget.group
            lines.append(f"\n{group:<{_WIDE}}  {'budget':<20} {'ours':>14}         ratio  others")
        found = budget.answers(rows)
        over += any(not row.ok for row in found)
        unanswered += not any(row.is_measured for row in found)
        lines.append(_line(budget, found))
    lines.append(f"\n{len(budgets())} budgets: {over} over, {unanswered} not measured in this run")
    return "\n".join(lines)


def _line(budget: Budget, found: Sequence[Row]) -> str:
    begins = f"{budget.says:<{_WIDE}}  {budget.budget:<20}"
    measured = [row for row in found if row.is_measured]
    if not measured:
        why = found[0].peer if found else f"no row; python -m bench {budget.part}"
        why = "nothing measures it yet" if budget.waits else why
        return f"{begins} {'–':>14}                {why}"
    worst = max(measured, key=_nearness)
    ours = f"{worst.value:g} {worst.unit}".strip()
    mark = "ok" if all(row.ok for row in measured) else "OVER"
    ratio = "" if worst.ratio is None else f"{worst.ratio:.3g} ×"
    several = f" (worst of {len(measured)})" if len(measured) > 1 else ""
    return f"{begins} {ours:>14} {mark:<5} {ratio:>8}  {worst.peer or ''}{several}".rstrip()


def _nearness(row: Row) -> tuple[bool, float]:
    """Which of several rows is the worst: over its budget first, then the nearest to it."""
    if not row.budget or not row.value:
        return not row.ok, row.value
    part = row.value / row.budget
    return not row.ok, part if row.at_most else 1 / part
