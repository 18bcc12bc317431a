"""The patient's own pages in every light and both languages: nothing axe objects to."""

import pytest
from playwright.sync_api import Page, expect

from e2e.evenings import evening_after, open_evening, sign_in_by_code
from e2e.test_every_page import look
from e2e.writing import expect_truth

MAYA = "+17185550131"
PAGES = {
    "home": "/",
    "writing": "/journal/write",
    "words": "/journal",
    "paper": "/journal/print",
    "hours": "/journal/hours",
    "course": "/course",
    "goals": "/goals",
    "aftercare": "/aftercare",
    "notices": "/notices",
    "devices": "/devices",
    "install": "/install",
    "offline": "/offline/{language}",
    "offline-safety": "/offline/safety/{language}",
}


def a_kept_entry(page: Page, clinic) -> str:
    """Maya writes on the evening after, keeps it, and signs in; gives the entry's address."""
    open_evening(page, evening_after(clinic, MAYA))
    page.locator("textarea").fill("The light over the water. I felt small, and it was fine.")
    page.locator('[data-action="keep"]').click()
    expect_truth(page, "With your team")
    page.goto(f"{clinic.url}/sign-in")
    sign_in_by_code(page, clinic, MAYA)
    expect(page.get_by_text("Hello Maya")).to_be_visible()
    page.goto(f"{clinic.url}/journal")
    entry = page.locator('main a[href*="/journal/entries/"]').first
    return str(entry.get_attribute("href"))


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_patients_own_pages_are_well_made(clinic, new_phone, language):
    page, wrong = new_phone(reduced_motion="reduce"), []
    pages = PAGES | {"entry": a_kept_entry(page, clinic)}
    secure = clinic.url.replace("http://", "https://")

    chosen = {"__Host-ag_mood": "plain", "__Host-ag_lang": language}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": secure} for name, value in chosen.items()]
    )
    for name, path in pages.items():
        answer = page.goto(clinic.url + path.format(language=language))
        if answer is None or answer.status != 200:
            wrong.append(f"{name} answers {answer and answer.status}")
        look(page, f"own-{name}.{language}", wrong)

    assert wrong == []
