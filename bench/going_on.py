"""From one question of the PHQ-9 to the next on a phone, and the page at the end of them."""

import statistics
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page

from bench.phone import ROUND_TRIP, listen, phone, slow
from bench.rows import Row, at_most
from e2e.filling import go_on

_MOST_QUESTIONS = 20


def after_continue(browser: Browser, state: Any, address: str, rounds: int) -> list[Row]:
    """From the press on Continue until the next question can be answered, on the slow line; and
    what the page weighs on which all answers stand. The form is filled in by it.
    """
    with_scripts = _pressed(browser, state, address, min(rounds, 4), _with_scripts)
    without = _pressed(browser, state, address, min(rounds, 4), _without, java_script_enabled=False)
    trip = f"bare trip {ROUND_TRIP} ms"
    return [
        *_whole_scale(browser, state, address),
        at_most(
            "Continue → next question, htmx",
            statistics.median(with_scripts),
            "ms",
            ROUND_TRIP + 60,
            trip,
            statistics.median(with_scripts) / ROUND_TRIP,
        ),
        at_most(
            "Continue → next question, scripts off",
            statistics.median(without),
            "ms",
            2 * ROUND_TRIP + 100,
            trip,
            statistics.median(without) / ROUND_TRIP,
        ),
    ]


def _pressed(
    browser: Browser,
    state: Any,
    address: str,
    times: int,
    press: Callable[[Page], float],
    **more: Any,
) -> list[float]:
    context = phone(browser, state, **more)
    page = context.new_page()
    page.goto(address)
    page.locator("main form input[type=radio]").first.wait_for()
    slow(context, page)
    taken = []
    for _ in range(times):
        taken.append(press(page))
        page.wait_for_timeout(300)
    context.close()
    return taken


def _with_scripts(page: Page) -> float:
    return float(page.evaluate(_CONTINUE))


def _without(page: Page) -> float:
    """From outside, by this program's own clock: the page cannot tell."""
    page.locator("main form input[type=radio]").first.check(force=True)
    asked = page.locator("main form [data-link-id]").get_attribute("data-link-id")
    began = time.perf_counter()
    page.locator("main form [type=submit]:visible").last.click(no_wait_after=True)
    page.locator(f'main form [data-link-id]:not([data-link-id="{asked}"]) input').first.wait_for()
    return (time.perf_counter() - began) * 1000


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


def _whole_scale(browser: Browser, state: Any, address: str) -> list[Row]:
    """The page on which the whole scale stands: what was answered, to be looked over."""
    context = phone(browser, state)
    page = context.new_page()
    page.goto(address)
    for _ in range(_MOST_QUESTIONS):
        if page.locator("main form [data-link-id]").count() == 0:
            break
        page.locator("main form input[type=radio]").first.check(force=True)
        go_on(page)
    sizes: dict[str, float] = {}
    kinds: dict[str, str] = {}
    listen(context.new_cdp_session(page), sizes, kinds)
    page.reload(wait_until="networkidle")
    rows = page.locator("main dt, main li, main tr").count()
    assert rows >= 9, f"not the whole scale: {page.url.rsplit('/', 1)[-1]}"
    html = sum(size for name, size in sizes.items() if kinds.get(name) == "Document")
    context.close()
    return [at_most("whole scale: HTML", html / 1000, "kB", 12)]
