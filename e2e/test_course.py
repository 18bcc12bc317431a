"""A course: asked for on a calm day, answered, and drawn; the picture says what the table says."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e import filling
from e2e.asked import link_of, open_link, shipped
from e2e.axe import violations
from e2e.ehr import Ehr
from e2e.evenings import push_to, sign_in_by_code

PHONE = "+17185550176"
_OFTEN, _NEVER = "Nearly every day", "Not at all"


def _comes_to(total: int) -> dict[str, str]:
    """Answers to the nine questions, the last of them never."""
    return {f"q{place}": _OFTEN if place <= total // 3 else _NEVER for place in range(1, 10)}


# What stands in the picture by its place, and in the table by its words.
_READ = """
(section) => {
  const number = (name, at) => parseFloat(at.getAttribute(name));
  const grid = [...section.querySelectorAll(".chart__scale text")];
  const [high, low] = [grid[0], grid.at(-1)].map((line) => number("y", line));
  const most = parseInt(grid[0].textContent, 10);
  const drawn = [...section.querySelectorAll(".chart__dot")].map((dot) =>
    String(Math.round((low - number("cy", dot)) / (low - high) * most)));
  const table = [...section.querySelectorAll(".scores tbody tr")]
    .map((row) => row.children[1].textContent);
  return [drawn, table];
}
"""


def _numbers(page: Page, title: str) -> list[list[str]]:
    section = page.locator("section.curve").filter(has=page.get_by_role("heading", name=title))
    return section.last.evaluate(_READ)


def _fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    outside = page.evaluate(
        """[...document.querySelectorAll(".chart text")]
        .filter((words) => getComputedStyle(words).display !== "none")
        .filter((words) => {
          const box = words.getBoundingClientRect();
          return box.left < -1 || box.right > innerWidth + 1;
        }).map((words) => words.textContent)"""
    )
    assert outside == []


@pytest.fixture
def answered(clinic, new_phone):
    """Ines's session is three weeks past; she answered twice since, and it rose."""
    ehr = Ehr(clinic)
    push_to(clinic, ehr, 8, days=1)
    patient = ehr.patient("Ines", "Lind", PHONE, birthDate="1988-02-09")
    starts_at = ehr.now().replace(hour=10, minute=0, second=0, microsecond=0)
    ehr.book("infusion", starts_at, 90, patient)
    before = len(clinic.texts(PHONE))
    push_to(clinic, ehr, 10, minute=5, days=15)
    texts = [text["body"] for text in clinic.texts(PHONE)[before:]]
    [asking] = [body for body in texts if "a few questions for you" in body]
    assert not re.search("mood|score|session|anxi", asking)
    page = new_phone()
    open_link(page, link_of(clinic, PHONE))
    seen = filling.to_the_end(page, _comes_to(6))
    assert "q9" in seen
    page.context.close()
    push_to(clinic, ehr, 10, days=8)
    ehr.ask(patient, shipped(ehr, "phq-9"))
    clinic.push("PT1M")
    page = new_phone()
    open_link(page, link_of(clinic, PHONE))
    filling.to_the_end(page, _comes_to(15))
    page.context.close()
    return patient


def test_a_course_is_drawn_for_the_patient_and_for_staff(clinic, answered, new_phone, new_desk):
    page = new_phone()
    page.goto(f"{clinic.url}/course")
    expect(page.locator(".chart")).to_have_count(0)  # nobody has shown who they are
    sign_in_by_code(page, clinic, PHONE)
    page.wait_for_url("**/course")

    expect(page.get_by_text("It rose once.").first).to_be_visible()
    drawn, table = _numbers(page, "Mood answers")
    assert drawn == table == ["6", "15"]
    drawn, table = _numbers(page, "Worry answers")
    assert drawn == table
    assert "PHQ" not in page.content()
    for light in ("light", "dark"):
        page.emulate_media(color_scheme=light)
        assert violations(page) == []
        for width in (320, 390, 768):
            page.set_viewport_size({"width": width, "height": 800})
            _fits(page)
    page.set_viewport_size({"width": 390, "height": 800})
    page.get_by_role("button", name="Gentle light").click()
    page.wait_for_load_state()
    assert violations(page) == []
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    _fits(page)
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.emulate_media(media="print")
    expect(page.locator(".scores").first).to_be_visible()
    page.emulate_media(media="screen")

    page.get_by_role("link", name="Look at what you hope for").click()
    page.get_by_label("What do you hope for?").fill("Cook on Sundays again.")
    assert violations(page) == []
    page.get_by_role("button", name="Keep these").click()
    expect(page.get_by_text("Cook on Sundays again.")).to_be_visible()

    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic/patients/{answered['id']}")
    desk.get_by_role("link", name="Scores, sessions, hopes").click()
    expect(desk.get_by_role("heading", name="PHQ-9")).to_be_visible()
    assert _numbers(desk, "PHQ-9") == [["6", "15"], ["6", "15"]]
    expect(desk.get_by_text("rose since the last time").first).to_be_visible()
    expect(desk.get_by_text("Cook on Sundays again.")).to_be_visible()
    assert violations(desk) == []
    _fits(desk)
