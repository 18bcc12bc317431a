"""Who is let in, lived through: staff by invitation and passkey, patients by code and link."""

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

from e2e.fob import Fob

SAM = "+17185550101"


@pytest.fixture
def invited(operate, new_phone):
    """A desk of Dr. Rivers's own, with an authenticator, on the page of their invitation."""
    page = new_phone(viewport={"width": 1280, "height": 800})
    fob = Fob(page)
    page.goto(operate("staff", "invite", "Dr. Rivers", "--clinic", "northside"))
    return page, fob


@pytest.fixture
def forget_passkeys(tmp_path):
    """What staff do when somebody lost a device: none of the passkeys opens anything any more."""

    def forget_passkeys() -> None:
        with closing(sqlite3.connect(tmp_path / "demo.sqlite3", timeout=10)) as database:
            database.execute("DELETE FROM passkey")
            database.commit()

    return forget_passkeys


@pytest.fixture
def give_passkeys_to_sam(tmp_path):
    """As if Sam had made them after a visit: the patients' door gets somebody to open to."""

    def give_passkeys_to_sam() -> None:
        with closing(sqlite3.connect(tmp_path / "demo.sqlite3", timeout=10)) as database:
            database.execute("DELETE FROM passkey_grant")
            database.execute(
                "UPDATE passkey SET practitioner_id = NULL, patient_id ="
                " (SELECT id FROM patient ORDER BY made_at, id LIMIT 1)"
            )
            database.commit()

    return give_passkeys_to_sam


def take_up(page, clinic) -> None:
    page.get_by_role("button", name="Set up this device").click()
    page.wait_for_url(re.compile(r"/clinic/?$"))


def code_in(text: str) -> str:
    return re.search(r"\b(\d{6})\b", text)[1]


def ask_for_code(phone, clinic) -> str:
    """Ask for a code as Sam; gives the text that arrives."""
    before = len(clinic.texts(SAM))
    phone.goto(f"{clinic.url}/sign-in")
    phone.get_by_role("link", name="Text me a code").click()
    phone.get_by_label("Your phone number").fill("(718) 555-0101")
    phone.get_by_role("button", name="Text me a code").click()
    expect(phone.get_by_label("Six digits")).to_be_visible()
    for _ in range(100):
        # Something else may come in the same moment.
        for text in clinic.texts(SAM)[before:]:
            if "code is" in text["body"]:
                return text["body"]
        phone.wait_for_timeout(100)
    raise AssertionError("no code arrived")


def test_staff_take_up_an_invitation_and_sign_in_with_their_passkey(clinic, invited):
    page, fob = invited
    assert "#" not in page.url

    take_up(page, clinic)
    assert len(fob.passkeys()) == 1
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/clinic/sign-in")
    page.goto(f"{clinic.url}/clinic")
    page.wait_for_url("**/clinic/sign-in")

    page.get_by_role("button", name="Open the console").click()

    page.wait_for_url(re.compile(r"/clinic/?$"))


def test_a_device_that_does_not_know_its_user_gets_nothing(clinic, invited):
    page, fob = invited
    fob.knows_its_user(False)

    page.get_by_role("button", name="Set up this device").click()

    expect(page.get_by_role("status")).to_have_text(re.compile("invitation still works"))
    assert fob.passkeys() == []
    fob.knows_its_user(True)
    take_up(page, clinic)
    page.get_by_role("button", name="Sign out").click()
    fob.knows_its_user(False)
    page.get_by_role("button", name="Open the console").click()
    expect(page.get_by_role("status")).to_have_text("Nothing was opened. Please try again.")


def test_a_passkey_that_was_taken_away_is_forgotten_by_the_browser(
    clinic, invited, forget_passkeys
):
    page, _ = invited
    page.add_init_script(
        "PublicKeyCredential.signalUnknownCredential = async (said) => {"
        " sessionStorage.setItem('forgotten', JSON.stringify(said)) }"
    )
    take_up(page, clinic)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/clinic/sign-in")
    forget_passkeys()

    page.get_by_role("button", name="Open the console").click()

    expect(page.get_by_role("status")).to_have_text(
        "Your clinic does not know this passkey any more."
    )
    assert '"rpId":"localhost"' in page.evaluate("sessionStorage.getItem('forgotten')")


