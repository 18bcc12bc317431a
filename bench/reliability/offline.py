"""Writing on a phone that is cut off, killed and filled up, at a clinic that is killed and renewed.

The clinic is the demo, one process, on its own file and on PostgreSQL.

Rounds of a person each: one link takes fifty entries. What the clinic holds at the end is read
from its database; the profile folder of the killed browser is searched for the words. A round in
which something did not come in time is none: it is counted, its reason told, and it fails the run.
"""

import shutil
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import get_args

from playwright.sync_api import Error, expect, sync_playwright

from bench.reliability import kept
from bench.reliability.kept import Run
from bench.rows import Row, at_least, at_most
from e2e import demo_elsewhere
from e2e.conftest import _BROWSERS, _PATIENCE, Clinic, free_port
from e2e.lasting_phone import LastingPhone
from e2e.torture import Torture
from tests import databases
from tests.databases import Kind

_ENTRIES = 50  # that one link takes
_WORDS = {"in clear": "files with words in clear", "stalled": "rounds that did not come to an end"}


def measure(*, full: bool) -> list[Row]:
    """Entries lost, doubled, not recognised or readable on the disk: none, after any hardship."""
    rounds, cycles = (10, 10) if full else (2, 8)
    seed = kept.seed()
    runs: list[Run] = []
    rows: list[Row] = []
    for kind in get_args(Kind):
        for run in suffered(kind, rounds, cycles, seed=seed):
            kept.keep("offline", seed, [*runs, run])  # so far
        runs.append(run)
        rows += _rows(run, rounds * _ENTRIES)
    return rows


def suffered(kind: Kind, rounds: int, cycles: int, *, seed: int) -> Iterator[Run]:
    """What came of it on one database, told after each round."""
    expect.set_options(timeout=_PATIENCE)
    figures = dict.fromkeys(("entries", "lost", "doubled", "unknown", "in clear", "stalled"), 0)
    with _seeded(kind) as seeded:
        for number in range(rounds):
            words, outcome = _round(seeded, seed + number, cycles)
            figures["entries"] += words
            for name, each in outcome.items():
                figures[name] += len(each)
            size: dict[str, float | str] = {"hardships": (number + 1) * cycles}
            troubles = sum(figures.values()) - figures["entries"]
            clean = not troubles and figures["entries"] >= (number + 1) * _ENTRIES
            yield Run(kind, size | {"browser": "Chromium"}, dict(figures), passed=clean)


def _rows(run: Run, entries: int) -> list[Row]:
    of = f"{run.database}, {run.size['hardships']} hardships"
    figures = dict(run.figures)
    return [
        at_least(f"offline: entries written ({of})", figures.pop("entries"), "", entries),
        *(
            at_most(f"offline: {_WORDS.get(name, f'entries {name}')} ({of})", count, "", 0)
            for name, count in figures.items()
        ),
    ]


@contextmanager
def _seeded(kind: Kind) -> Iterator[Path | None]:
    """A demo's folder as its first start leaves it: telling the story takes longer than a round.

    None for a database on a server: there it is told anew for each round.
    """
    databases.prepare()
    if kind == "postgresql":
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        running = Clinic(Path(folder), free_port())
        running.start()
        running.stop()
        yield Path(folder)


@contextmanager
def _a_clinic(seeded: Path | None) -> Iterator[Clinic]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        elsewhere = {}
        if seeded is None:
            url = stack.enter_context(databases.fresh_database("offline", "postgresql"))
            elsewhere["E2E_DATABASE"] = url
            demo_elsewhere.stand_on(url)  # this process reads there what the clinic holds
            stack.callback(demo_elsewhere.stand_at_home)
        else:
            shutil.copytree(seeded, folder, dirs_exist_ok=True)
        clinic = Clinic(Path(folder), free_port(), **elsewhere)
        clinic.start()
        try:
            yield clinic
        finally:
            clinic.stop()


def _round(seeded: Path | None, seed: int, cycles: int) -> tuple[int, dict[str, list[str]]]:
    path = next(filter(None, map(shutil.which, _BROWSERS)))
    since = time.monotonic()
    with (
        _a_clinic(seeded) as clinic,
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as at,
    ):
        phone = LastingPhone(playwright, path, Path(at))
        try:
            torture = Torture(clinic, phone, seed)
            torture.suffer(cycles, _ENTRIES)
            words, outcome = len(torture.written), torture.outcome()
        except (AssertionError, Error) as error:
            words, outcome = 0, {"stalled": [str(error)]}
            traceback.print_exc()
        finally:
            phone.close()
    told = {name: len(each) for name, each in outcome.items()}
    print(f"seed {seed}: {words} entries, {told}, {time.monotonic() - since:.0f} s", flush=True)
    return words, outcome
