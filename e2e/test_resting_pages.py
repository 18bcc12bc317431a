"""A patient's page at which nobody was for a while: covered, and nothing that was typed is lost."""

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from e2e.asked import link_of, open_link, shipped
from e2e.axe import violations
from e2e.ehr import Ehr
from e2e.evenings import evening_after, open_evening, sign_in_by_code

MAYA = "+17185550137"
RIVER = "The river, and how quiet my hands were."
COVERED = "Only you can open this."
WHAT_LIES_THERE = """() => new Promise((done) => {
  const asked = indexedDB.open("afterglow")
  asked.onsuccess = () => {
    const kept = asked.result.transaction("notes").objectStore("notes").get("rested-typing")
    kept.onsuccess = () => done(Object.keys(kept.result).sort().join())
  }
})"""
BY_LINK = "Please tap the link in the text again."


@pytest.fixture
def phone(new_phone) -> Page:
    """A phone whose clock can be pushed, as when it slept."""
    page = new_phone()
    page.clock.install()
    return page


@pytest.fixture
def ask_database(tmp_path):
    """`ask_database(words)`: one statement to the clinic's database; gives the first row."""

    def ask(words: str):
        with closing(sqlite3.connect(tmp_path / "demo.sqlite3", timeout=10)) as database:
            row = database.execute(words).fetchone()
            database.commit()
            return row

    return ask


def covered(page: Page, says: str = COVERED) -> None:
    expect(page.get_by_role("heading", name=says)).to_be_visible()
    assert "Maya" not in page.content()
    assert "river" not in page.content()
    assert page.title() == "Covered"


def signed_in(page: Page, clinic) -> None:
    """Maya kept some words, and signed in with a code and her birth date."""
    open_evening(page, evening_after(clinic, MAYA))
    page.locator("textarea").fill(RIVER)
    page.locator('[data-action="keep"]').click()
    page.locator("#kept-truths [data-truth=delivered][aria-current]").wait_for()
    page.goto(f"{clinic.url}/sign-in")
    sign_in_by_code(page, clinic, MAYA)
    expect(page.get_by_text("Hello Maya")).to_be_visible()


def test_pages_with_words_of_theirs_are_covered_after_a_quarter_of_an_hour(
    clinic, phone, ask_database
):
    signed_in(phone, clinic)
    phone.goto(f"{clinic.url}/journal")
    entry = phone.locator('main a[href*="/journal/entries/"]').first.get_attribute("href")

    for path in ("/journal", entry, "/course", "/agreements", "/goals", "/devices", "/"):
        phone.goto(clinic.url + path)
        phone.clock.fast_forward("14:30")
        expect(phone.get_by_role("heading", name=COVERED)).to_have_count(0)
        phone.clock.fast_forward("00:45")
        covered(phone)
    assert violations(phone) == []

    phone.context.set_offline(True)
    phone.get_by_role("link", name="Show that it is you").tap()
    expect(phone.get_by_text("There is no signal right now.")).to_be_visible()
    covered(phone)
    phone.context.set_offline(False)
    ask_database(
        "update web_session set seen_at = datetime(seen_at, '-15 minutes') || '.000000'"
        " where kind = 'patient'"
    )
    phone.get_by_role("link", name="Show that it is you").tap()
    phone.wait_for_url("**/sign-in")


def test_somebody_who_is_there_and_somebody_who_needs_help_see_no_cover(clinic, phone):
    signed_in(phone, clinic)

    phone.clock.fast_forward("10:00")
    phone.keyboard.press("Tab")
    phone.clock.fast_forward("10:00")
    expect(phone.get_by_text("Hello Maya")).to_be_visible()

    phone.locator('[data-action="unsafe"]').tap()
    expect(phone.get_by_role("link", name="Call 988")).to_be_visible()
    phone.clock.fast_forward("20:00")
    expect(phone.get_by_role("link", name="Call 988")).to_be_visible()

    # What is being written is left alone: it is not with the clinic yet.
    phone.goto(f"{clinic.url}/journal/write")
    phone.locator("textarea").fill(RIVER)
    phone.clock.fast_forward("20:00")
    expect(phone.locator("textarea")).to_have_value(RIVER)


def test_an_answer_that_was_not_sent_yet_waits_sealed_under_the_cover(clinic, phone, ask_database):
    ehr = Ehr(clinic)
    ehr.wait_for_day()
    patient = ehr.patient("Maya", "Lind", MAYA, birthDate="1988-02-09")
    ehr.ask(patient, shipped(ehr, "phq-9"))
    clinic.push("PT1M")
    link = link_of(clinic, MAYA)
    opened = "select opened_at from intake_packet where link_id is not null order by made_at desc"
    open_link(phone, link)
    assert ask_database(opened)[0] is None  # a program that follows links gets as far
    with phone.expect_response("**/here"):
        phone.locator("main form button").last.tap()
    assert ask_database(opened)[0] is not None
    with phone.expect_response("**/rested_typing*"):
        phone.get_by_label("Several days").check()

    phone.clock.fast_forward("29:00")
    expect(phone.get_by_label("Several days")).to_be_checked()
    phone.clock.fast_forward("01:30")

    covered(phone, BY_LINK)
    phone.wait_for_function("() => sessionStorage.getItem('rested') !== null")
    assert phone.evaluate(WHAT_LIES_THERE) == "at,data,iv,owner"  # and no word of it in clear
    open_link(phone, link)
    phone.locator("main form button").last.tap()
    expect(phone.get_by_label("Several days")).to_be_checked()
