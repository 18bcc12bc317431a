"""Do the tests notice? Faults in links, sessions, outbox and guards, one at a time.

    python -m bench mutation                                    # every area
    python -m bench.mutation sessions                           # one
    python -m bench.mutation sessions app/access/codes.py:send  # a module, or one of its functions
    python -m bench.mutation links --tests tests/web/doors/test_exchange.py  # with these tests

A fault is killed when a test fails or never ends. One that no test can notice, because nothing is
different, stands in `mutation_equal.txt` with the reason and is not counted. What survives on the
embedded database is tried once more on PostgreSQL, whose locks are its own (with `--tests`, set
TEST_DATABASE for that). What was killed is remembered until its function changes, what survived
until a test of the area does; `--again` forgets. Figures of whole areas are kept in
bench/results/mutation-AREA.json. One core, nice 5.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.mutants import ROOT, Mutant, Source
from bench.mutation_areas import AREAS
from bench.mutation_children import HUNG, KILLED, SURVIVED, UNREACHED, UNTOLD
from bench.mutation_run import MOST_TESTS, Round, run
from bench.reliability import kept
from bench.reliability.kept import Run
from bench.rows import Row, at_least, seen
from tests import databases

WANTED = 95  # per cent
_EQUAL = Path(__file__).with_name("mutation_equal.txt")
_EQUAL_SIGN = "="
_OPEN = (SURVIVED, UNREACHED, UNTOLD)


class Remembered:
    """What earlier runs found: a killed fault is not tried again."""

    def __init__(self, area: str, *, again: bool, tests: Sequence[str], most: int) -> None:
        self._file = kept.RESULTS / f"mutation-{area}.cache.json"
        asked = f"{_fingerprint(tests)}-{most}"
        self._tests = f"{asked}-{databases.chosen_kind()}"
        self._also = f"{asked}-postgresql"  # surviving there, it has survived on both
        self._known: dict[str, str] = {}
        if self._file.exists() and not again:
            self._known = json.loads(self._file.read_text())

    def get(self, mutant: Mutant) -> str | None:
        verdict, _, tests = self._known.get(mutant.key, "").partition(" ")
        is_settled = verdict in (KILLED, HUNG) or tests in (self._tests, self._also)
        return verdict if is_settled and verdict != UNTOLD else None

    def only_on_postgresql(self, mutant: Mutant) -> bool:
        return self._known.get(mutant.key, "").endswith("-postgresql")

    def put(self, mutant: Mutant, verdict: str) -> None:
        """At once and whole: a run that is cut loses nothing."""
        self._known[mutant.key] = f"{verdict} {self._tests}"
        kept.RESULTS.mkdir(exist_ok=True)
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps(self._known, indent=0) + "\n")
        draft.replace(self._file.resolve())


class Judge:
    """Tries the faults of one module after another, and tells."""

    def __init__(self, wanted: Sequence[str], remembered: Remembered) -> None:
        self.runs: list[Run] = []
        self._wanted = wanted
        self._remembered = remembered
        self._equal = equal_ones()

    def __call__(self, asked: Round, source: Source) -> None:
        begun = time.monotonic()
        verdicts: list[tuple[Mutant, str]] = []
        mutants = [one for one in source.mutants() if self._is_wanted(one)]
        for number, mutant in enumerate(mutants, start=1):
            verdict = self._verdict(asked, source, mutant)
            verdicts.append((mutant, verdict))
            if verdict in _OPEN:
                print(f"\n{mutant.diff()}\n  {verdict}", flush=True)
            if number % 25 == 0 or number == len(mutants):
                print(f"  {source.path}: {number} of {len(mutants)}", flush=True)
        self.runs.append(self._told(source, verdicts, time.monotonic() - begun))

    def _is_wanted(self, mutant: Mutant) -> bool:
        places = {mutant.path, f"{mutant.path}:{mutant.function}"}
        return not self._wanted or not places.isdisjoint(self._wanted)

    def _verdict(self, asked: Round, source: Source, mutant: Mutant) -> str:
        if _named(mutant) in self._equal:
            return _EQUAL_SIGN
        verdict = self._remembered.get(mutant)
        if verdict is None:
            verdict = asked.verdict(source, mutant)
            self._remembered.put(mutant, verdict)
        return verdict

    def _told(self, source: Source, verdicts: list[tuple[Mutant, str]], seconds: float) -> Run:
        counted = Counter(verdict for _, verdict in verdicts)
        survivors = [mutant for mutant, told in verdicts if told in _OPEN]
        noticed = [mutant for mutant, told in verdicts if told in (KILLED, HUNG)]
        killed = len(noticed)
        total = len(verdicts) - counted[_EQUAL_SIGN]
        print(f"\n{source.path}: {killed} of {total} killed, {seconds:.0f} s\n", flush=True)
        figures = {
            "killed": killed,
            "hung": counted[HUNG],
            "survived": counted[SURVIVED],
            "unreached": counted[UNREACHED],
            "untold": counted[UNTOLD],
            "on postgresql alone": sum(map(self._remembered.only_on_postgresql, noticed)),
            "per cent": round(100 * killed / (total or 1), 1),
            "survivors": [mutant.diff() for mutant in survivors],
        }
        size = {"module": source.path, "total": total, "equal": counted[_EQUAL_SIGN]}
        return Run("sqlite", size, figures, passed=killed * 100 >= WANTED * total)


def equal_ones() -> dict[tuple[str, ...], str]:
    """The reviewed list of faults that change nothing, each with its reason."""
    found = {}
    for block in _EQUAL.read_text().split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if lines:
            reason = lines[-1].removeprefix("= ")
            assert lines[-1].startswith("= "), block
            found[tuple(lines[:-1])] = reason
    return found


def _named(mutant: Mutant) -> tuple[str, ...]:
    """A fault as the list names it: its place without the line, and what differs."""
    return (f"{mutant.path} {mutant.function}", *mutant.diff().splitlines()[1:])


def _fingerprint(tests: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for name in tests:
        place = ROOT / name.partition("::")[0]
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def try_area(
    area: str,
    wanted: Sequence[str],
    *,
    again: bool,
    tests: Sequence[str] = (),
    most: int = MOST_TESTS,
) -> list[Run]:
    """Every fault of an area, or of the modules (`path` or `path:function`) that are wanted."""
    asked = tests or AREAS[area].tests
    judge = Judge(wanted, Remembered(area, again=again, tests=asked, most=most))
    modules = {name.partition(":")[0] for name in wanted} or set(AREAS[area].modules)
    run([path for path in AREAS[area].modules if path in modules], asked, judge, most)
    if not wanted:
        kept.keep(f"mutation-{area}", 0, judge.runs)
    return judge.runs


def share(runs: Sequence[dict[str, Any]]) -> float:
    """Per cent killed, of all that change something."""
    total = sum(run["size"]["total"] for run in runs)
    return 100 * sum(run["figures"]["killed"] for run in runs) / (total or 1)


def measure(*, full: bool) -> list[Row]:  # noqa: ARG001  there is one size
    """For `python -m bench mutation`: each area in a process of its own."""
    rows: list[Row] = []
    for area in AREAS:
        subprocess.run([sys.executable, "-m", "bench.mutation", area], cwd=ROOT, check=True)
        runs = kept.kept(f"mutation-{area}")
        rows.append(at_least(f"faults noticed, {area}", share(runs), "%", WANTED))
        rows.append(seen(f"faults, {area}", sum(run["size"]["total"] for run in runs), ""))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.mutation")
    parser.add_argument("area", choices=AREAS)
    parser.add_argument("modules", nargs="*", help="path, or path:function; all when none is given")
    parser.add_argument("--again", action="store_true", help="forget what earlier runs found")
    parser.add_argument("--tests", nargs="+", default=(), help="instead of the area's own")
    parser.add_argument("--most", type=int, default=MOST_TESTS, help="tests that one fault is for")
    asked = parser.parse_args()
    runs = try_area(
        asked.area, asked.modules, again=asked.again, tests=asked.tests, most=asked.most
    )
    is_embedded = databases.chosen_kind() == "sqlite"
    is_whole = not asked.tests and asked.most == MOST_TESTS
    if is_embedded and is_whole and any(run.figures["survivors"] for run in runs):
        command = [sys.executable, "-m", "bench.mutation", asked.area, *asked.modules]
        there = {**os.environ, "TEST_DATABASE": "postgresql"}
        sys.exit(subprocess.run(command, cwd=ROOT, env=there, check=False).returncode)
    _tell(asked.area, runs)


def _tell(area: str, runs: Sequence[Run]) -> None:
    told = [{"size": run.size, "figures": run.figures} for run in runs]
    killed = sum(run.figures["killed"] for run in runs)
    total = sum(run.size["total"] for run in runs)
    print(f"{area}: {killed} of {total} killed, {share(told):.1f} %")


if __name__ == "__main__":
    main()
