"""From the tap to the picture, beside a bare call measured in the same run.

Both are present from the moment at which the patient's page holds the clinician's offer: the bare
page is born with it, ours gets it with the answer to its first question. Two real browsers with
fake cameras on this machine. Times are medians; every round drives our page, the bare one and those
of others' libraries (`peers.calls`) in turn, so that whatever else the machine does falls on all.
Others are present when the server that introduces the two knows them; the tap is before all that.
"""

import shutil
import statistics
import time

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.limit import bare_page
from bench.peers.calls import calls
from bench.rows import Row, at_least, at_most, seen
from bench.stage import a_clinic
from e2e.conftest import _ARGUMENTS, _BROWSERS, Clinic
from e2e.visits import Visit, a_visit

# Notes by wall time, so that what happened on two pages can be told apart in order.
_NOTES = """
window.noted = { began: performance.timeOrigin }
const note = (what) => { noted[what] ??= performance.timeOrigin + performance.now() }
document.addEventListener("loadeddata", ({ target }) => {
  note(target.id === "local" ? "preview" : target.id === "remote" ? "remote" : "face")
}, true)
const asked = window.fetch
window.fetch = async (...given) => {
  const path = String(given[0]?.url ?? given[0])
  const answer = await asked(...given)
  if (path.endsWith("/x") || path.endsWith("/claim")) note(path.split("/").pop())
  return answer
}
const devices = navigator.mediaDevices
const camera = devices?.getUserMedia.bind(devices)
if (camera) devices.getUserMedia = (wanted) => (note("asked"), camera(wanted))
const usable = () => {
  const heading = document.querySelector("[data-view=waiting]:not([hidden]) h1")
  const styled = heading && getComputedStyle(document.body).display === "grid"
  if (styled && customElements.get("visit-room")) note("usable")
  else requestAnimationFrame(usable)
}
requestAnimationFrame(usable)
"""
_THROTTLED = {"latency": 75, "downloadThroughput": 2e5, "uploadThroughput": 9e4}
_PATIENCE = 30.0
_BARE = "bare page"

Times = dict[str, list[float]]


def measure(*, full: bool) -> list[Row]:
    """Medians of each step, with an open line and on a slow phone."""
    rounds = 15 if full else 4
    rows: list[Row] = []
    with (
        a_clinic() as clinic,
        bare_page() as limit,
        calls() as (peers, missing),
        sync_playwright() as playwright,
    ):
        rows += missing
        path = next(filter(None, map(shutil.which, _BROWSERS)))
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        visit = a_visit(clinic)
        desk = _desk(browser, clinic, visit)
        others = {each.name: (each.url, _other_side(browser, each.clinician)) for each in peers}
        others[_BARE] = (limit, _other_side(browser, f"{limit}clinician"))
        for throttled in (False, True):
            ours: Times = {}
            taken: dict[str, Times] = {name: {} for name in others}
            for _ in range(rounds):
                _round(browser, visit, desk, ours, throttled=throttled)
                for name, (url, other) in others.items():
                    _bare_round(browser, url, other, taken[name], throttled=throttled)
            rows += _rows(ours, taken.pop(_BARE), rounds, throttled=throttled)
            rows += _beside(ours, taken, throttled=throttled)
        browser.close()
    return rows


def _rows(ours: Times, bare: Times, rounds: int, *, throttled: bool) -> list[Row]:
    middle = {name: statistics.median(values) for name, values in ours.items()}
    limit = {name: statistics.median(values) for name, values in bare.items()}
    line = f"{'1.6 Mbit/s, 150 ms, CPU × 4' if throttled else 'open line'}, n = {rounds}"
    beside = f"bare page {limit['remote']:.0f} ms"
    face = f"bare page {limit['face']:.0f} ms"
    return [
        at_most(f"tap → usable ({line})", middle["usable"], "ms", 1000),
        at_most(f"Allow → own preview ({line})", middle["preview"], "ms", 1000),
        seen(
            f"tap → picture, coming back ({line})",
            middle["tap"],
            "ms",
            f"bare page {limit['tap']:.0f} ms",
            middle["tap"] / limit["tap"],
        ),
        at_most(
            f"both present → picture at the patient ({line})",
            middle["remote"],
            "ms",
            round(1.25 * limit["remote"]),
            beside,
            middle["remote"] / limit["remote"],
        ),
        at_most(
            f"both present → face at the clinician ({line})",
            middle["face"],
            "ms",
            round(1.25 * limit["face"]),
            face,
            middle["face"] / limit["face"],
        ),
        at_most(
            f"reload → same picture ({line})",
            middle["reload"],
            "ms",
            round(1.5 * middle["tap"]),
            "1.5 × coming back",
            middle["reload"] / middle["tap"],
        ),
        seen(f"admit → picture ({line})", middle["admit"], "ms"),
    ]


