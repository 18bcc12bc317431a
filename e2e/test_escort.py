"""Whoever drives home: named at the desk, texted on the day, one page that is gone that night."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.axe import violations
from e2e.ehr import Ehr

IRA = "+19145550157"
_LINK = re.compile(r"http://\S+/e#\w+")


def is_well_made(page: Page) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.fixture
def named(clinic, new_desk):
    """Robin has a session tomorrow at noon, and staff name Ira; the desk stands there."""
    ehr = Ehr(clinic)
    robin = ehr.patient("Robin", "Vega", "+17185550178")
    tomorrow = clinic.push("PT1S")[:10]
    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic/book?patient={robin['id']}")
    at = desk.evaluate(
        """day => { const d = new Date(day); d.setDate(d.getDate() + 1);
        return d.toISOString().slice(0, 10) + "T11:00" }""",
        tomorrow,
    )
    desk.get_by_label("Day and time").fill(at)
    desk.get_by_label("Day and time").blur()
    expect(desk.get_by_role("heading", name="The window after it")).to_be_visible()
    is_well_made(desk)
    desk.get_by_role("button", name="Continue").click()
    expect(desk.get_by_role("heading", name="The window after it")).to_be_visible()
    desk.get_by_role("button", name=re.compile("Book both|Book without a visit")).click()
    desk.get_by_label("Mobile number").fill("(914) 555-0157")
    is_well_made(desk)
    desk.get_by_role("button", name="Save and text on the day").click()
    expect(desk.get_by_text("(914) 555-0157").first).to_be_visible()
    is_well_made(desk)
    return desk


def link(clinic) -> str:
    found = [_LINK.search(text["body"]) for text in clinic.texts(IRA)]
    return [match[0] for match in found if match][-1]


def test_the_page_opens_by_the_text_follows_the_session_and_is_gone_that_night(
    clinic, named, new_phone
):
    assert clinic.texts(IRA) == []  # not days ahead
    clinic.push("P1D")
    (text,) = clinic.texts(IRA)
    assert "Robin" not in text["body"]
    phone = new_phone()

    phone.goto(link(clinic))

    expect(phone.get_by_role("heading", name="Pick up Robin at 1:00 pm.")).to_be_visible()
    assert phone.url == f"{clinic.url}/escort"
    assert "Vega" not in phone.content()
    expect(phone.get_by_role("link", name=re.compile("^Call ")).first).to_be_visible()
    is_well_made(phone)
    phone.set_viewport_size({"width": 320, "height": 640})
    is_well_made(phone)

    named.reload()
    named.get_by_text("Nobody is to come").scroll_into_view_if_needed()
    clinic.push("P1D")

    phone.reload()
    expect(phone.get_by_role("heading", name="This page shows nothing any more.")).to_be_visible()
    is_well_made(phone)
    phone.goto(link(clinic))
    expect(phone.get_by_role("heading", name="This link no longer opens anything.")).to_be_visible()


def test_a_session_that_is_off_says_so_to_whoever_was_to_come(clinic, named, new_phone):
    clinic.push("P1D")
    phone = new_phone(color_scheme="dark")
    phone.goto(link(clinic))
    expect(phone.get_by_role("heading", name="Pick up Robin at 1:00 pm.")).to_be_visible()

    named.reload()
    named.get_by_text("Call off", exact=True).click()
    named.get_by_role("button", name="Call it off").click()
    clinic.push("PT1M")

    phone.reload()
    expect(phone.get_by_role("heading", name="There is no pick-up after all.")).to_be_visible()
    is_well_made(phone)
    assert "no pick-up after all" in clinic.texts(IRA)[-1]["body"]
