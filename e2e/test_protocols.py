"""Protocols at the desk: looked at, changed one step at a time, tried dry; a course is booked."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from e2e.axe import violations
from e2e.desks import sit_down_as
from e2e.ehr import Ehr
from e2e.evenings import evening_after, push_to, sign_in_by_code

PHONE = "+17185550177"
# How many things stand in the picture, and in the table beside it.
_COUNTED = """
() => [
  document.querySelectorAll(".timeline circle").length,
  [...document.querySelectorAll(".timeline-table tbody tr")]
    .filter((row) => !row.classList.contains("timeline-table__session")).length,
]
"""
_OUTSIDE = """
() => [...document.querySelectorAll(".timeline text, .timeline circle")]
  .filter((mark) => {
    const box = mark.getBoundingClientRect();
    return box.left < 0 || box.right > innerWidth;
  }).length
"""


def is_well_made(page: Page) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.fixture(params=[(320, "dark"), (390, "light"), (1280, "light")], ids=str)
def office(request, clinic, new_desk):
    """The desk of Ines, who is an administrator: the one at hand is a clinician's."""
    width, light = request.param
    desk = new_desk(clinic, viewport={"width": width, "height": 844}, color_scheme=light)
    sit_down_as(clinic, "Ines")
    return desk


def test_a_step_is_changed_after_a_look_at_what_moves(clinic, office):
    office.goto(f"{clinic.url}/clinic/hours")
    office.get_by_role("link", name="Protocols").click()
    is_well_made(office)
    office.get_by_role("link", name="Single session").click()
    expect(office.get_by_role("heading", name="Single session")).to_be_visible()
    drawn, listed = office.evaluate(_COUNTED)
    assert drawn == listed > 10
    assert office.evaluate(_OUTSIDE) == 0
    is_well_made(office)

    office.get_by_role("link", name="Change Quiet minute in the evening").click()
    is_well_made(office)
    office.get_by_label("At what time").fill("03:00")
    office.get_by_role("button", name="See what would move").click()
    expect(office.locator(".error-summary")).to_be_focused()
    is_well_made(office)
    office.get_by_label("At what time").fill("19:30")
    office.get_by_role("button", name="See what would move").click()
    expect(
        office.get_by_text("At 7:30 pm, never sooner than 2 hours after the end.")
    ).to_be_visible()
    expect(office.locator("tbody tr").first).to_be_visible()
    is_well_made(office)
    office.get_by_role("button", name="Change it").click()

    expect(office.get_by_text("Version 1")).to_be_visible()
    expect(office.locator("#evening")).to_contain_text("At 7:30 pm")


def test_a_dry_run_says_what_comes_in_the_patients_own_time_and_language(clinic, office):
    office.goto(f"{clinic.url}/clinic/protocols")
    office.get_by_role("link", name="Course of four, weekly").click()
    office.get_by_role("link", name="Dry run").click()
    is_well_made(office)
    office.get_by_label("The patient lives in").select_option("America/Los_Angeles")
    office.get_by_label("And reads").select_option("es")
    office.get_by_role("button", name="See what comes").click()

    session = office.locator(".planned__one--session")
    expect(session).to_contain_text("12:00 pm")  # three in the afternoon at the clinic
    said = office.locator(".planned__words").first
    expect(said).to_have_attribute("lang", "es")
    assert office.evaluate(_OUTSIDE) == 0
    is_well_made(office)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_course_is_booked_in_one_go_and_stands_on_the_patients_page(clinic, new_desk, width):
    ehr = Ehr(clinic)
    ehr.patient("Rosa", "Lind", PHONE, birthDate="1988-02-09")
    desk = new_desk(clinic, viewport={"width": width, "height": 844})
    desk.goto(f"{clinic.url}/clinic/book")
    is_well_made(desk)
    desk.get_by_label("Patient").select_option(label="Rosa Lind")
    desk.get_by_label("Protocol").select_option(label="Course of four, weekly")
    desk.get_by_label("How the medicine is given").select_option(label="Nasal spray")
    day = (ehr.now() + timedelta(days=3)).strftime("%Y-%m-%dT10:00")
    desk.get_by_label("Day and time").fill(day)
    desk.get_by_role("button", name="Continue").click()
    expect(desk.get_by_role("checkbox")).to_have_count(4)
    is_well_made(desk)
    desk.get_by_role("checkbox").last.uncheck()
    desk.get_by_role("button", name="Book the course").click()

    expect(desk.get_by_text("Nasal spray")).to_be_visible()
    is_well_made(desk)
    desk.get_by_role("link", name="Rosa Lind").click()
    expect(desk.get_by_text(re.compile("Session 1 of 4"))).to_be_visible()


def test_whoever_asks_for_another_session_stands_on_today_until_it_is_booked(
    clinic, new_phone, new_desk
):
    evening_after(clinic, PHONE)
    push_to(clinic, Ehr(clinic), 12, days=2)
    phone = new_phone()
    phone.goto(f"{clinic.url}/sign-in")
    sign_in_by_code(phone, clinic, PHONE)
    phone.get_by_role("link", name="Ask for another session").click()
    is_well_made(phone)
    phone.get_by_role("button", name="Tell my team").click()
    expect(phone.get_by_role("heading", name="Your team knows.")).to_be_visible()
    is_well_made(phone)

    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic")
    expect(desk.get_by_text("Asks for another session")).to_be_visible()
    desk.get_by_role("link", name="Book a session: Maya Lind").click()
    expect(desk.get_by_label("Patient")).to_contain_text("Maya Lind")
    desk.get_by_role("button", name="Continue").click()
    desk.get_by_role("button", name="Book both").click()
    desk.goto(f"{clinic.url}/clinic")
    expect(desk.get_by_text("Asks for another session")).to_have_count(0)
    phone.goto(f"{clinic.url}/")
    expect(phone.get_by_text("Your next session is coming.")).to_be_visible()