def _beside(ours: Times, taken: dict[str, Times], *, throttled: bool) -> list[Row]:
    """Ours ahead of each of the others: theirs by ours is at least one."""
    line = "1.6 Mbit/s, 150 ms, CPU × 4" if throttled else "open line"
    rows = []
    for name, theirs in taken.items():
        for what, said in (("remote", "both present → picture"), ("tap", "tap → picture")):
            mine, other = statistics.median(ours[what]), statistics.median(theirs[what])
            told = f"{name} {other:.0f} ms, ours {mine:.0f} ms"
            rows.append(
                at_least(
                    f"{said}: ahead of {name} ({line})",
                    other / mine,
                    "×",
                    1,
                    peer=told,
                    ratio=other / mine,
                )
            )
    return rows


def _round(browser: Browser, visit: Visit, desk: Page, times: Times, *, throttled: bool) -> None:
    context = _phone(browser)
    page = _page(context, throttled)
    desk.evaluate("delete noted.face")
    page.goto(visit.link)
    noted = _until(page, "preview", "usable")
    _add(times, "usable", noted["usable"] - noted["began"])
    page.get_by_role("button", name="I am here").tap()
    claimed = _until(page, "claim")["claim"]
    _add(times, "preview", noted["preview"] - noted["asked"])
    _add(times, "face", _until(desk, "face")["face"] - claimed)
    desk.locator('[data-action="admit"]').click()
    pressed = time.time() * 1000
    page_noted = _until(page, "remote")
    _add(times, "admit", max(page_noted["remote"] - pressed, 0))
    page.close()
    time.sleep(1)  # the browser is busy with closing

    page = _page(context, throttled)
    page.goto(visit.link)
    noted = _until(page, "remote")
    _add(times, "tap", noted["remote"] - noted["began"])
    _add(times, "remote", noted["remote"] - noted["x"])
    page.reload()
    noted = _until(page, "remote")
    _add(times, "reload", noted["remote"] - noted["began"])
    context.close()
    time.sleep(1)


def _bare_round(browser: Browser, url: str, other: Page, times: Times, *, throttled: bool) -> None:
    other.evaluate("delete noted.remote")
    other.evaluate("prepare()")
    context = _phone(browser)
    page = _page(context, throttled)
    page.goto(url)
    noted = _until(page, "remote")
    marks = "performance.getEntriesByName('present')[0].startTime + performance.timeOrigin"
    present = page.evaluate(marks)
    _add(times, "tap", noted["remote"] - noted["began"])
    _add(times, "remote", noted["remote"] - present)
    _add(times, "face", _until(other, "remote")["remote"] - present)
    context.close()
    time.sleep(1)


def _phone(browser: Browser) -> BrowserContext:
    context = browser.new_context(
        permissions=["camera", "microphone"],
        viewport={"width": 393, "height": 727},
        has_touch=True,
        is_mobile=True,
    )
    context.add_init_script(_NOTES)
    return context


def _page(context: BrowserContext, throttled: bool) -> Page:
    page = context.new_page()
    if throttled:
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", {"offline": False, **_THROTTLED})
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    return page


def _desk(browser: Browser, clinic: Clinic, visit: Visit) -> Page:
    context = browser.new_context(permissions=["camera", "microphone"])
    context.add_init_script(_NOTES)
    page = context.new_page()
    page.goto(f"{clinic.url}/demo/components")
    page.evaluate("fetch('/demo/staff-session', { method: 'POST' }).then((answer) => answer.ok)")
    page.goto(visit.room)
    page.wait_for_timeout(1500)
    return page


def _other_side(browser: Browser, url: str) -> Page:
    context = browser.new_context(permissions=["camera", "microphone"])
    context.add_init_script(_NOTES)
    page = context.new_page()
    page.goto(url)
    page.wait_for_timeout(500)
    return page


def _until(page: Page, *names: str) -> dict[str, float]:
    """What the page has noted, once all of `names` are in it."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        noted: dict[str, float] = page.evaluate("noted")
        if all(name in noted for name in names):
            return noted
        page.wait_for_timeout(20)
    raise RuntimeError(f"never seen: {', '.join(names)}; seen: {', '.join(noted)}")


def _add(times: Times, name: str, value: float) -> None:
    times.setdefault(name, []).append(value)
