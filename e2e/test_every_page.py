"""Every page in every light: nothing axe objects to, nothing scrolls sideways; and its picture."""

import itertools
import os
import re
import shutil
from collections.abc import Sequence
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from e2e import filling
from e2e.asked import link_of, open_link, shipped
from e2e.axe import violations
from e2e.conftest import ROOT, Clinic, demo_clinician, free_port
from e2e.ehr import Ehr

SHOTS = os.environ.get("SHOTS")
SAM = "+17185550101"
DAY_AND_NIGHT = ("light", "dark")
LIGHTS = (*DAY_AND_NIGHT, "gentle")
# As the lamp of a page does it: see static/js/lamp.js.
_MOOD = """(mood) => {
  if (mood) document.documentElement.dataset.mood = mood
  else delete document.documentElement.dataset.mood
}"""


@pytest.fixture(scope="module")
def clinic(tmp_path_factory, seeded):
    """One demo for all pages, pushed to where Sam's link has just arrived."""
    folder = tmp_path_factory.mktemp("pages")
    shutil.copytree(seeded, folder, dirs_exist_ok=True)
    running = Clinic(folder, free_port())
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def link(clinic) -> str:
    """The link of Sam's newest text, as a phone has it."""
    for _ in range(60):
        bodies = [text["body"] for text in clinic.texts(SAM) if "/j#" in text["body"]]
        if bodies:
            return re.search(r"http://\S+/j#\w+", bodies[-1])[0]
        clinic.push("PT1H")
    raise AssertionError("no text with a link came")


def open_browser(browser: Browser, clinic: Clinic, width: int, **more) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        permissions=["camera", "microphone"],
        color_scheme="light",
        reduced_motion="reduce",
        **more,
    )
    spanish = str(more.get("locale", "")).startswith("es")
    chosen = {"__Host-ag_mood": "plain", "__Host-ag_lang": "es" if spanish else "en"}
    address = clinic.url.replace("http://", "https://")
    context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in chosen.items()]
    )
    return context


def look(page: Page, name: str, wrong: list[str], lights: Sequence[str] = LIGHTS) -> None:
    """Check the page that is open, narrowest for phones, in each light; take pictures when asked.

    It is left in the first of them. Night changes the same page's colours alone, so nothing else
    is looked at again; gentle light has larger words as well.
    """
    size = page.viewport_size
    narrowest = size["width"] if size["width"] > 1000 else 320
    page.set_viewport_size({"width": narrowest, "height": size["height"]})
    for light in lights:
        turn(page, light)
        found = violations(page, only_colors=light == "dark" and light != lights[0])
        wrong += [f"{name} {light}: {line}" for line in found]
        _fits(page, f"{name} {light}", wrong)
    page.set_viewport_size(size)
    for light in reversed(lights):
        turn(page, light)
        if narrowest != size["width"]:
            _fits(page, f"{name} {light}", wrong)
        if SHOTS:
            folder = ROOT / SHOTS
            folder.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=folder / f"{name}.{light}.png", full_page=True)


def turn(page: Page, light: str) -> None:
    """Another light, as the phone's own setting and the page's lamp bring it."""
    page.emulate_media(color_scheme="dark" if light == "dark" else "light")
    page.evaluate(_MOOD, "gentle" if light == "gentle" else "")


def _fits(page: Page, what: str, wrong: list[str]) -> None:
    wide, width = page.evaluate("document.documentElement.scrollWidth"), page.viewport_size["width"]
    if wide > width:
        wrong.append(f"{what}: scrolls sideways, {wide} of {width}")


PUBLIC = {
    "sign-in": "/sign-in",
    "staff-sign-in": "/clinic/sign-in",
    "safety": "/safety",
    "start": "/start",
    "privacy": "/privacy",
    "not-found": "/nothing-here",
    "no-session": "/visits/0190a2b4-0000-7000-8000-000000000000",
}
CONSOLE = {
    "console-today": "/clinic",
    "console-inbox": "/clinic/inbox",
    "console-patients": "/clinic/patients",
    "console-new-patient": "/clinic/patients/new",
    "console-schedule": "/clinic/schedule",
    "console-book": "/clinic/book",
    "console-review": "/clinic/review",
    "console-candidates": "/clinic/candidates",
    "console-forms": "/clinic/forms",
    "console-new-form": "/clinic/forms/new",
    "console-progress": "/clinic/forms/progress",
    "console-hours": "/clinic/hours",
    "console-before-infusions": "/clinic/before-infusions",
    "console-team": "/clinic/team",
    "console-me": "/clinic/me",
}


