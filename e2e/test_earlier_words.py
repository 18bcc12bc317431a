"""Earlier words: closed to a link, opened by a code, and a line that is picked reaches the room."""

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from e2e.axe import violations
from e2e.ehr import Ehr
from e2e.evenings import evening_after, open_evening, sign_in_by_code
from e2e.writing import expect_truth

PHONE = "+17185550136"
RIVER = "The river, and how quiet my hands were."
DOOR = "The blue door at my aunt's house."


def keep(page: Page, words: str) -> None:
    page.locator("textarea").fill(words)
    page.locator('[data-action="keep"]').click()
    expect(page.locator("#kept-title")).to_be_visible()
    expect_truth(page, "With your team")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_code_opens_them_and_the_room_shows_the_line_that_is_picked(
    clinic, new_phone, new_desk, scripts
):
    link = evening_after(clinic, PHONE)
    writer = new_phone()
    for words in (DOOR, RIVER):
        open_evening(writer, link)
        keep(writer, words)
    writer.locator("#kept-truths [data-truth=delivered][aria-current]").wait_for()
    writer.goto(f"{clinic.url}/journal")
    expect(writer.get_by_role("heading", name="Your words are safe.")).to_be_visible()
    assert "river" not in writer.content()

    reader = writer if scripts else new_phone(java_script_enabled=False)
    reader.goto(f"{clinic.url}/journal")
    sign_in_by_code(reader, clinic, PHONE)
    expect(reader).to_have_url(f"{clinic.url}/journal")
    expect(reader.get_by_text(RIVER)).to_be_visible()
    expect(reader.get_by_text(DOOR)).to_be_visible()

    desk = new_desk(clinic)
    desk.goto(_room(clinic, desk))
    expect(desk.locator("#brought")).to_contain_text("No lines were chosen.")
    entry = reader.locator(".entry", has_text=RIVER)
    entry.get_by_role("checkbox").check()
    reader.get_by_role("button", name="Bring what is ticked").click()
    expect(reader.locator(".entry", has_text=RIVER)).to_contain_text("You bring this")

    expect(desk.locator("#brought")).to_contain_text(RIVER)
    expect(desk.locator("#brought")).not_to_contain_text(DOOR)
    assert violations(desk) == []

    reader.locator(".entry", has_text=DOOR).get_by_role("link", name="Open it").click()
    reader.get_by_text("Delete it", exact=True).click()
    reader.get_by_role("button", name="Delete it for good").click()
    expect(reader).to_have_url(f"{clinic.url}/journal")
    expect(reader.get_by_text(DOOR)).to_have_count(0)


def test_going_back_shows_nothing_once_they_were_signed_out_from_elsewhere(
    clinic, lasting_phone, tmp_path
):
    page = lasting_phone.open(ignore_default_args=["--disable-back-forward-cache"])
    open_evening(page, evening_after(clinic, PHONE))
    keep(page, RIVER)
    page.goto(f"{clinic.url}/journal")
    sign_in_by_code(page, clinic, PHONE)
    expect(page.get_by_text(RIVER)).to_be_visible()
    with closing(sqlite3.connect(tmp_path / "demo.sqlite3", timeout=10)) as database:
        database.execute("UPDATE web_session SET ended_at = made_at WHERE kind = 'patient'")
        database.commit()

    page.goto("about:blank")
    page.evaluate("setTimeout(() => history.back())")

    expect(page.get_by_role("heading", name="Your words are safe.")).to_be_visible()
    assert "river" not in page.content()


def _room(clinic, desk: Page) -> str:
    """The room of the talk that comes next."""
    desk.goto(f"{clinic.url}/clinic/patients")
    desk.get_by_label("Name, number or birth date").fill("Maya Lind")
    desk.locator('main a[href*="/clinic/patients/"]', has_text="Maya Lind").click()
    link = desk.locator('[aria-current="date"] ~ li a[href*="/clinic/appointments/"]').first
    if not link.count():
        ehr = Ehr(clinic)
        raise AssertionError(f"no talk is booked at {ehr.now()}")
    return re.sub("appointments", "visits", clinic.url + str(link.get_attribute("href")))
