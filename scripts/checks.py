"""Every check, one after the other.

A failing one does not hold back the next, so that one run tells all; the journeys come last, so
that pytest's own closing line is the last word of a good run. Tests beside journeys were tried: two
cores then had so much to do that both took longer.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_BIN = ROOT / ".venv" / "bin"
_PYTEST = (str(_BIN / "python"), "-m", "pytest")
_AT_ONCE = ("-n", "2")


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

    def _call(self, command: Sequence[str]) -> bool:
        environment = {**os.environ, **self.environment}
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def _tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(_BIN / name), *arguments)


def _tests(kind: str, name: str) -> Check:
    # The browser plugin stays out of tests/: nothing there opens a page.
    command = (*_PYTEST, "tests", "-p", "no:playwright", "-o", f"cache_dir=.pytest_cache/{kind}")
    known = {"TEST_DATABASE": kind}
    return Check(f"tests on {name}", (*command, *_AT_ONCE), known, (*command, "--last-failed"))


def _journeys() -> Check:
    command = (*_PYTEST, "e2e", "-o", "cache_dir=.pytest_cache/journeys")
    # What shares a demo stays together.
    shared = (*_AT_ONCE, "--dist", "worksteal")
    return Check("journeys", (*command, *shared), {}, (*command, "--last-failed"))


CHECKS = (
    Check("format", _tool("ruff", "format", "--check", ".")),
    Check("lint", _tool("ruff", "check", "--output-format", "concise", ".")),
    Check("types", _tool("mypy")),
    Check("floors", _tool("lint-imports", "--no-logo")),
    Check("what patients text, understood", _tool("python", "-m", "tests.replies.share")),
    _tests("sqlite", "SQLite"),
    _tests("postgresql", "PostgreSQL"),
    _journeys(),
)


def main() -> int:
    failed = [check.name for check in CHECKS if not check.passes()]
    if failed:
        print(f"\nFailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
