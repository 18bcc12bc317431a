"""The desk by keyboard alone, without scripts, and while things happen elsewhere."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.axe import violations

SAM = "+17185550101"


def tab_to(page: Page, role: str, name: str | re.Pattern[str], *, most: int = 120) -> None:
    """Press Tab until what has this role and name has the focus."""
    wanted = page.get_by_role(role, name=name, exact=True).first
    wanted.wait_for()
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"no way to the {role} “{name}” by keyboard")


def test_a_patient_is_added_and_booked_by_keyboard_alone(clinic, new_desk):
    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic")

    desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="Skip to the page")).to_be_focused()
    desk.keyboard.press("Enter")
    tab_to(desk, "link", "Book a session")
    desk.keyboard.press("Enter")
    tab_to(desk, "link", "New patient")
    desk.keyboard.press("Enter")
    tab_to(desk, "textbox", "First name")
    desk.keyboard.type("Robin")
    tab_to(desk, "textbox", "Mobile phone")
    desk.keyboard.type("718 555 0178")
    tab_to(desk, "checkbox", "Agreed to get texts from the clinic")
    desk.keyboard.press("Space")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Robin")).to_be_visible()

    tab_to(desk, "link", "Book for Robin")
    desk.keyboard.press("Enter")
    tab_to(desk, "combobox", "What")
    desk.keyboard.type("Infusion")
    tab_to(desk, "button", "Continue")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Integration visit")).to_be_visible()
    tab_to(desk, "button", "Book both")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="What is planned")).to_be_visible()

    tab_to(desk, "button", "Move")
    tab_to(desk, "button", "Sign out")  # round to the top again: the focus is caught nowhere


@pytest.mark.parametrize("with_scripts", [True, False])
def test_a_phone_has_five_places_at_hand_and_the_rest_behind_one(
    clinic, new_desk, browser, with_scripts
):
    state = new_desk(clinic).context.storage_state()
    context = browser.new_context(
        storage_state=state,
        java_script_enabled=with_scripts,
        viewport={"width": 390, "height": 844},
    )
    desk = context.new_page()
    desk.goto(f"{clinic.url}/clinic")
    places = desk.get_by_role("navigation", name="Console")
    boxes = [link.bounding_box() for link in places.get_by_role("link").all()]
    assert len(boxes) == 5
    assert len({box["y"] for box in boxes}) == 1
    assert all(min(box["width"], box["height"]) >= 44 for box in boxes)

    places.locator("summary").press("Enter")
    expect(places.get_by_role("link")).to_have_count(10)
    places.get_by_role("link", name="Hours").press("Enter")

    expect(desk.get_by_role("heading", name="The clinic's hours")).to_be_visible()
    expect(places.get_by_role("link")).to_have_count(5)
    expect(places.locator("summary")).to_contain_text("Hours, more places")
    if with_scripts:
        places.locator("summary").press("Enter")
        assert violations(desk) == []
    context.close()


def test_what_is_wrong_takes_the_focus_and_leads_to_its_field(clinic, new_desk):
    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic/book")
    desk.get_by_label("Length in minutes").fill("2")
    desk.get_by_role("button", name="Continue").click()

    expect(desk.locator(".error-summary")).to_be_focused()
    assert desk.title().startswith("Error: ")
    assert violations(desk) == []
    desk.get_by_role("link", name="Enter a length from 5 to 720 minutes.").press("Enter")
    expect(desk.get_by_label("Length in minutes")).to_be_focused()
    expect(desk.get_by_label("Length in minutes")).to_have_value("2")


def test_an_alert_appears_on_an_open_page_and_goes_when_somebody_takes_it_on(
    clinic, new_desk, new_phone
):
    here, there = new_desk(clinic), new_desk(clinic)
    here.goto(f"{clinic.url}/clinic")
    there.goto(f"{clinic.url}/clinic/schedule")
    before = here.title()
    phone = new_phone()
    _open_newest_link(clinic, phone)
    phone.locator('[data-action="unsafe"]').tap()

    alert = here.get_by_role("group", name="Safety alert")
    expect(alert).to_be_visible()
    expect(there.get_by_role("group", name="Safety alert")).to_be_visible()
    assert here.title() != before
    assert violations(here) == []

    alert.get_by_role("button").click()

    expect(there.get_by_role("group", name="Safety alert")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 1280])
def test_everything_works_without_scripts(clinic, new_desk, browser, width):
    state = new_desk(clinic).context.storage_state()
    context = browser.new_context(
        storage_state=state, java_script_enabled=False, viewport={"width": width, "height": 800}
    )
    desk = context.new_page()
    desk.goto(f"{clinic.url}/clinic/patients/new")
    desk.get_by_label("First name").fill("Ola")
    desk.get_by_label("Mobile phone").fill("718 555 0179")
    desk.get_by_role("button", name="Add patient").click()
    desk.get_by_role("link", name="Book for Ola").click()
    desk.get_by_label("What").select_option(label="Infusion")
    desk.get_by_role("button", name="Continue").click()
    desk.get_by_role("button", name="Book both").click()
    expect(desk.get_by_role("heading", name="What is planned")).to_be_visible()
    desk.locator("summary").filter(has_text="Call off").click()
    desk.get_by_role("button", name="Call it off").click()
    expect(desk.get_by_text("Called off").first).to_be_visible()
    context.close()


def _open_newest_link(clinic, phone: Page) -> None:
    for _ in range(60):
        links = [
            word for text in clinic.texts(SAM) for word in text["body"].split() if "/j#" in word
        ]
        if links:
            phone.goto(links[-1])
            expect(phone.get_by_role("heading", name="is coming")).to_be_visible()
            return
        clinic.push("PT1H")
    raise AssertionError("no text with a link came")
