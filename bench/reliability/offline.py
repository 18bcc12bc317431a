"""Writing on a phone that is cut off, killed and filled up, at a clinic that is killed and renewed.

Rounds of a person each: one link takes fifty entries. What the clinic holds at the end is read
from its database; the profile folder of the killed browser is searched for the words. A round in
which something did not come in time is none: it is counted, its reason told, and it fails the run.
"""

import shutil
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Error, expect, sync_playwright

from bench.reliability import kept
from bench.reliability.kept import Run
from bench.rows import Row, at_least, at_most
from e2e.conftest import _BROWSERS, _PATIENCE, Clinic, free_port
from e2e.lasting_phone import LastingPhone
from e2e.torture import Torture

_ENTRIES = 50  # that one link takes
_WORDS = {"in clear": "files with words in clear", "stalled": "rounds that did not come to an end"}


def measure(*, full: bool) -> list[Row]:
    """Entries lost, doubled, not recognised or readable on the disk: none, after any hardship."""
    rounds, cycles = (10, 10) if full else (2, 8)
    expect.set_options(timeout=_PATIENCE)
    found = dict.fromkeys(("lost", "doubled", "unknown", "in clear", "stalled"), 0)
    written, first = 0, kept.seed()
    with _seeded() as folder:
        for number in range(rounds):
            words, outcome = _round(folder, first + number, cycles)
            written += words
            for name, each in outcome.items():
                found[name] += len(each)
            _keep(first, cycles, number + 1, {"entries": written, **found})
    of = f"{rounds * cycles} hardships"
    return [
        at_least(f"offline: entries written ({of})", written, "", rounds * _ENTRIES),
        *(
            at_most(f"offline: {_WORDS.get(name, f'entries {name}')} ({of})", count, "", 0)
            for name, count in found.items()
        ),
    ]


def _keep(first: int, cycles: int, rounds: int, figures: dict[str, int]) -> None:
    size: dict[str, float | str] = {"hardships": rounds * cycles, "browser": "Chromium"}
    troubles = sum(figures.values()) - figures["entries"]
    clean = not troubles and figures["entries"] >= rounds * _ENTRIES
    kept.keep("offline", first, [Run("sqlite", size, figures, passed=clean)])


@contextmanager
def _seeded() -> Iterator[Path]:
    """A demo's folder as its first start leaves it: telling the story takes longer than a round."""
    with tempfile.TemporaryDirectory() as folder:
        running = Clinic(Path(folder), free_port())
        running.start()
        running.stop()
        yield Path(folder)


@contextmanager
def _like(seeded: Path) -> Iterator[Clinic]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(seeded, folder, dirs_exist_ok=True)
        clinic = Clinic(Path(folder), free_port())
        clinic.start()
        try:
            yield clinic
        finally:
            clinic.stop()


def _round(seeded: Path, seed: int, cycles: int) -> tuple[int, dict[str, list[str]]]:
    path = next(filter(None, map(shutil.which, _BROWSERS)))
    since = time.monotonic()
    with (
        _like(seeded) as clinic,
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