@pytest.mark.parametrize("language", ["en-US", "es-US"])
def test_pages_that_anybody_may_open_are_well_made(browser, clinic, language):
    context = open_browser(browser, clinic, 390, locale=language)
    page, wrong = context.new_page(), []

    for name, path in PUBLIC.items():
        page.goto(clinic.url + path)
        look(page, f"{name}.{language[:2]}", wrong)
    for kind in ("j", "s"):  # the other two show the same; tries of one household are limited
        page.goto(f"{clinic.url}/{kind}#{'1' * 22}")
        page.locator("h1:visible").first.wait_for()
        look(page, f"link-{kind}.{language[:2]}", wrong)

    context.close()
    assert wrong == []


@pytest.mark.parametrize("language", ["en-US", "es-US"])
def test_the_pages_around_a_visit_are_well_made(browser, clinic, link, language):
    context = open_browser(browser, clinic, 390, locale=language)
    page, wrong = context.new_page(), []

    page.goto(link)
    page.wait_for_selector("#local", state="attached")
    page.wait_for_timeout(300)
    look(page, f"waiting-room.{language[:2]}", wrong)
    page.locator('[data-action="not-today"]').first.click()
    page.wait_for_url("**/not-today")
    look(page, f"not-today.{language[:2]}", wrong)
    time = page.locator('[data-action="pick-time"]').last.get_attribute("value")
    page.goto(f"{page.url}?{urlencode({'starts_at': time})}")
    look(page, f"another-time.{language[:2]}", wrong)

    context.close()
    assert wrong == []


@pytest.mark.parametrize("language", ["en-US", "es-US"])
def test_the_pages_of_a_form_are_well_made(browser, clinic, language):
    ehr, phone = Ehr(clinic), "+17185550160" if language == "en-US" else "+17185550161"
    ehr.wait_for_day()
    ehr.ask(ehr.patient("Noa", "Lind", phone), shipped(ehr, "readiness-eve"))
    clinic.push("PT1M")
    context = open_browser(browser, clinic, 390, locale=language)
    page, wrong, counted = context.new_page(), [], itertools.count(1)
    short = language[:2]

    open_link(page, link_of(clinic, phone))
    filling.to_the_end(
        page,
        on_page=filling.once_a_kind(
            lambda shown: look(shown, f"form-{next(counted)}.{short}", wrong)
        ),
    )
    look(page, f"form-sent.{short}", wrong)

    context.close()
    assert wrong == []


@pytest.mark.parametrize("width", [390, 1280])
def test_the_console_is_well_made(browser, clinic, width):
    context = open_browser(browser, clinic, width)
    page, wrong = context.new_page(), []

    def see(name: str) -> None:
        look(page, f"{name}.{width}", wrong, DAY_AND_NIGHT)

    demo_clinician(context, clinic)

    for name, path in CONSOLE.items():
        page.goto(clinic.url + path)
        see(name)
    page.goto(f"{clinic.url}/clinic/patients")
    page.locator('main a[href*="/clinic/patients/"]:not([href$="/new"])').first.click()
    see("console-patient")
    page.goto(f"{clinic.url}/clinic/inbox")
    page.locator(".threads a").first.click()
    see("console-thread")
    page.goto(f"{clinic.url}/clinic/schedule")
    page.locator('main a[href*="/clinic/appointments/"]').first.click()
    see("console-appointment")
    page.goto(f"{clinic.url}/clinic/forms")
    page.locator("main a", has_text="PHQ-9").click()
    see("console-form")
    form = page.url
    for part in ("preview", "pages", "rules", "rules/new?question=4"):
        page.goto(f"{form}/{part}")
        see(f"console-form-{part.partition('?')[0].replace('/', '-')}")

    context.close()
    assert wrong == []


def test_every_part_of_the_design_is_well_made(browser, clinic):
    context = open_browser(browser, clinic, 390)
    page, wrong = context.new_page(), []

    page.goto(f"{clinic.url}/demo/components")
    look(page, "components", wrong)

    context.close()
    assert wrong == []


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_stage_is_well_made(browser, clinic, width, height):
    context = open_browser(browser, clinic, width)
    page, wrong = context.new_page(), []
    page.set_viewport_size({"width": width, "height": height})

    page.goto(f"{clinic.url}/demo")
    page.wait_for_load_state("networkidle")
    look(page, f"stage.{width}", wrong, ["light"])

    context.close()
    assert wrong == []
