"""A clinic's day without a mouse: from a new patient to the figures, each act by keys."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from e2e.calls import LISTEN_IN, expect_moving_pictures_and_sound
from e2e.desks import sit_down_as
from e2e.ehr import Ehr
from e2e.evenings import push_to
from e2e.test_console_desk import tab_to
from e2e.visits import PHONE, tap

LIVE = 15_000


class Keys:
    """Whoever sits at this desk uses nothing but the keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, role: str, name: str) -> None:
        """Walk to a link or a button and press Enter on it."""
        tab_to(self.page, role, name)
        self.page.keyboard.press("Enter")

    def write(self, name: str, words: str) -> None:
        """Walk to the field whose name begins like this and type."""
        tab_to(self.page, "textbox", re.compile(f"^{name}"))
        self.page.keyboard.type(words)

    def see(self, title: str) -> None:
        """The page with this heading has come."""
        expect(self.page.get_by_role("heading", name=title).first).to_be_visible()


@pytest.fixture
def day(clinic) -> Ehr:
    """A day just begins at the clinic."""
    ehr = Ehr(clinic)
    push_to(clinic, ehr, 9, days=1)
    return ehr


def test_a_whole_day_at_the_clinic_needs_no_mouse(clinic, day, new_desk, new_phone):
    desk, phone = new_desk(clinic), new_phone()
    for page in (desk, phone):
        page.context.add_init_script(LISTEN_IN)
    keys = Keys(desk)
    desk.goto(f"{clinic.url}/clinic")

    _add_and_book(keys)
    _do_what_the_board_says(clinic, day, keys)
    _record_the_end(clinic, keys)
    _answer_and_note(clinic, keys)
    link = _wait_for_the_visit(clinic, day)
    _talk(keys, phone, link)
    _say_what_became_of_it(keys)
    _read_the_figures(keys)
    sit_down_as(clinic, "Ines")  # who keeps the office reads the trail
    _read_the_trail(keys)


def _add_and_book(keys: Keys) -> None:
    keys.press("link", "Book a session")
    keys.see("Book")
    keys.press("link", "New patient")
    keys.write("First name", "Robin")
    keys.write("Last name", "Vale")
    keys.write("Mobile phone", "718 555 0188")
    tab_to(keys.page, "checkbox", "Agreed to get texts from the clinic")
    keys.page.keyboard.press("Space")
    keys.page.keyboard.press("Enter")
    keys.see("Robin Vale")
    keys.press("link", "Book for Robin Vale")
    tab_to(keys.page, "combobox", "What")
    keys.page.keyboard.type("Infusion")
    keys.press("button", "Continue")
    keys.see("Integration visit")
    keys.press("button", "Book both")
    keys.see("What is planned")


def _do_what_the_board_says(clinic, ehr: Ehr, keys: Keys) -> None:
    push_to(clinic, ehr, 14)
    keys.press("link", "Today")
    keys.see("Today")
    tab_to(keys.page, "link", re.compile("^Text Robin: Robin Vale"))
    keys.page.keyboard.press("Enter")
    keys.see("Robin Vale")
    keys.press("button", "Send text")
    expect(keys.page.locator("#talk").get_by_text("by Dr. Patel, delivered")).to_be_visible()
    clinic.post("/demo/reply", {"from": PHONE, "body": "OK"})
    clinic.push("PT2S")


def _record_the_end(clinic, keys: Keys) -> None:
    keys.press("link", "Today")
    keys.see("Today")
    keys.press("link", "Robin Vale")
    keys.see("Course")
    keys.press("link", "Infusion")
    keys.see("When it really ended")
    keys.press("button", "Record the end")
    keys.see("Correct the end")


def _answer_and_note(clinic, keys: Keys) -> None:
    clinic.post("/demo/reply", {"from": PHONE, "body": "which door is it tomorrow"})
    clinic.push("PT2S")
    tab_to(keys.page, "link", re.compile("^Inbox"))
    keys.page.keyboard.press("Enter")
    keys.see("Inbox")
    tab_to(keys.page, "link", re.compile("Robin Vale"))
    keys.page.keyboard.press("Enter")
    keys.see("Robin Vale")
    keys.write("Write to Robin", "None at all: tomorrow you open our text.")
    keys.press("button", "Send text")
    expect(keys.page.locator("#talk").get_by_text("by Dr. Patel, delivered")).to_have_count(2)
    _open_fold(keys.page, "Note for us")
    keys.write("Note about Robin", "First time by video.")
    keys.press("button", "Keep the note")
    expect(keys.page.locator("#talk").get_by_text("First time by video.")).to_be_visible()


def _wait_for_the_visit(clinic, ehr: Ehr) -> str:
    """Tomorrow, as the text five minutes before the visit has come. Its link."""
    robin = ehr.patient("Robin", "Vale", PHONE)  # the same number again: who is there already
    listed = ehr.get(f"Appointment?patient={robin['id']}")["entry"]
    starts_at = max(datetime.fromisoformat(entry["resource"]["start"]) for entry in listed)
    clinic.push(f"PT{int((starts_at - timedelta(minutes=4) - ehr.now()).total_seconds())}S")
    found = [re.search(r"http://\S+/j#\w+", text["body"]) for text in clinic.texts(PHONE)]
    return [match[0] for match in found if match][-1]


def _talk(keys: Keys, phone: Page, link: str) -> None:
    phone.goto(link)
    tap(phone, None)
    desk = keys.page
    keys.press("link", "Today")
    keys.see("Today")
    waiting = desk.get_by_role("link", name=re.compile("^Open the room"))
    expect(waiting.first).to_be_visible(timeout=LIVE)
    tab_to(desk, "link", re.compile("^Open the room"))
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="Admit")).to_be_visible(timeout=LIVE)
    keys.press("button", "Admit")
    expect_moving_pictures_and_sound(phone)
    keys.press("button", "End")
    keys.see("The visit has ended.")
    expect(phone.get_by_role("heading", name="The talk has ended.")).to_be_visible(timeout=LIVE)


def _say_what_became_of_it(keys: Keys) -> None:
    tab_to(keys.page, "radio", re.compile("^Held"))
    keys.page.keyboard.press("Space")
    keys.write("One line for the next talk", "Wants to speak of the garden.")
    keys.press("button", "Save")
    line = keys.page.get_by_role("textbox", name=re.compile("^One line for the next talk"))
    expect(line).to_have_value("Wants to speak of the garden.")
    keys.see("What is planned")


def _read_the_figures(keys: Keys) -> None:
    keys.press("link", "Numbers")
    keys.see("Numbers")
    tab_to(keys.page, "link", re.compile("Talked on time, All three"))
    keys.page.keyboard.press("Enter")
    keys.see("Talked on time")


def _read_the_trail(keys: Keys) -> None:
    keys.press("link", "Team")
    keys.see("Team")
    keys.press("link", "Trail")
    keys.see("Trail")
    expect(keys.page.get_by_role("row", name=re.compile("Robin Vale")).first).to_be_visible()


def _open_fold(page: Page, words: str) -> None:
    """Walk to a summary, which has no role that a page can be asked for, and open it."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if words in page.evaluate(
            "document.activeElement.matches('summary') ? document.activeElement.innerText : ''"
        ):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"no way to “{words}” by keyboard")
