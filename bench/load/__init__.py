"""A network of clinics at ten o'clock: how much an installation bears, and what that costs.

    python -m bench load             reduced: SQLite, PostgreSQL with two processes
    BENCH=full python -m bench load  also PostgreSQL with one and four, longer stretches

Client and servers share the machine: `client_busy` says how much of it the client took.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bench.load import costs, day, places
from bench.load.costs import Cost
from bench.load.steps import BUDGETS, Step, highest, step
from bench.reliability import kept
from bench.reliability.installation import Installation
from bench.reliability.kept import Run
from bench.rows import Row, at_most, seen
from tests.databases import Kind

NETWORKS = (1, 50, 500)  # clinics
_FEWEST = 100  # acts of a stretch, if that takes no more than six times as long
_FIRST = 100.0  # clinics to begin with
_SMALL: Sequence[tuple[Kind, int]] = (("sqlite", 1), ("postgresql", 2))
_ALL: Sequence[tuple[Kind, int]] = (*_SMALL, ("postgresql", 1), ("postgresql", 4))


@dataclass(frozen=True)
class Found:
    """What one installation bears."""

    kind: Kind
    processes: int
    best: Step | None  # the highest that was borne
    networks: dict[int, Step]
    cost: Cost | None
    steps: list[Step]


def measure(*, full: bool) -> list[Row]:
    """The highest load of each installation, and the networks of 1, 50 and 500 clinics."""
    seed, runs, rows = kept.seed(), [], []
    for kind, processes in _ALL if full else _SMALL:
        found = explore(kind, processes, seconds=30 if full else 10, seed=seed)
        rows += _rows(found)
        runs.append(_run(found))
        kept.keep("load", seed, runs)
    return rows


def explore(
    kind: Kind,
    processes: int,
    *,
    seconds: float,
    seed: int,
    networks: Sequence[int] = NETWORKS,
    first: float = _FIRST,
    opened: int = 20,
    visits: int = 600,
) -> Found:
    """Try loads until the highest is known. `opened`: clinics that stand for all of them."""
    with Installation(kind, processes, patients=1, own_server=kind == "postgresql") as clinic:
        job = places.job(clinic, places=opened, patients=8 * opened, visits=visits)
        job["followers"] = opened
        steps: list[Step] = []

        def tried(clinics: float, seconds: float = seconds) -> Step:
            done = step(clinic, job, clinics, seconds, f"{seed} {len(steps)}")
            steps.append(done)
            print(told(done), flush=True)
            return done

        before = costs.size(clinic)
        at = {number: tried(number, _long_enough(number, seconds)) for number in networks}
        load = highest(lambda clinics: tried(clinics).is_borne, first)
        borne = [each for each in steps if each.is_borne]
        best = max(borne, key=lambda each: each.clinics) if load else None
        acts = sum(each.begun for each in steps)
        cost = costs.cost(best, acts, costs.size(clinic) - before) if best else None
        return Found(kind, processes, best, at, cost, steps)


def _long_enough(clinics: int, seconds: float) -> float:
    """A single clinic does one thing in seven seconds at its busiest."""
    return max(seconds, min(6 * seconds, _FEWEST / day.rate(clinics)))


def told(done: Step) -> str:
    """One line of a stretch."""
    times = " ".join(f"{kind} {done.p99.get(kind, 0):.0f}" for kind in BUDGETS)
    errors = f" errors {dict(done.errors)}" if done.errors else ""
    return (
        f"{done.clinics:7.1f} clinics {done.acts:6.1f} acts/s  p99 ms: {times}  "
        f"web {done.web_cpu:.2f} worker {done.worker_cpu:.2f} database {done.database_cpu:.2f} "
        f"client {done.client_busy:.2f} s/s, late {done.client_late_ms:.0f} ms"
        f"{'' if done.is_borne else '  OVER'}{errors}"
    )


def _run(found: Found) -> Run:
    figures = {
        "best": asdict(found.best) if found.best else None,
        "networks": {number: asdict(done) for number, done in found.networks.items()},
        "cost": asdict(found.cost) if found.cost else None,
        "steps": [asdict(done) for done in found.steps],
    }
    size: dict[str, float | str] = {"processes": found.processes}
    return Run(found.kind, size, figures, found.best is not None)


def _rows(found: Found) -> list[Row]:
    name = f"load, {found.kind} × {found.processes}"
    rows = []
    for number, done in found.networks.items():
        for kind in ("tap", "page", "save"):
            label = f"{name}: ten o'clock of {number} clinics, {kind}, p99"
            # A network that is too large for this machine is no fault of ours: it is told.
            row = at_most if number < max(NETWORKS) else _beside
            rows.append(row(label, done.p99.get(kind, 0.0), "ms", BUDGETS[kind]))
    if found.best is None or found.cost is None:
        return [*rows, at_most(f"{name}: nothing was borne", 1, "", 0)]
    best, cost = found.best, found.cost
    return [
        *rows,
        seen(f"{name}: highest load at which p99 holds", best.acts, "acts/s"),
        seen(f"{name}: clinics at their ten o'clock", day.clinics_at(best.acts), ""),
        seen(f"{name}: computed by web processes then", best.web_cpu, "s/s"),
        seen(f"{name}: the client itself was busy", best.client_busy, "s/s"),
        seen(f"{name}: 1,000 patients compute, a day", cost.cpu_seconds_a_day, "s"),
        seen(f"{name}: 1,000 patients keep, a year, rows", cost.megabytes_a_year, "MB"),
        seen(f"{name}: 1,000 patients keep, a year, speech", cost.spoken_megabytes_a_year, "MB"),
        seen(f"{name}: 1,000 patients' texts, a day", cost.texts_a_day, ""),
    ]


def _beside(name: str, value: float, unit: str, budget: float) -> Row:
    return seen(name, value, unit, f"p99 {budget:g} ms wanted")
