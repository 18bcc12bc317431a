"""In the app on the Home Screen: a storage of its own, so its own ways in; and its notices."""

import json
import re
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserType, Page, Worker, expect

from app.push import words
from e2e.axe import violations
from e2e.ehr import Ehr
from e2e.fob import Fob
from e2e.test_sign_in import code_in
from e2e.visits import PHONE, a_visit, admit, open_room, tap

# Push services are out of reach here; what a browser does with one is played, its keys are real.
PLAYED_PUSH = """
(() => {
  const encoded = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
  const endpoint = "https://fcm.googleapis.com/fcm/send/a-phone"
  const unsubscribe = async () => localStorage.removeItem("played")
  PushManager.prototype.subscribe = async () => {
    const curve = { name: "ECDH", namedCurve: "P-256" }
    const pair = await crypto.subtle.generateKey(curve, true, ["deriveBits"])
    const p256dh = encoded(await crypto.subtle.exportKey("raw", pair.publicKey))
    const auth = encoded(crypto.getRandomValues(new Uint8Array(16)))
    localStorage.setItem("played", "1")
    return { endpoint, unsubscribe, toJSON: () => ({ endpoint, keys: { p256dh, auth } }) }
  }
  PushManager.prototype.getSubscription = async () =>
    localStorage.getItem("played") ? { endpoint, unsubscribe } : null
})()
"""


@pytest.fixture
def new_app(browser_type: BrowserType, browser_type_launch_args, playwright, tmp_path, complaints):
    """`new_app(address)`: a window without a browser around it, with a profile of its own."""
    opened = []
    device = dict(playwright.devices["Pixel 5"])
    device.pop("default_browser_type", None)
    device.pop("is_mobile")  # Chromium then says that every page stands in a browser

    def make(address: str, *, script: str = "", **options) -> Page:
        launch = {**browser_type_launch_args}
        launch["args"] = [*launch["args"], f"--app={address}"]
        context = browser_type.launch_persistent_context(
            tmp_path / f"app-{len(opened)}", locale="en-US", **device, **launch, **options
        )
        opened.append(context)
        context.on("page", complaints.listen)
        if script:
            context.add_init_script(script)
        page = context.pages[0] if context.pages else context.wait_for_event("page")
        complaints.listen(page)
        page.goto(address)
        assert page.evaluate("matchMedia('(display-mode: standalone)').matches")
        return page

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def passkey(clinic, new_phone, new_desk) -> dict:
    """Robin's first passkey, made in the browser on which the clinician saw their face."""
    visit = a_visit(clinic)
    desk = new_desk(clinic)
    open_room(desk, visit)
    phone = new_phone()
    fob = Fob(phone)
    tap(phone, visit)
    admit(desk)
    sign_in_by_code(phone, clinic)
    phone.goto(f"{clinic.url}/devices")
    phone.get_by_role("button", name="Set up this phone").click()
    expect(phone.get_by_text(re.compile("^since "))).to_be_visible()
    (made,) = fob.passkeys()
    return made


@pytest.fixture
def robin(clinic) -> None:
    """Robin is a patient who gets texts."""
    Ehr(clinic).patient("Robin", "Vale", PHONE)


def ask_for_code(page: Page, clinic) -> str:
    before = len(clinic.texts(PHONE))
    page.goto(f"{clinic.url}/sign-in/number")
    page.get_by_label("Your phone number").fill("(718) 555-0188")
    page.get_by_role("button", name="Text me a code").click()
    expect(page.get_by_label("Six digits")).to_be_visible()
    for _ in range(100):
        # Something else may come in the same moment.
        for text in clinic.texts(PHONE)[before:]:
            if "code is" in text["body"]:
                return code_in(text["body"])
        page.wait_for_timeout(100)
    raise AssertionError("no code arrived")


def sign_in_by_code(page: Page, clinic, *, paste: bool = False) -> None:
    code = ask_for_code(page, clinic)
    field = page.get_by_label("Six digits")
    if paste:
        page.evaluate(
            "(words) => navigator.clipboard.writeText(words)", f" {code[:3]} {code[3:]}\n"
        )
        field.focus()
        page.keyboard.press("ControlOrMeta+V")
    else:
        field.fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Hello Robin")).to_be_visible()


def test_the_phone_itself_opens_the_installed_app_by_button_and_under_the_number(
    clinic, passkey, new_app
):
    app = new_app(clinic.url)
    Fob(app).bring(passkey)

    app.wait_for_url("**/sign-in")  # what the browser knows, the app does not
    app.get_by_role("button", name="Open with this phone").click()

    expect(app.get_by_text("Hello Robin")).to_be_visible()
    app.get_by_role("button", name="Sign out").click()
    app.wait_for_url("**/sign-in")
    app.get_by_role("link", name="Text me a code").click()  # the virtual device picks at once

    expect(app.get_by_text("Hello Robin")).to_be_visible()


def test_without_a_passkey_a_pasted_code_opens_it(clinic, robin, new_app):
    app = new_app(clinic.url, permissions=["clipboard-read", "clipboard-write"])

    sign_in_by_code(app, clinic, paste=True)

    app.goto(f"{clinic.url}/install")
    expect(app.get_by_text("These pages are open as an app already.")).to_be_visible()
    cdp = app.context.new_cdp_session(app)
    assert cdp.send("Page.getAppManifest")["errors"] == []
    assert cdp.send("Page.getInstallabilityErrors")["installabilityErrors"] == []


