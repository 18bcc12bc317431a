"""Writing on a phone that is cut off, killed and filled up, at a clinic that is killed and renewed.

Rounds of a person each: one link takes fifty entries. What the clinic holds at the end is read
from its database; the profile folder of the killed browser is searched for the words.
"""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.reliability import kept
from bench.reliability.kept import Run
from bench.rows import Row, at_least, at_most
from bench.stage import a_clinic
from e2e.conftest import _BROWSERS
from e2e.lasting_phone import LastingPhone
from e2e.torture import Torture

_ENTRIES = 50  # that one link takes


def measure(*, full: bool) -> list[Row]:
    """Entries lost, doubled, not recognised or readable on the disk: none, after any hardship."""
    rounds, cycles = (10, 10) if full else (2, 8)
    found: dict[str, int] = {}
    written, first = 0, kept.seed()
    for seed in range(first, first + rounds):
        words, outcome = _round(seed, cycles)
        written += words
        for name, each in outcome.items():
            found[name] = found.get(name, 0) + len(each)
    size = {"hardships": rounds * cycles, "browser": "Chromium"}
    clean = not sum(found.values()) and written >= rounds * _ENTRIES
    kept.keep("offline", first, [Run("sqlite", size, {"entries": written, **found}, passed=clean)])
    of = f"{rounds * cycles} hardships"
    return [
        at_least(f"offline: entries written ({of})", written, "", rounds * _ENTRIES),
        *(
            at_most(f"offline: entries {name} ({of})", count, "", 0)
            for name, count in found.items()
        ),
    ]


def _round(seed: int, cycles: int) -> tuple[int, dict[str, list[str]]]:
    path = next(filter(None, map(shutil.which, _BROWSERS)))
    with a_clinic() as clinic, sync_playwright() as playwright, tempfile.TemporaryDirectory() as at:
        phone = LastingPhone(playwright, path, Path(at))
        try:
            torture = Torture(clinic, phone, seed)
            torture.suffer(cycles, _ENTRIES)
            return len(torture.written), torture.outcome()
        finally:
            phone.close()
