"""Before an infusion: everything asked for by one text, answered on the phone, seen by staff."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from e2e import filling
from e2e.asked import link_of, open_link, shipped
from e2e.axe import violations
from e2e.ehr import Ehr

PHONE = "+17185550186"
ALEX = {"phone": "(718) 555-0199"}


def _asked(clinic, slug: str) -> str:
    """Noa is asked for one form; returns the link in the text."""
    ehr = Ehr(clinic)
    ehr.wait_for_day()
    patient = ehr.patient("Noa", "Lind", PHONE, birthDate="1988-02-09")
    ehr.ask(patient, shipped(ehr, slug))
    clinic.push("PT1M")
    return link_of(clinic, PHONE)


def _looks_right(page: Page) -> None:
    assert violations(page) == []
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0, "the page scrolls sideways"


def test_one_text_brings_the_whole_packet_to_its_end_with_the_phone_closed_in_between(
    clinic, new_phone, new_desk
):
    ehr = Ehr(clinic)
    ehr.wait_for_day()
    patient = ehr.patient("Noa", "Lind", PHONE, birthDate="1988-02-09")
    starts_at = (ehr.now() + timedelta(days=6)).replace(hour=14, minute=0, second=0, microsecond=0)
    ehr.book("infusion", starts_at, 90, patient)
    clinic.push("PT1M")
    link, page = link_of(clinic, PHONE), new_phone()
    open_link(page, link)

    first = filling.to_the_end(page, stop_at="goal-word", on_page=filling.once_a_kind(_looks_right))
    page.close()
    again = page.context.new_page()
    open_link(again, link)

    expect(again.locator('[data-link-id="goal-word"]')).to_be_visible()
    rest = filling.to_the_end(again)
    assert first
    assert rest
    assert again.locator("main form").count() == 0
    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic/review")
    expect(desk.get_by_text("Noa Lind").first).to_be_visible()
    assert violations(desk) == []
    desk.get_by_role("link", name="All answers Noa Lind").first.click()
    assert violations(desk) == []
    paper = desk.locator('a[href$="/paper"]').get_attribute("href")
    answered = desk.request.get(clinic.url + paper)
    assert answered.headers["content-type"] == "application/pdf"
    assert answered.body().startswith(b"%PDF-")


def test_a_safety_answer_is_met_at_once_and_somebody_is_called_until_they_come(
    clinic, new_phone, new_desk
):
    page, desk = new_phone(), new_desk(clinic)
    open_link(page, _asked(clinic, "phq-9"))
    desk.goto(f"{clinic.url}/clinic")

    filling.to_the_end(page, stop_at="q9")
    filling.answer(page.locator('[data-link-id="q9"]'), "Several days")
    filling.go_on(page)

    expect(page.get_by_role("link", name="988").first).to_be_visible()
    assert violations(page) == []
    rung = _alert_texts(clinic)
    assert len(rung) == 1
    assert "PHQ" not in rung[0]["body"]
    clinic.push("PT16M")
    assert len(_alert_texts(clinic)) > len(rung)
    called = len(_alert_texts(clinic))
    _close_the_alert(desk)
    clinic.push("PT1H")
    assert len(_alert_texts(clinic)) == called
    assert filling.to_the_end(page)


def _close_the_alert(desk: Page) -> None:
    desk.get_by_role("button", name="Acknowledge the alert about Noa Lind").click()
    desk.get_by_role("link", name="Close the alert about Noa Lind").click()
    assert violations(desk) == []
    desk.get_by_role("radio").first.check()
    desk.get_by_label("What was done").fill("Spoke by phone. Safe at home with a friend.")
    desk.get_by_role("button", name="Close the alert").click()
    expect(desk.get_by_role("link", name="Close the alert about Noa Lind")).to_have_count(0)


def _alert_texts(clinic) -> list[dict]:
    return [text for text in clinic.get("/demo/messages.json") if "alert needs you" in text["body"]]


@pytest.mark.parametrize("slug", ["phq-9", "goals", "people-and-ride"])
def test_without_scripts_the_same_form_comes_to_its_end(clinic, new_phone, slug):
    opened = new_phone()
    open_link(opened, _asked(clinic, slug))
    state, address = opened.context.storage_state(), opened.url

    page = new_phone(java_script_enabled=False, storage_state=state)
    page.goto(address)

    assert filling.to_the_end(page)
