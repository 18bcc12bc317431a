"""The PHQ-9 on a phone: what a question's page weighs, how soon it is answered, what it costs us.

Beside it, in the same run, the least such a page can be (`limit_form`). Chromium on this machine,
cold cache, 1.6 Mbit/s, 150 ms there and back, CPU × 4. Every round opens both pages in turn; times
are medians.
"""

import http.client
import shutil
import statistics
import time
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from bench.limit_form import LimitForm
from bench.rows import Row, at_least, at_most, seen
from bench.stage import a_clinic
from e2e.conftest import _ARGUMENTS, _BROWSERS, Clinic, free_port
from e2e.ehr import Ehr
from e2e.filling import go_on

_PHONE = "+17185550187"
_THROTTLED = {"latency": 75, "downloadThroughput": 2e5, "uploadThroughput": 9e4}
_PATIENCE_MS = 30_000
# When the first answer could be given and was counted: a choice is pressed as soon as it is there
# and the stylesheet has been read.
_PRESS = """
window.noted = {}
const press = () => {
  const choice = document.querySelector("form input[type=radio]")
  const styled = choice && [...document.styleSheets].some((sheet) => sheet.cssRules.length)
  if (!styled) return requestAnimationFrame(press)
  choice.addEventListener("change", () => { noted.answered = performance.now() }, { once: true })
  choice.click()
}
requestAnimationFrame(press)
"""
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"

Times = dict[str, list[float]]


def measure(*, full: bool) -> list[Row]:
    """Bytes, requests, times and server cost of one question's page."""
    rounds = 15 if full else 7
    limit = LimitForm(free_port())
    limit.start()
    try:
        with a_clinic() as clinic, sync_playwright() as playwright:
            path = next(filter(None, map(shutil.which, _BROWSERS)))
            browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
            state, address = _first_question(browser, clinic)
            rows = _weigh(browser, state, address)
            ours: Times = {}
            bare: Times = {}
            for _ in range(rounds):
                _open(browser, state, address, ours)
                _open(browser, None, limit.url, bare)
            rows += _compare(ours, bare, rounds)
            rows += _go_on(browser, state, address, rounds)
            rows += _serve(clinic, state, address, 600 if full else 200)
            browser.close()
    finally:
        limit.stop()
    return rows


def _first_question(browser: Browser, clinic: Clinic) -> tuple[Any, str]:
    """A patient who was asked to fill in the PHQ-9 and opened the text: cookies, and where."""
    ehr = Ehr(clinic)
    ehr.wait_for_day()
    patient = ehr.patient("Noa", "Lind", _PHONE)
    ehr.ask(patient, _phq9(ehr))
    clinic.push("PT1M")
    [body] = [text["body"] for text in clinic.texts(_PHONE) if "/i#" in text["body"]]
    link = next(word for word in body.split() if "/i#" in word)
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.locator("main form").first.wait_for()
    go_on(page)
    page.locator("main form input[type=radio]").first.wait_for()
    address, state = page.url, context.storage_state()
    context.close()
    return state, address


def _phq9(ehr: Ehr) -> str:
    found = ehr.get("Questionnaire?url=https://afterglow.example/fhir/Questionnaire/phq-9")
    return str(found["entry"][0]["resource"]["id"])


def _weigh(browser: Browser, state: Any, address: str) -> list[Row]:
    context = _phone(browser, state)
    page = context.new_page()
    session = context.new_cdp_session(page)
    sizes: dict[str, float] = {}
    kinds: dict[str, str] = {}
    _listen(session, sizes, kinds)
    page.goto(address, wait_until="networkidle")
    cold, asked = sum(sizes.values()), len(sizes)
    html = sum(size for name, size in sizes.items() if kinds.get(name) == "Document")
    scripts = sum(size for name, size in sizes.items() if kinds.get(name) == "Script")
    styles = sum(size for name, size in sizes.items() if kinds.get(name) == "Stylesheet")
    sizes.clear()
    page.goto(address, wait_until="networkidle")
    warm, asked_again = sum(sizes.values()), len([size for size in sizes.values() if size])
    context.close()
    return [
        at_most("question page: HTML", html / 1000, "kB", 8),
        at_most("question page: stylesheet", styles / 1000, "kB", 12),
        at_most("question page: scripts", scripts / 1000, "kB", 16),
        at_most("question page: first visit", cold / 1000, "kB", 40, "Medplum 209, LHC-Forms 651"),
        at_most("question page: requests", asked, "", 6, "Medplum 3, LHC-Forms 8"),
        at_most("question page: warm", warm / 1000, "kB", 9),
        at_most("question page: warm requests", asked_again, "", 1),
    ]


