"""A phone on a slow line: Chromium of this machine, cold cache, 1.6 Mbit/s, 150 ms there and back,
CPU × 4. What one page asks of it.

Chromium delays each answer by `latency` once, so that it is the way there and back (for a call's
packets it is one way).
"""

import time
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page
from playwright.sync_api import TimeoutError as TookTooLong

LINE = "1.6 Mbit/s, 150 ms, CPU × 4"
ROUND_TRIP = 150  # milliseconds
_THROTTLED = {"latency": ROUND_TRIP, "downloadThroughput": 2e5, "uploadThroughput": 9e4}
_PATIENCE_MS = 60_000
# When the first answer could be given and was counted. A choice is pressed as soon as it is there
# and a stylesheet has been read; where the page itself tells what it counted, others are pressed
# after it until it does. What blocked is what the page's tasks took above 50 ms.
_PRESS = """
window.noted = { blocked: 0 }
const waits = %s
window.answered = () => { noted.answered ??= performance.now() }
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) noted.blocked += duration - 50
}).observe({ type: "longtask", buffered: true })
let turn = 0
const press = () => {
  const choices = document.querySelectorAll("form input[type=radio], #form input[type=radio]")
  const choice = choices[turn %% 4]
  const styled = choice && [...document.styleSheets].some((sheet) => sheet.cssRules.length)
  if (!styled) return requestAnimationFrame(press)
  if (!waits) choice.addEventListener("change", answered, { once: true })
  choice.click()
  turn += 1
  if (waits) setTimeout(() => noted.answered ?? requestAnimationFrame(press), 100)
}
requestAnimationFrame(press)
"""
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


@dataclass(frozen=True)
class Candidate:
    """A page to open: its name, its address, whose cookies; `waits` when it tells by itself."""

    name: str
    url: str
    state: Any = None
    waits: bool = False


@dataclass
class Opening:
    """What one cold opening took: milliseconds, bytes over the line, seconds of script, bytes."""

    painted: float
    answered: float
    sizes: dict[str, float]
    blocked: float
    script: float
    heap: float
    nodes: float
    tap: float  # height of what is pressed to answer, in CSS pixels
    waited_on: list[str] = field(default_factory=list)  # who asked, where it was not the page

    @property
    def asked(self) -> int:
        """Requests that were answered."""
        return len(self.sizes)

    @property
    def kilobytes(self) -> float:
        """All that came over the line."""
        return sum(self.sizes.values()) / 1000


def phone(browser: Browser, state: Any = None, **more: Any) -> BrowserContext:
    """A phone that has never been here, with these cookies."""
    return browser.new_context(
        storage_state=state,
        viewport={"width": 393, "height": 727},
        has_touch=True,
        is_mobile=True,
        **more,
    )


def slow(context: BrowserContext, page: Page) -> CDPSession:
    """From now on the line and the processor are a poor phone's."""
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **_THROTTLED})
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    return session


def open_cold(browser: Browser, candidate: Candidate) -> Opening:
    """Open the page for the first time and press its first choice; note what that took."""
    context = phone(browser, candidate.state)
    context.add_init_script(_PRESS % ("true" if candidate.waits else "false"))
    page = context.new_page()
    session = slow(context, page)
    session.send("Performance.enable")
    sizes: dict[str, float] = {}
    asked_by: list[str] = []
    listen(session, sizes, {})
    session.on("Network.requestWillBeSent", lambda event: asked_by.extend(_others(event)))
    try:
        page.goto(candidate.url, wait_until="commit", timeout=_PATIENCE_MS)
        _wait_until_answered(page)
        page.wait_for_load_state("networkidle")
        script = _metrics(session)["ScriptDuration"]
        session.send("HeapProfiler.collectGarbage")
        noted = page.evaluate("noted")
        metrics = _metrics(session)
        return Opening(
            painted=page.evaluate(_PAINTED),
            answered=noted["answered"],
            sizes=sizes,
            blocked=noted["blocked"],
            script=script,
            heap=metrics["JSHeapUsedSize"],
            nodes=page.evaluate("document.querySelectorAll('*').length"),
            tap=page.evaluate(_TAP),
            waited_on=asked_by,
        )
    finally:
        context.close()


def _wait_until_answered(page: Page) -> None:
    """Asked from outside: our pages let no string become a script."""
    deadline = time.monotonic() + _PATIENCE_MS / 1000
    while not page.evaluate("window.noted?.answered ?? 0"):
        if time.monotonic() > deadline:
            raise TookTooLong("no answer was counted")
        page.wait_for_timeout(50)


def listen(session: CDPSession, sizes: dict[str, float], kinds: dict[str, str]) -> None:
    """Bytes that come over the line, by request; nothing for what comes from the cache."""
    session.send("Network.enable")

    def answered(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]

    def finished(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = event["encodedDataLength"]

    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", finished)


def _others(event: dict[str, Any]) -> list[str]:
    """Who asked for this, if neither the browser nor the page itself."""
    asked = event["initiator"]
    if asked["type"] in ("other", "preload") or event.get("type") == "Document":
        return []
    by = asked.get("url") or next(
        (frame["url"] for frame in asked.get("stack", {}).get("callFrames", [])), ""
    )
    return [] if by == event["documentURL"] else [by]


def _metrics(session: CDPSession) -> dict[str, float]:
    told = session.send("Performance.getMetrics")["metrics"]
    return {each["name"]: each["value"] for each in told}


_TAP = """
(() => {
  const choice = document.querySelector("form input[type=radio], #form input[type=radio]")
  const pressed = choice.closest("label") ?? choice.labels?.[0] ?? choice
  return pressed.getBoundingClientRect().height
})()
"""
