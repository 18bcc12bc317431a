"""Somebody enrolled twice is found, joined by keyboard alone, and put away: as a desk lives it."""

import pytest
from playwright.sync_api import Page, expect

from e2e.axe import violations
from e2e.ehr import Ehr

FIRST, SECOND = "+17185550171", "+17185550172"
_TOO_SMALL = """[...document.querySelectorAll("main a, main button, main summary")]
  .filter((one) => one.getClientRects().length && one.getBoundingClientRect().height < 43.5)
  .filter((one) => !one.closest("p"))
  .map((one) => one.textContent.trim())"""


@pytest.fixture
def twice(clinic):
    """Inés Peña is here twice; the other system sent her with her second number."""
    ehr = Ehr(clinic)
    born = {"birthDate": "1985-06-03"}
    return [ehr.patient("Inés", "Peña", number, **born)["id"] for number in (FIRST, SECOND)]


def _tab_to(page: Page, role: str, name: str, *, most: int = 150) -> None:
    wanted = page.get_by_role(role, name=name).first
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"no way to the {role} “{name}” by keyboard")


def _is_well_made(page: Page) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_name_is_found_while_it_is_typed_and_stands_in_no_address(clinic, new_desk, twice):
    desk = new_desk(clinic)
    asked = []
    desk.on("request", lambda request: asked.append(request.url))
    desk.goto(f"{clinic.url}/clinic/patients")

    desk.get_by_label("Name, number or birth date").fill("pena ines")

    expect(desk.get_by_role("status").get_by_text("2 patients")).to_be_visible()
    expect(desk.get_by_role("row", name="Inés Peña")).to_have_count(2)
    _is_well_made(desk)
    desk.get_by_label("Name, number or birth date").fill("penna")
    expect(desk.get_by_text("Nobody quite by that name. Spelt nearly so:")).to_be_visible()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("row", name="Inés Peña").first).to_be_visible()
    assert not [url for url in asked if "pen" in url.lower()]


def test_a_name_is_found_without_scripts(clinic, new_desk, twice):
    desk = new_desk(clinic)
    plain = desk.context.browser.new_context(
        java_script_enabled=False, storage_state=desk.context.storage_state()
    )
    page = plain.new_page()
    page.goto(f"{clinic.url}/clinic/patients")

    page.get_by_label("Name, number or birth date").fill("pena")
    page.get_by_role("button", name="Search").click()

    expect(page.get_by_role("row", name="Inés Peña")).to_have_count(2)
    assert page.url.endswith("/clinic/patients/search")
    plain.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_two_records_are_joined_by_keyboard_alone(clinic, new_desk, twice, width):
    desk = new_desk(clinic, viewport={"width": width, "height": 844})
    desk.goto(f"{clinic.url}/clinic/patients")
    _tab_to(desk, "link", "may be here twice")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Here twice, perhaps")).to_be_visible()
    _is_well_made(desk)
    _tab_to(desk, "link", "Compare the records of Inés Peña")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Join two records")).to_be_visible()
    _is_well_made(desk)

    _tab_to(desk, "button", "Join them")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("alert")).to_contain_text("Tick that they are one person.")
    _is_well_made(desk)
    _tab_to(desk, "checkbox", "They are one person.")
    desk.keyboard.press("Space")
    _tab_to(desk, "button", "Join them")
    desk.keyboard.press("Enter")

    expect(desk.get_by_role("heading", name="Inés Peña", level=1)).to_be_visible()
    _is_well_made(desk)
    first, second = (desk.goto(f"{clinic.url}/clinic/patients/{each}").url for each in twice)
    assert first == second


def test_another_number_waits_and_says_so(clinic, new_desk, twice):
    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic/patients/{twice[0]}/number")
    _is_well_made(desk)

    desk.get_by_label("New number").fill("718 555 0173")
    desk.get_by_role("button", name="Change the number").click()
    expect(desk.get_by_role("alert")).to_contain_text("Say how you know that it is them.")
    desk.get_by_label("I saw them by video").check()
    desk.get_by_role("button", name="Change the number").click()

    expect(desk.get_by_text("The number is new. No sign-in code goes to it until")).to_be_visible()
    _is_well_made(desk)


def test_somebody_is_put_away_and_brought_back(clinic, new_desk, twice):
    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic/patients/{twice[0]}")
    desk.get_by_text("Here twice, or here no more").click()
    desk.get_by_role("button", name="Put away").click()
    expect(desk.get_by_text("Put away since")).to_be_visible()
    _is_well_made(desk)

    desk.goto(f"{clinic.url}/clinic/patients")
    desk.get_by_label("Name, number or birth date").fill("inés")
    expect(desk.get_by_role("row", name="Inés Peña")).to_have_count(1)
    desk.get_by_label("Also those put away").check()
    expect(desk.get_by_role("row", name="Inés Peña")).to_have_count(2)

    desk.goto(f"{clinic.url}/clinic/patients/{twice[0]}")
    desk.get_by_role("button", name="Bring back").click()
    expect(desk.get_by_text("Put away since")).to_have_count(0)


def test_a_patients_page_is_well_made_at_every_width_by_day_and_night(clinic, new_desk):
    desk = new_desk(clinic, reduced_motion="reduce")
    desk.goto(f"{clinic.url}/clinic/patients")
    desk.get_by_role("row", name="Emery Vance").get_by_role("link").first.click()
    expect(desk.get_by_role("heading", name="Emery Vance")).to_be_visible()
    for folded in desk.locator("main summary").all():
        folded.click()

    for width in (320, 390, 1280):
        desk.set_viewport_size({"width": width, "height": 844})
        desk.emulate_media(color_scheme="light")
        _is_well_made(desk)
        assert desk.evaluate(_TOO_SMALL) == []
        desk.emulate_media(color_scheme="dark")
        assert violations(desk, only_colors=True) == []
