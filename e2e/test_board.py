"""The board at a desk and on a phone: true without a reload, and run by keyboard alone."""

import re

from playwright.sync_api import expect

from e2e.axe import violations
from e2e.test_console_desk import tab_to
from e2e.test_inbox import SAM, open_thread, write

MARK = "document.body.dataset.same = 'yes'"


def test_who_says_later_moves_up_and_is_offered_times_by_keyboard_alone(
    clinic, new_desk, new_phone
):
    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic")
    desk.evaluate(MARK)
    course = desk.locator('[data-list="on-course"] li', has_text="Sam Ellison")
    expect(course).to_have_count(1)
    link = desk.get_by_role("link", name="Book a session")
    link.focus()

    write(clinic, SAM, "LATER")

    row = desk.locator('[data-list="needs-us"] li', has_text="Sam Ellison")
    expect(row).to_contain_text("Asked for another time")
    expect(course).to_have_count(0)
    expect(link).to_be_focused()
    assert violations(desk) == []

    clinic.push("PT5H")
    expect(row.get_by_role("button", name="Offer times: Sam Ellison")).to_be_visible()
    expect(desk.locator("body")).to_have_attribute("data-same", "yes")  # never loaded anew
    tab_to(desk, "button", "Offer times: Sam Ellison")
    desk.keyboard.press("Enter")

    offered = desk.locator('[data-list="on-course"] li', has_text="Sam Ellison")
    expect(offered).to_contain_text(re.compile("Times (offered|to choose from leave)"))
    clinic.push("PT10H")  # whoever sleeps is texted in the morning
    told = next(each for each in clinic.texts(SAM)[::-1] if "times that are free" in each["body"])
    phone = new_phone()
    phone.goto(re.search(r"http\S+", told["body"])[0])
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    expect(phone.get_by_role("button", name=re.compile(r"\d:\d\d")).first).to_be_visible()


def test_a_silent_patient_is_texted_from_a_phone_with_the_words_ready(clinic, new_desk):
    desk = new_desk(clinic, viewport={"width": 390, "height": 844})
    desk.goto(f"{clinic.url}/clinic")
    assert violations(desk) == []
    ready = desk.get_by_role("link", name=re.compile("^Text (Morgan|Emery):")).first
    ready.click()

    box = desk.get_by_role("textbox", name=re.compile("^Write to"))
    expect(box).to_have_value(re.compile("Reply OK, or LATER"))
    desk.get_by_role("button", name="Send text").click()

    expect(desk.locator("#talk").get_by_text(re.compile("by Dr. Patel")).last).to_be_visible()
    assert violations(desk) == []


def test_board_night_and_replies_read_well_at_every_width(clinic, new_desk):
    desk = new_desk(clinic)
    for path in ("/clinic", "/clinic/on-call", "/clinic/inbox", "/clinic/replies"):
        desk.goto(f"{clinic.url}{path}")
        for width, scheme in ((320, "dark"), (390, "light"), (1440, "dark")):
            desk.set_viewport_size({"width": width, "height": 800})
            desk.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert violations(desk) == []
            assert desk.evaluate("document.documentElement.scrollWidth") <= width


def test_a_reply_and_a_note_are_kept_by_keyboard_and_a_note_shows_elsewhere(clinic, new_desk):
    write(clinic, SAM, "where do I park")
    here, there = new_desk(clinic), new_desk(clinic)
    here.goto(f"{clinic.url}/clinic/replies")
    tab_to(here, "textbox", "Name on its button")
    here.keyboard.type("Parking")
    tab_to(here, "textbox", "English")
    here.keyboard.press("End")
    here.keyboard.type("please park behind the house.")
    tab_to(here, "button", "Save")
    here.keyboard.press("Enter")
    expect(here.get_by_role("link", name="Parking")).to_be_visible()
    open_thread(clinic, there, "Sam Ellison")
    open_thread(clinic, here, "Sam Ellison")

    tab_to(here, "button", "Parking")
    here.keyboard.press("Enter")
    expect(here.get_by_label("Write to Sam")).to_have_value(re.compile("behind the house"))
    here.locator("summary", has_text="Note for us").focus()
    here.keyboard.press("Enter")
    tab_to(here, "textbox", "Note about Sam")
    here.keyboard.type("Comes with a sister.")
    tab_to(here, "button", "Keep the note")
    here.keyboard.press("Enter")

    expect(here.locator("#talk").get_by_text("Comes with a sister.")).to_be_visible()
    expect(there.locator("#talk").get_by_text("Comes with a sister.")).to_be_visible()
    assert violations(there) == []