def _listen(session: CDPSession, sizes: dict[str, float], kinds: dict[str, str]) -> None:
    """Bytes that came over the line, by request; nothing for what came from the cache."""
    session.send("Network.enable")

    def answered(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]

    def finished(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = event["encodedDataLength"]

    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", finished)


def _open(browser: Browser, state: Any, address: str, times: Times) -> None:
    context = _phone(browser, state)
    context.add_init_script(_PRESS)
    page = context.new_page()
    _slow(context, page)
    page.goto(address)
    page.wait_for_function("noted.answered", timeout=_PATIENCE_MS)
    times.setdefault("answered", []).append(page.evaluate("noted.answered"))
    times.setdefault("painted", []).append(page.evaluate(_PAINTED))
    context.close()


def _compare(ours: Times, bare: Times, rounds: int) -> list[Row]:
    line = f"(1.6 Mbit/s, 150 ms, CPU × 4, n = {rounds})"
    rows = []
    for what, peer in (("painted", 2148), ("answered", 2346)):
        value, least = statistics.median(ours[what]), statistics.median(bare[what])
        said = "first paint" if what == "painted" else "first answer"
        beside = f"bare page {least:.0f} ms, Medplum {peer} ms"
        rows.append(
            at_most(f"question page: {said} {line}", value, "ms", round(1.25 * least), beside)
        )
    return rows


def _go_on(browser: Browser, state: Any, address: str, rounds: int) -> list[Row]:
    """From the press on Continue until the next question can be answered, on the slow line."""
    context = _phone(browser, state)
    page = context.new_page()
    page.goto(address)
    page.locator("main form input[type=radio]").first.wait_for()
    _slow(context, page)
    taken = []
    for _ in range(min(rounds, 8)):
        taken.append(page.evaluate(_CONTINUE))
        page.wait_for_timeout(300)
    context.close()
    return [at_most("Continue → next question, htmx", statistics.median(taken), "ms", 210)]


_CONTINUE = """
() => new Promise((done) => {
  const choice = document.querySelector("main form input[type=radio]")
  const asked = choice.closest("[data-link-id]").dataset.linkId
  choice.click()
  const began = performance.now()
  const look = () => {
    const next = document.querySelector("main form [data-link-id]")
    if (next && next.dataset.linkId !== asked && next.querySelector("input")) {
      return done(performance.now() - began)
    }
    requestAnimationFrame(look)
  }
  const buttons = document.querySelectorAll("main form [type=submit]")
  buttons[buttons.length - 1].click()
  requestAnimationFrame(look)
})
"""


def _serve(clinic: Clinic, state: Any, address: str, times: int) -> list[Row]:
    """What one page costs the server, one after the other over one open line."""
    cookies = "; ".join(f"{each['name']}={each['value']}" for each in state["cookies"])
    where = urlsplit(address)
    taken = _ask(where.netloc, where.path, {"Cookie": cookies, "Accept-Encoding": "br"}, times)
    plain = _ask(urlsplit(clinic.url).netloc, "/healthz", {}, times)
    share = statistics.median(plain) / statistics.median(taken)
    return [
        seen("question page: server, median", 1000 * statistics.median(taken), "ms"),
        at_most("question page: server, p99", 1000 * _p99(taken), "ms", 20),
        at_least("question page: rate beside plain text, one line", share, "×", 0.2),
    ]


def _ask(host: str, path: str, headers: dict[str, str], times: int) -> list[float]:
    line = http.client.HTTPConnection(host)
    taken = []
    for _ in range(times + 10):
        began = time.perf_counter()
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
        answer.read()
        taken.append(time.perf_counter() - began)
        if answer.status != 200:
            raise RuntimeError(f"the page answered {answer.status}")
    line.close()
    return taken[10:]


def _p99(values: list[float]) -> float:
    return sorted(values)[int(0.99 * (len(values) - 1))]


def _phone(browser: Browser, state: Any) -> BrowserContext:
    return browser.new_context(
        storage_state=state, viewport={"width": 393, "height": 727}, has_touch=True, is_mobile=True
    )


def _slow(context: BrowserContext, page: Page) -> None:
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **_THROTTLED})
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
