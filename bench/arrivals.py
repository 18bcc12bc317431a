"""The pages behind links: what comes over the line before and after the exchange, and without one.

A phone that has never been here, no throttling: bytes and requests are exact.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.phone import listen, phone
from bench.rows import Row, at_least, at_most
from bench.stage import a_clinic
from e2e.conftest import _ARGUMENTS, _BROWSERS, Clinic
from e2e.visits import Visit, a_visit

_DOORS = ("/j", "/i", "/w", "/s")
# As our own scripts do it; whether it is there within a minute.
_REGISTER = """
() => {
  const rules = { createHTML: (html) => html, createScriptURL: (address) => address }
  const policy = (window.afterglowPolicy ??= trustedTypes.createPolicy("afterglow", rules))
  const ready = navigator.serviceWorker
    .register(policy.createScriptURL("/sw.js"))
    .then(() => navigator.serviceWorker.ready)
    .then(() => true)
  return Promise.race([ready, new Promise((done) => setTimeout(done, 60_000, false))])
}
"""


def measure(*, full: bool) -> list[Row]:
    """One size only."""
    del full
    with a_clinic() as clinic, _browser() as browser:
        visit = a_visit(clinic)
        rows = [row for door in _DOORS for row in _landing(browser, clinic, door)]
        return [*rows, *_later(browser, clinic), *_visit(browser, visit)]


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, _BROWSERS)))
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


def _landing(browser: Browser, clinic: Clinic, door: str) -> list[Row]:
    """The page as it is without a token, up to the moment at which it asks the clinic: what it
    asks for from then on comes beside the answer.
    """
    context = phone(browser)
    page = context.new_page()
    sizes: dict[str, float] = {}
    asked: list[dict[str, Any]] = []
    session = context.new_cdp_session(page)
    listen(session, sizes, {})
    session.on("Network.requestWillBeSent", lambda event: asked.append(event))
    page.goto(clinic.url + door, wait_until="networkidle")
    before = list(takewhile(lambda event: not event["request"]["url"].endswith("/x"), asked))
    kilobytes = sum(sizes.get(event["requestId"], 0) for event in before) / 1000
    own = ("Document", "Stylesheet", "Script", "Other")
    waited = sum(event.get("type") not in own for event in before)
    context.close()
    return [
        at_most(f"landing page {door}: all told", kilobytes, "kB", 6),
        at_most(f"landing page {door}: waits on more than its own files", waited, "", 0),
    ]


def _later(browser: Browser, clinic: Clinic) -> list[Row]:
    """Where the service worker is there already, each page comes from it: with the line cut."""
    context = phone(browser)
    page = context.new_page()
    page.goto(f"{clinic.url}/sign-in")
    there = page.evaluate(_REGISTER)
    context.set_offline(True)
    rows = []
    for door in _DOORS:
        answer = page.goto(clinic.url + door) if there else None
        shown = answer is not None and answer.from_service_worker and answer.ok
        rows.append(at_least(f"landing page {door}: later, with no line at all", int(shown), "", 1))
    context.close()
    return rows


def _visit(browser: Browser, visit: Visit) -> list[Row]:
    context = phone(browser, permissions=["camera", "microphone"])
    page = context.new_page()
    sizes, kinds = _heard(context, page)
    page.goto(visit.link)
    page.locator("[data-view=waiting]:not([hidden]) h1").wait_for()
    page.wait_for_load_state("networkidle")
    asked = [kind for kind in kinds if kind != "WebSocket"]
    kilobytes = sum(sizes.values()) / 1000
    context.close()
    return [
        at_most("visit page: before media", kilobytes, "kB", 30),
        at_most("visit page: requests beside the socket", len(asked), "", 4),
    ]


def _heard(context: BrowserContext, page: Page) -> tuple[dict[str, float], list[str]]:
    """Bytes by request, and what kind of thing each answer was."""
    session = context.new_cdp_session(page)
    sizes: dict[str, float] = {}
    kinds: list[str] = []
    listen(session, sizes, {})
    session.on("Network.responseReceived", lambda event: kinds.append(event["type"]))
    return sizes, kinds
