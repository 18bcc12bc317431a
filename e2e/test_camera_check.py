"""Camera and microphone, tried on a calm day before an infusion."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from e2e.asked import link_of, open_link
from e2e.axe import violations
from e2e.ehr import Ehr

PHONE = "+17185550189"
FAILING = """
navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "%s"))
"""


@pytest.fixture
def at_the_check(clinic):
    """`at_the_check(page)`: Noa's phone on the page that tries its camera."""
    ehr = Ehr(clinic)
    ehr.wait_for_day()
    patient = ehr.patient("Noa", "Lind", PHONE, birthDate="1988-02-09")
    starts_at = (ehr.now() + timedelta(days=6)).replace(hour=14, minute=0, second=0, microsecond=0)
    ehr.book("infusion", starts_at, 90, patient)
    clinic.push("PT1M")

    def at_the_check(page: Page) -> None:
        open_link(page, link_of(clinic, PHONE))
        tasks = ehr.get(f"Task?patient={patient['id']}")["entry"]
        check = next(
            entry["resource"]["id"]
            for entry in tasks
            if entry["resource"]["code"]["coding"][0]["code"] == "camera-check"
        )
        page.goto(f"{clinic.url}/intake/{check}/camera")

    return at_the_check


def test_somebody_sees_and_hears_that_it_works(at_the_check, new_phone):
    page = new_phone()
    at_the_check(page)
    assert violations(page) == []

    page.get_by_role("button", name="Try it").tap()

    expect(page.get_by_role("heading", name="There you are.")).to_be_focused()
    expect(page.get_by_text("We can hear you.").first).to_be_visible()
    assert page.evaluate("document.querySelector('#local').videoWidth") > 0
    assert violations(page) == []
    page.get_by_role("button", name="It works").tap()
    expect(page.locator("#camera-check")).to_have_count(0)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("NotAllowedError", "That’s all right. We can talk by phone."),
        ("NotReadableError", "Close the other app, then try again."),
    ],
)
def test_a_camera_that_does_not_serve_is_no_error(at_the_check, new_phone, problem, words):
    page = new_phone()
    page.add_init_script(FAILING % problem)
    at_the_check(page)

    page.get_by_role("button", name="Try it").tap()

    expect(page.get_by_role("heading", name=words)).to_be_focused()
    assert violations(page) == []
    page.get_by_role("button", name="We talk by phone instead").tap()
    expect(page.locator("#camera-check")).to_have_count(0)