def test_an_invitation_opened_again_says_where_to_get_a_new_one(clinic, operate, new_phone):
    address = operate("staff", "invite", "Dr. Rivers", "--clinic", "northside")
    mine = new_phone()
    Fob(mine)
    mine.goto(address)
    take_up(mine, clinic)

    other = new_phone()
    Fob(other)
    other.goto(address)
    other.get_by_role("button", name="Set up this device").click()

    expect(other.get_by_role("status")).to_have_text(re.compile("Ask for a new one in person"))
    other.goto(f"{clinic.url}/invitation")
    expect(other.get_by_role("status")).to_have_text(re.compile("not complete"))


def test_a_patient_signs_in_by_a_code_on_a_narrow_phone(clinic, new_phone):
    phone = new_phone(viewport={"width": 320, "height": 640})
    code = code_in(ask_for_code(phone, clinic))

    phone.get_by_label("Six digits").fill("000000" if code != "000000" else "000001")
    phone.get_by_role("button", name="Continue").click()
    expect(phone.locator(".error-summary")).to_be_focused()
    expect(phone).to_have_title(re.compile("^Error:"))
    phone.get_by_label("Six digits").fill(f"{code[:3]} {code[3:]}")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_label("Your date of birth").fill("1988-05-17")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
    phone.get_by_role("button", name="Continue").click()

    expect(phone.get_by_text("Hello Sam")).to_be_visible()
    phone.goto(f"{clinic.url}/devices")
    expect(phone.get_by_text("This one")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
    phone.get_by_role("button", name="Sign out everywhere").click()
    phone.wait_for_url("**/sign-in")


def test_it_works_without_scripts(clinic, new_phone):
    phone = new_phone(java_script_enabled=False)
    code = code_in(ask_for_code(phone, clinic))

    phone.get_by_label("Six digits").fill(code)
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_label("Your date of birth").fill("1988-05-17")
    phone.get_by_role("button", name="Continue").click()

    expect(phone.get_by_text("Hello Sam")).to_be_visible()


def test_the_link_beside_the_code_signs_in_where_it_was_asked_for(clinic, new_phone):
    phone, stranger = new_phone(), new_phone()
    body = ask_for_code(phone, clinic)
    link = re.search(r"http\S+/s#\S+", body)[0]

    stranger.goto(link)
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger.get_by_role("heading", name=f"Your code is {code_in(body)}.")).to_be_visible()

    same_phone = phone.context.new_page()
    same_phone.goto(link)
    assert "#" not in same_phone.url
    same_phone.get_by_role("button", name="Sign in").click()
    same_phone.get_by_label("Your date of birth").fill("1988-05-17")
    same_phone.get_by_role("button", name="Continue").click()
    expect(same_phone.get_by_text("Hello Sam")).to_be_visible()


def test_a_patient_opens_their_pages_with_the_phone_itself(clinic, invited, give_passkeys_to_sam):
    page, _ = invited
    take_up(page, clinic)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/clinic/sign-in")
    give_passkeys_to_sam()

    page.get_by_role("button", name="Open the console").click()
    expect(page.get_by_role("status")).to_have_text("That did not work. Please try again.")
    page.goto(f"{clinic.url}/sign-in")
    page.get_by_role("button", name="Open with this phone").click()

    expect(page.get_by_text(re.compile("^Hello "))).to_be_visible()


def test_a_passkey_is_offered_under_the_number_too(clinic, invited, give_passkeys_to_sam):
    page, _ = invited
    take_up(page, clinic)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/clinic/sign-in")
    give_passkeys_to_sam()

    page.goto(f"{clinic.url}/sign-in/number")  # the virtual device picks at once

    expect(page.get_by_text(re.compile("^Hello "))).to_be_visible()
