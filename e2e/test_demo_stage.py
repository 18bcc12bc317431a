"""The demo's stage, as somebody sees it who meets Afterglow for the first time."""

import os

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.axe import violations
from e2e.conftest import ROOT

SHOTS = os.environ.get("SHOTS")
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def open_stage(browser: Browser, clinic, complaints):
    """`open_stage()`: the stage in a browser of its own, on the host that is asked for."""
    opened = []

    def make(host: str = "localhost", **options) -> Page:
        options = {"viewport": WIDE, "permissions": ["camera", "microphone"], **options}
        context = browser.new_context(**options)
        opened.append(context)
        context.on("page", complaints.listen)
        page = context.new_page()
        page.goto(clinic.url.replace("localhost", host) + "/demo")
        return page

    yield make
    for context in opened:
        context.close()


def step(stage: Page):
    return stage.locator(".guide [aria-current=step]")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_six_steps_lead_from_the_booking_to_the_talk(open_stage, host):
    stage = open_stage(host)
    console = stage.frame_locator("iframe[name=console]")
    phone = stage.frame_locator("iframe.handset__page")

    expect(console.get_by_role("heading", name="Today", level=1)).to_be_visible()
    expect(step(stage)).to_contain_text("See what is booked")
    step(stage).get_by_role("link", name="Show it").click()
    expect(console.get_by_role("heading", name="Integration visit")).to_be_visible()

    expect(step(stage)).to_contain_text("Push the clock")
    step(stage).get_by_role("button").click()
    link = stage.locator('a[data-link][href^="/j#"]').last
    expect(link).to_be_visible()
    expect(stage.get_by_role("status")).to_contain_text("Sam Ellison")

    expect(step(stage)).to_contain_text("Tap the link")
    link.click()
    expect(phone.get_by_role("heading", name="Dr. Patel is coming.")).to_be_visible()

    expect(step(stage)).to_contain_text("Allow the camera")
    phone.get_by_role("button", name="I am here").click()
    expect(step(stage)).to_contain_text("Let Sam in")
    step(stage).get_by_role("link", name="Open the room").click()
    console.locator("[data-action=admit]").click()
    expect(step(stage)).to_contain_text("Talk, then end")
    for side in (phone, console):
        picture = side.locator("video#remote")
        expect(picture).to_be_visible()
        side.locator("body").evaluate(
            "() => new Promise((seen) => document.querySelector('video#remote')"
            ".requestVideoFrameCallback(() => seen()))"
        )

    console.locator("[data-action=end]").click()
    expect(stage.locator(".guide [data-state=done]")).to_have_count(6)


def test_texts_arrive_and_are_answered_without_a_reload(open_stage, clinic):
    stage = open_stage()
    stage.evaluate("window.sameDocument = true")

    ready = "Not ready today, can we try tomorrow?"
    stage.get_by_role("group", name="Ready to send as Sam").get_by_role(
        "button", name=ready
    ).click()

    thread = stage.get_by_role("log")
    expect(thread.get_by_text(ready)).to_be_visible()
    answer = thread.locator('a[data-link][href^="/j#"]').last
    expect(answer).to_be_visible()
    answer.click()
    phone = stage.frame_locator("iframe.handset__page")
    expect(phone.locator("[data-action=pick-time]").first).to_be_visible()
    stage.get_by_role("button", name="Texts").click()
    expect(thread).to_be_visible()
    stage.get_by_label("Reply as Sam").fill("OK then")
    stage.get_by_role("button", name="Send").click()
    expect(thread.get_by_text("OK then")).to_be_visible()
    assert stage.evaluate("window.sameDocument")


def test_the_next_thing_says_what_it_brought_and_leads_there(open_stage):
    stage = open_stage()

    for _ in range(12):
        stage.get_by_role("button", name="Next thing").click()
        expect(stage.get_by_role("button", name="Next thing")).not_to_have_attribute(
            "aria-disabled", "true"
        )
        if stage.locator("#news a").count():
            break
    who = stage.locator("#news a").first
    name = who.inner_text()
    who.click()

    expect(stage.get_by_label("Whose phone").locator("option:checked")).to_contain_text(name)
    expect(stage.get_by_role("log").locator("p").last).to_contain_text("Northside")


def test_on_a_phone_one_looks_at_the_phone_or_at_the_clinic(open_stage):
    stage = open_stage(viewport=NARROW)
    console = stage.locator("iframe[name=console]")

    expect(stage.get_by_role("log")).to_be_visible()
    expect(console).to_be_hidden()
    stage.get_by_role("button", name="The clinic").click()
    expect(console).to_be_visible()
    expect(stage.get_by_role("log")).to_be_hidden()


def test_without_scripts_the_inbox_and_the_clock_still_work(open_stage):
    stage = open_stage(java_script_enabled=False)

    stage.get_by_role("button", name="+26 hours").click()
    stage.get_by_role("button", name="+26 hours").click()
    assert stage.locator("a[data-link]").last.get_attribute("href").startswith("/j#")
    stage.get_by_label("Whose phone").select_option("+17185550102")
    stage.get_by_role("button", name="Show").click()
    expect(stage.get_by_role("heading", name="Lucía’s phone")).to_be_visible()
    stage.get_by_label("Reply as Lucía").fill("Hola")
    stage.get_by_role("button", name="Send").click()
    expect(stage.get_by_role("log").get_by_text("Hola")).to_be_visible()


@pytest.mark.parametrize("light", ["light", "dark"])
def test_nothing_on_the_stage_is_in_anybodys_way(open_stage, light):
    stage = open_stage(color_scheme=light, reduced_motion="reduce")
    expect(stage.get_by_role("log")).to_be_visible()
    wrong = []

    for size in (WIDE, {"width": 1024, "height": 768}, NARROW, {"width": 320, "height": 640}):
        stage.set_viewport_size(size)
        width = size["width"]
        wrong += [f"{width}: {line}" for line in violations(stage)]
        wide = stage.evaluate("document.documentElement.scrollWidth")
        wrong += [f"scrolls sideways: {wide} of {width}"] if wide > width else []
        if SHOTS:
            folder = ROOT / SHOTS
            folder.mkdir(parents=True, exist_ok=True)
            stage.screenshot(path=folder / f"demo-stage.{width}.{light}.png", full_page=True)

    assert wrong == []
