"""Holidays, places and a day's table, as an administrator's desk and phone have them."""

import sqlite3
from contextlib import closing
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from e2e.axe import violations

HEAD = "date,time,type,first name,last name,phone,birth date"


def is_well_made(page: Page) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.fixture(params=[320, 390, 1280])
def office(request, clinic, new_desk):
    """The desk of an administrator: the one at hand is a clinician's."""
    desk = new_desk(clinic, viewport={"width": request.param, "height": 844})
    with closing(sqlite3.connect(clinic.folder / "demo.sqlite3")) as rows, rows:
        rows.execute(
            "UPDATE practitioner SET role = 'administrator' WHERE display_name = 'Dr. Patel'"
        )
    return desk


def test_a_holiday_and_a_place_are_entered(clinic, office):
    office.goto(f"{clinic.url}/clinic/hours")
    office.get_by_role("link", name="Holidays, time away and extra hours").click()
    is_well_made(office)
    office.get_by_role("button", name="Enter", exact=True).click()
    expect(office.locator(".error-summary")).to_be_focused()
    is_well_made(office)
    christmas = date(int(clinic.push("PT1S")[:4]), 12, 25)
    office.get_by_label("First day").fill(christmas.isoformat())
    office.get_by_label("Name").fill("Christmas Day")
    office.get_by_role("button", name="Enter", exact=True).click()
    expect(office.get_by_text(f"{christmas:%A}, December 25")).to_be_visible()
    office.get_by_text("Public holidays of the next twelve months").click()
    is_well_made(office)

    office.goto(f"{clinic.url}/clinic/locations/new")
    is_well_made(office)
    office.get_by_label("Name").fill("Main street")
    office.get_by_label("Address").fill("1 Main street, Albany")
    office.get_by_role("button", name="Save").click()
    expect(office.get_by_text("1 Main street, Albany")).to_be_visible()
    is_well_made(office)


@pytest.mark.parametrize("width", [320, 1280])
def test_a_days_table_is_looked_at_put_right_and_brought_in(clinic, new_desk, width):
    office = new_desk(clinic, viewport={"width": width, "height": 844})
    year = int(clinic.push("PT1S")[:4]) + 1
    office.goto(f"{clinic.url}/clinic/schedule")
    office.get_by_role("link", name="The day as a table, in or out (CSV)").click()
    is_well_made(office)
    good = f"{year}-02-03,13:00,consultation,Ana,Ruiz,(202) 555-0171,1991-05-02"
    faulty = f"{year}-02-03,25:00,consultation,Ben,Roy,(202) 555-0172,1992-06-03"
    office.get_by_label("Or paste it here").fill("\n".join([HEAD, good, faulty]))
    office.get_by_role("button", name="Look at it first").click()
    expect(office.get_by_text("time: Enter a time, like 15:00 or 3:00 PM. (25:00)")).to_be_visible()
    is_well_made(office)

    office.get_by_label("Or paste it here").fill(
        "\n".join([HEAD, good, faulty.replace("25:00", "15:00")])
    )
    office.get_by_role("button", name="Look at it first").click()
    is_well_made(office)
    office.get_by_role("button", name="Bring in 2 bookings").click()
    expect(office.get_by_role("heading", name="Schedule")).to_be_visible()
    office.goto(f"{clinic.url}/clinic/schedule?week={year}-02-03")
    expect(office.get_by_text("Ana Ruiz")).to_be_visible()
