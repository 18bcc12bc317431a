"""/start: a name, a code, a few questions, a time; and staff take somebody on."""

import re

from playwright.sync_api import Page, expect

from e2e import filling
from e2e.axe import violations
from e2e.ehr import Ehr

PHONE = "+17185550184"


def _is_well_made(page: Page) -> None:
    assert violations(page) == []


def test_somebody_new_finds_a_time_to_talk_and_becomes_a_patient(clinic, new_phone, new_desk):
    Ehr(clinic).wait_for_day()
    page, desk = new_phone(), new_desk(clinic)

    page.goto(f"{clinic.url}/start")
    assert violations(page) == []
    page.get_by_label("Your full name").fill("Ines Duarte")
    page.get_by_label("Your mobile number").fill("(718) 555-0184")
    page.get_by_label("may also text me").check()
    filling.go_on(page)
    assert violations(page) == []
    clinic.push("PT1S")
    [body] = [text["body"] for text in clinic.texts(PHONE)]
    page.get_by_label("Six digits").fill(re.search(r"\d{6}", body)[0])
    filling.go_on(page)
    asked = filling.to_the_end(
        page,
        {"wants": "A free intro call"},
        on_page=filling.once_a_kind(_is_well_made),
    )

    assert "wants" in asked
    expect(page.get_by_role("heading", name="Thank you. We have it.")).to_be_visible()
    expect(page.get_by_text("You talk with Dr. Patel")).to_be_visible()
    assert violations(page) == []
    desk.goto(f"{clinic.url}/clinic/candidates")
    expect(desk.get_by_role("link", name="Ines Duarte")).to_be_visible()
    assert violations(desk) == []
    desk.get_by_role("button", name="Accept").click()
    expect(desk.get_by_role("heading", name="Ines Duarte")).to_be_visible()
