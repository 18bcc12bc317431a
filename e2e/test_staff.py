"""Staff come, work at two clinics, keep their passkeys, and leave; the trail tells of it."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.axe import violations
from e2e.fob import Fob

WIDE, PHONE, NARROW = 1280, 390, 320


@pytest.fixture
def come(new_phone):
    """`come(address)`: a browser with an authenticator, in which an invitation was taken up."""

    def come(address: str) -> tuple[Page, Fob]:
        page = new_phone(viewport={"width": WIDE, "height": 900})
        fob = Fob(page)
        page.goto(address)
        page.get_by_role("button", name="Set up this device").click()
        page.wait_for_url(re.compile(r"/clinic/?$"))
        return page, fob

    return come


@pytest.fixture
def office(come, operate):
    """Dr. Rivers's desk, an administrator's."""
    command = ("staff", "invite", "Dr. Rivers", "--clinic", "northside", "--role", "administrator")
    return come(operate(*command))


def _invite(page: Page, clinic, name: str) -> str:
    page.goto(f"{clinic.url}/clinic/team/new")
    page.get_by_label("Name that patients read").fill(name)
    page.get_by_label("Coordinator").check()
    page.get_by_role("button", name="Add and invite").click()
    return page.locator("code").inner_text()


def test_whoever_leaves_is_out_at_once_and_comes_in_no_more(clinic, office, come):
    page, _ = office
    kims, _ = come(_invite(page, clinic, "Kim"))
    expect(kims.get_by_role("heading", level=1)).to_be_visible()

    page.goto(f"{clinic.url}/clinic/team")
    page.get_by_role("link", name="Kim").click()
    page.locator("summary", has_text="Lost device, or leaving").click()
    page.get_by_role("button", name="No longer works here").click()

    expect(page.get_by_text("No longer works here, and cannot sign in.")).to_be_visible()
    kims.wait_for_url(re.compile(r"/clinic/sign-in"))  # the page they had open, by itself
    kims.locator("passkey-ceremony button").first.click()
    expect(kims.locator("[role=status]").first).not_to_be_empty()
    assert "/clinic/sign-in" in kims.url


def test_a_withdrawn_invitation_opens_nothing(clinic, office, new_phone):
    page, _ = office
    address = _invite(page, clinic, "Kim")
    page.goto(f"{clinic.url}/clinic/team")
    page.get_by_role("link", name="Kim").click()
    page.get_by_role("button", name="Withdraw the invitation").click()

    kims = new_phone()
    Fob(kims)
    kims.goto(address)
    kims.get_by_role("button", name="Set up this device").click()

    expect(kims.get_by_text("This invitation was used or is too old.")).to_be_visible()


def test_one_passkey_opens_two_clinics(clinic, office, operate):
    page, _ = office
    operate(
        "clinic",
        "create",
        "Lakeview Practice",
        "--clinic",
        "lakeview",
        "--zone",
        "America/Chicago",
        "--phone",
        "+1 312 555 0120",
    )
    page.goto(operate("staff", "invite", "Dr. Rivers", "--clinic", "lakeview"))
    page.locator("summary", has_text="I work at another clinic").click()
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url(re.compile(r"/clinic/?$"))
    expect(page.locator(".desk__brand")).to_contain_text("Lakeview Practice")

    page.goto(f"{clinic.url}/clinic/me")
    page.get_by_role("button", name=re.compile("Go to ")).click()

    page.wait_for_url(re.compile(r"/clinic/?$"))
    expect(page.locator(".desk__brand")).not_to_contain_text("Lakeview Practice")


def test_a_second_passkey_is_added_where_one_was_shown(clinic, office, new_phone):
    page, fob = office
    page.goto(f"{clinic.url}/clinic/me")
    for passkey in fob.passkeys():
        fob.lose(passkey)  # the list says which devices have one: this is another device

    page.get_by_role("button", name="Add a passkey").click()

    expect(page.locator("section", has_text="My passkeys").locator("li")).to_have_count(2)
    page.get_by_role("button", name=re.compile("Remove")).first.click()
    expect(page.locator("section", has_text="My passkeys").locator("li")).to_have_count(1)


def test_the_trail_is_read_at_every_width_and_by_keyboard(clinic, office):
    page, _ = office
    page.goto(f"{clinic.url}/clinic/patients")
    page.locator("main a[href*='/clinic/patients/0']").first.click()
    page.wait_for_url(re.compile(r"/clinic/patients/[0-9a-f-]{36}$"))
    patient = page.url.rsplit("/", 1)[1]
    wrong = []

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for path in ("trail?check=1", f"trail/patients/{patient}", "me", "team"):
            page.goto(f"{clinic.url}/clinic/{path}")
            for width in (WIDE, PHONE, NARROW):
                page.set_viewport_size({"width": width, "height": 900})
                wide = page.evaluate("document.documentElement.scrollWidth")
                wrong += [f"{path} {scheme}: {wide} of {width}"] if wide > width else []
            wrong += [f"{path} {scheme}: {line}" for line in violations(page)]
            page.set_viewport_size({"width": WIDE, "height": 900})

    assert wrong == []
    page.goto(f"{clinic.url}/clinic/trail/patients/{patient}")
    expect(page.get_by_text("Opened the page").first).to_be_visible()
    page.get_by_label("Show").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_label("From")).to_be_focused()
