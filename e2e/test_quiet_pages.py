"""The pages of a quiet minute in every light: nothing axe objects to, nothing scrolls sideways."""

import shutil

import pytest

from e2e.conftest import Clinic, free_port
from e2e.evenings import evening_after, open_evening
from e2e.test_every_page import look, open_browser

PHONE = "+17185550171"
WORDS = "The river, and how quiet my hands were.\nA blue door."


@pytest.fixture(scope="module")
def clinic(tmp_path_factory, seeded):
    """One demo for all of them."""
    folder = tmp_path_factory.mktemp("quiet")
    shutil.copytree(seeded, folder, dirs_exist_ok=True)
    running = Clinic(folder, free_port())
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def link(clinic) -> str:
    """The link of the evening's text; it may be tapped in any number of browsers."""
    return evening_after(clinic, PHONE)


@pytest.mark.parametrize("language", ["en-US", "es-US"])
def test_the_pages_of_a_quiet_minute_are_well_made(browser, clinic, link, language):
    context = open_browser(browser, clinic, 390, locale=language)
    page, wrong, short = context.new_page(), [], language[:2]

    open_evening(page, link)
    look(page, f"quiet-minute.{short}", wrong)
    page.locator("#other-ways summary").click()
    page.locator("#words").fill(WORDS)
    page.locator("#truths").wait_for()
    look(page, f"quiet-minute-typed.{short}", wrong)
    page.locator("[data-action=keep]").click()
    page.locator("#kept-truths [data-truth=delivered][aria-current]").wait_for()
    page.locator("#share-all summary").click()
    look(page, f"quiet-minute-kept.{short}", wrong)
    page.locator("[data-action=done]").click()
    page.locator("#done-title").wait_for()
    look(page, f"quiet-minute-done.{short}", wrong)
    for name, path in {"journal-closed": "/journal", "journal-hours": "/journal/hours"}.items():
        page.goto(clinic.url + path)
        look(page, f"{name}.{short}", wrong)

    context.close()
    assert wrong == []


def test_so_is_the_page_for_somebody_whom_nobody_knows(browser, clinic):
    context = open_browser(browser, clinic, 390)
    page, wrong = context.new_page(), []

    page.goto(f"{clinic.url}/journal/write")
    page.locator("#words").fill(WORDS)
    look(page, "quiet-minute-nobody", wrong)

    context.close()
    assert wrong == []