def test_notices_are_on_after_a_tap_say_nothing_personal_and_end_with_a_tap(clinic, robin, new_app):
    app = new_app(clinic.url, script=PLAYED_PUSH, permissions=["notifications"])
    sign_in_by_code(app, clinic)
    app.goto(f"{clinic.url}/notices")
    assert violations(app) == []

    app.get_by_role("button", name="Turn notices on here").click()
    expect(app.get_by_text("Notices come here")).to_be_visible()
    expect(app.get_by_text("This one")).to_be_visible()
    expect(app.get_by_role("button", name="Turn notices on here")).to_be_hidden()
    assert violations(app) == []

    assert deliver(app, clinic, words.payload("en").decode()) == {
        "title": "A quiet minute, if you want it",
        "body": "Say or write a few words, or skip.",
        "lang": "en",
        "tag": "quiet-minute",
        "data": "/journal/write",
    }
    assert tapped(app) == "/journal/write"
    # What is no notice of ours leads home and nowhere else.
    shown = deliver(app, clinic, json.dumps({"title": "x", "opens": "https://elsewhere.example"}))
    assert shown["title"] == "x"
    assert tapped(app) == "/"

    app.get_by_role("button", name="Turn off").click()
    expect(app.get_by_role("button", name="Turn notices on here")).to_be_visible()
    expect(app.get_by_text("Notices come here")).to_be_hidden()


def test_home_offers_one_thing_at_a_time_and_no_icon_to_whoever_has_it(
    clinic, robin, new_app, new_phone, tmp_path
):
    two_good_visits(clinic, tmp_path)
    phone = new_phone()
    sign_in_by_code(phone, clinic)
    expect(phone.get_by_role("link", name="Show me how")).to_be_visible()
    expect(phone.locator("[data-offer]:visible")).to_have_count(1)
    assert violations(phone) == []
    phone.get_by_role("link", name="Show me how").click()
    expect(phone.get_by_role("heading", name="On an Android phone")).to_be_visible()

    app = new_app(clinic.url)
    sign_in_by_code(app, clinic)
    expect(app.get_by_role("link", name="Look at notices")).to_be_visible()
    expect(app.locator("[data-offer]:visible")).to_have_count(1)
    app.locator("[data-offer]:visible").get_by_role("button", name="Not now").click()
    expect(app.locator("[data-offers]")).to_have_count(0)
    expect(app.get_by_text("Hello Robin")).to_be_visible()


def two_good_visits(clinic, folder) -> None:
    """Robin has had two talks, as the clinic's database has it."""
    ehr = Ehr(clinic)
    robin = ehr.patient("Robin", "Vale", PHONE)
    for days in (1, 2):
        starts_at = (ehr.now() + timedelta(days=days)).replace(hour=10, minute=0, second=0)
        ehr.book("integration", starts_at, 50, robin, ehr.clinician())
    with closing(sqlite3.connect(folder / "demo.sqlite3", timeout=10)) as database:
        database.execute(
            "UPDATE appointment SET status = 'fulfilled' WHERE patient_id ="
            " (SELECT id FROM patient ORDER BY made_at DESC, id DESC LIMIT 1)"
        )
        database.commit()


def deliver(app: Page, clinic, payload: str) -> dict:
    """The push service hands a message to the phone; gives the notice that is shown then."""
    app.evaluate("navigator.serviceWorker.ready.then(() => true)")
    # Asking for what is shown would drop what this machine, without a desktop, cannot show.
    worker = _worker(app)
    worker.evaluate(
        """() => {
          const { showNotification } = ServiceWorkerRegistration.prototype
          self.shown = new Promise((resolve, reject) => {
            ServiceWorkerRegistration.prototype.showNotification = function (title, options) {
              ServiceWorkerRegistration.prototype.showNotification = showNotification
              const shown = showNotification.call(this, title, options)
              shown.then(() => resolve({ title, ...options }), reject)
              return shown
            }
          })
        }"""
    )
    cdp = app.context.new_cdp_session(app)
    found: list[dict] = []
    cdp.on(
        "ServiceWorker.workerRegistrationUpdated", lambda said: found.extend(said["registrations"])
    )
    cdp.send("ServiceWorker.enable")
    for _ in range(50):
        if found:
            break
        app.wait_for_timeout(100)
    cdp.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": clinic.url,
            "registrationId": found[-1]["registrationId"],
            "data": payload,
        },
    )
    shown = worker.evaluate("self.shown")
    return {**shown, "data": shown["data"]["opens"]}


def tapped(app: Page) -> str:
    """Where a tap on the notice leads."""
    return _worker(app).evaluate(
        """async () => {
          const { data } = await self.shown
          const opened = new Promise((resolve) => {
            clients.openWindow = async (place) => resolve(place)
            clients.matchAll = async () => []
          })
          const event = new Event("notificationclick")
          event.notification = { data, close() {} }
          event.waitUntil = () => {}
          dispatchEvent(event)
          return opened
        }"""
    )


def _worker(app: Page) -> Worker:
    (worker,) = app.context.service_workers
    return worker
