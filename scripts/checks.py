"""Every check: what keeps one core busy two at a time, tests and journeys one after the other.

A failing one does not hold back the next, so that one run tells all; the journeys come last, so
that pytest's own closing line is the last word of a good run. Tests beside journeys were tried: two
cores then had so much to do that both took longer.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_KEPT = ROOT / "bench" / "results" / "suite.json"
_BIN = ROOT / ".venv" / "bin"
_PYTEST = (str(_BIN / "python"), "-m", "pytest")
# Each begins with half of all, in their order: what a module shares is made once. Whoever is done
# first takes half of what the other has left.
_AT_ONCE = ("-n", "2", "--dist", "worksteal")


@dataclass(frozen=True)
class Check:
    """A command whose status 0 means that all is well."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    # Real processes and browsers, two at a time: what did not come to its end is tried once more,
    # alone. A fault fails again; what does not is named by the first run, to be looked into.
    again: Sequence[str] = ()

    def passes(self) -> bool:
        """Run it, and what failed once more."""
        print(f"\n--- {self.name}", flush=True)
        if self._call(self.command):
            return True
        if not self.again:
            return False
        print(f"\n--- {self.name}: once more, alone", flush=True)
        return self._call(self.again)

    def passes_beside_others(self) -> bool:
        """Run it, and show at its end what it said."""
        done = subprocess.run(
            self.command, cwd=ROOT, env=self._surroundings(), check=False, capture_output=True
        )
        said = (done.stdout + done.stderr).decode(errors="replace")
        print(f"\n--- {self.name}\n{said.rstrip()}", flush=True)
        return done.returncode == 0

    def _call(self, command: Sequence[str]) -> bool:
        done = subprocess.run(command, cwd=ROOT, env=self._surroundings(), check=False)
        return done.returncode == 0

    def _surroundings(self) -> dict[str, str]:
        # Where Python may not keep what it compiled, each worker compiles every test, and each
        # program that a test starts the application, anew.
        surroundings = {**os.environ, **self.environment}
        surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
        return surroundings


def _tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(_BIN / name), *arguments)


def _tests(kind: str, name: str) -> Check:
    # The browser plugin stays out of tests/: nothing there opens a page.
    command = (*_PYTEST, "tests", "-p", "no:playwright", "-o", f"cache_dir=.pytest_cache/{kind}")
    known = {"TEST_DATABASE": kind}
    return Check(f"tests on {name}", (*command, *_AT_ONCE), known, (*command, "--last-failed"))


def _journeys() -> Check:
    command = (*_PYTEST, "e2e", "-o", "cache_dir=.pytest_cache/journeys")
    return Check("journeys", (*command, *_AT_ONCE), {}, (*command, "--last-failed"))


# The longest first.
ON_ONE_CORE = (
    Check("types", _tool("mypy")),
    Check("floors", _tool("lint-imports", "--no-logo")),
    Check("what patients text, understood", _tool("python", "-m", "tests.replies.share")),
    Check("format", _tool("ruff", "format", "--check", ".")),
    Check("lint", _tool("ruff", "check", "--output-format", "concise", ".")),
)
ON_ALL = (
    _tests("sqlite", "SQLite"),
    _tests("postgresql", "PostgreSQL"),
    _journeys(),
)


def main() -> int:
    started = time.monotonic()
    with ThreadPoolExecutor(2) as beside:
        outcomes = list(beside.map(Check.passes_beside_others, ON_ONE_CORE))
    seconds = {"on one core": time.monotonic() - started}
    for check in ON_ALL:
        begun = time.monotonic()
        outcomes.append(check.passes())
        seconds[check.name] = time.monotonic() - begun
    checks = zip((*ON_ONE_CORE, *ON_ALL), outcomes, strict=True)
    failed = [check.name for check, passed in checks if not passed]
    if failed:
        print(f"\nFailed: {', '.join(failed)}", file=sys.stderr)
        return 1
    _keep(time.monotonic() - started, seconds)
    return 0


def _keep(whole: float, each: dict[str, float]) -> None:
    """How long a good run took, for the benchmarks' table. Not printed: see above."""
    _KEPT.parent.mkdir(exist_ok=True)
    known = {"seconds": whole, "at": datetime.now(UTC).isoformat(timespec="seconds"), "each": each}
    _KEPT.write_text(json.dumps(known, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
