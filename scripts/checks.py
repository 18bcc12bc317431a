"""Every check, one after the other, each on two cores.

A failing one does not hold back the next, so that one run tells all; the journeys come last, so
that pytest's own closing line is the last word of a good run. Rows of checks may run side by side;
with tests beside journeys two cores had so much to do that both took longer.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).resolve().parent.parent
_BIN = ROOT / ".venv" / "bin"
_PYTEST = (str(_BIN / "python"), "-m", "pytest")
_LOOK_EVERY = 0.2  # seconds


@dataclass(eq=False)
class Check:
    """A command, and what became of it."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    # Real processes and browsers, several on one core: what did not come to its end is tried once
    # more, alone. A fault fails again; what does not is named by the first run, to be looked into.
    again: Sequence[str] = ()
    ended: threading.Event = field(default_factory=threading.Event)
    failed: bool = False

    def run(self, folder: Path) -> None:
        """Run it to its end; its words go into the folder."""
        self.failed = True  # until it is known better
        try:
            with self.said(folder).open("wb") as words:
                self.failed = self._call(self.command, words) != 0
        finally:
            self.ended.set()

    def run_again(self) -> None:
        """What failed once more, when nothing else runs."""
        print(f"\n--- {self.name}: once more, alone", flush=True)
        self.failed = self._call(self.again, None) != 0

    def said(self, folder: Path) -> Path:
        """Where its words are."""
        return folder / self.name.replace(" ", "-")

    def _call(self, command: Sequence[str], words: BinaryIO | None) -> int:
        return subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=words,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode


def _tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(_BIN / name), *arguments)


def _tests(kind: str, workers: int) -> Check:
    # The browser plugin stays out of tests/: nothing there opens a page.
    command = (*_PYTEST, "tests", "-p", "no:playwright", "-o", f"cache_dir=.pytest_cache/{kind}")
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[kind]
    return Check(
        f"tests on {name}",
        (*command, "-n", str(workers)),
        {"TEST_DATABASE": kind},
        (*command, "--last-failed"),
    )


def _journeys(workers: int) -> Check:
    command = (*_PYTEST, "e2e", "-o", "cache_dir=.pytest_cache/journeys")
    shared = ("-n", str(workers), "--dist", "worksteal")  # what shares a demo stays together
    return Check("journeys", (*command, *shared), {}, (*command, "--last-failed"))


def _rows() -> tuple[tuple[Check, ...], ...]:
    return (
        (
            Check("format", _tool("ruff", "format", "--check", ".")),
            Check("lint", _tool("ruff", "check", "--output-format", "concise", ".")),
            Check("types", _tool("mypy")),
            Check("floors", _tool("lint-imports", "--no-logo")),
            Check("what patients text, understood", _tool("python", "-m", "tests.replies.share")),
            _tests("sqlite", 2),
            _tests("postgresql", 2),
            _journeys(2),
        ),
    )


def main() -> int:
    rows = _rows()
    checks = [check for row in rows for check in row]
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        for row in rows:
            threading.Thread(target=_work_off, args=(row, folder), daemon=True).start()
        for check in checks:
            _tell(check, folder)
    for check in checks:
        if check.failed and check.again:
            check.run_again()
    failed = [check.name for check in checks if check.failed]
    if failed:
        print(f"\nFailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _work_off(row: Sequence[Check], folder: Path) -> None:
    for check in row:
        check.run(folder)


def _tell(check: Check, folder: Path) -> None:
    """Print what the check says, as it says it, until its end."""
    print(f"\n--- {check.name}", flush=True)
    words = check.said(folder)
    while not words.exists():
        time.sleep(_LOOK_EVERY)
    with words.open("rb") as said:
        while True:
            has_ended = check.ended.is_set()  # before reading: nothing comes after it
            sys.stdout.buffer.write(said.read())
            sys.stdout.buffer.flush()
            if has_ended:
                return
            time.sleep(_LOOK_EVERY)


if __name__ == "__main__":
    sys.exit(main())
