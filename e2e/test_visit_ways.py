"""Every way through the waiting room: without a camera, by phone, from elsewhere, by keyboard."""

import pytest
from playwright.sync_api import expect

from e2e.axe import violations
from e2e.calls import LISTEN_IN, expect_moving_pictures_and_sound
from e2e.visits import a_visit, admit, open_room, tap

FAILING = """
navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', '%s'))
"""
IN_AN_APP = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Instagram 300.0"


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("NotAllowedError", "That’s all right. We can talk by phone."),
        ("NotFoundError", "That’s all right. We can talk by phone."),
        ("NotReadableError", "Close the other app, then try again."),
    ],
)
def test_a_camera_that_does_not_serve_leads_to_the_phone(
    clinic, new_phone, new_desk, problem, words
):
    visit, desk, phone = a_visit(clinic), new_desk(clinic), new_phone()
    phone.add_init_script(FAILING % problem)
    desk.goto(f"{clinic.url}/clinic")

    phone.goto(visit.link)
    expect(phone.get_by_role("heading", name=words)).to_be_visible()
    assert violations(phone) == []
    phone.get_by_role("button", name="Phone me instead").tap()

    expect(phone.get_by_role("heading", name="Dr. Patel will phone you.")).to_be_visible()
    expect(desk.get_by_text("Robin Vale asked to be phoned")).to_be_visible()
    expect(desk.get_by_role("link", name="Phone (718) 555-0188")).to_be_visible()


def test_another_number_reaches_the_desk(clinic, new_phone, new_desk):
    visit, desk, phone = a_visit(clinic), new_desk(clinic), new_phone()
    phone.add_init_script(FAILING % "NotAllowedError")
    desk.goto(f"{clinic.url}/clinic")
    phone.goto(visit.link)
    expect(phone.get_by_text("The camera and microphone are off")).to_be_visible()
    phone.get_by_role("button", name="Phone me instead").tap()

    phone.get_by_text("Use another number").tap()
    phone.get_by_label("Phone number").fill("12")
    phone.get_by_role("button", name="Call this number").tap()
    expect(phone.get_by_text("with its area code")).to_be_visible()
    phone.get_by_label("Phone number").fill("(718) 555-0199")
    phone.get_by_role("button", name="Call this number").tap()

    expect(phone.get_by_text("We have the other number.")).to_be_visible()
    expect(desk.get_by_role("link", name="Phone (718) 555-0199")).to_be_visible()


def test_a_browser_inside_another_app_is_led_out_with_the_link(clinic, new_phone):
    visit, phone = a_visit(clinic), new_phone(user_agent=IN_AN_APP)
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=clinic.url)
    phone.add_init_script("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")

    phone.goto(visit.link)
    expect(phone.get_by_role("heading", name="Open it in your own browser.")).to_be_visible()
    phone.get_by_role("button", name="Copy the link").tap()

    expect(phone.get_by_text("Copied. Paste it into Safari or Chrome.")).to_be_visible()
    assert phone.evaluate("navigator.clipboard.readText()") == visit.link


def test_where_the_patient_is_reaches_the_clinician_before_any_picture(clinic, new_phone, new_desk):
    visit, desk, phone = a_visit(clinic), new_desk(clinic), new_phone()
    open_room(desk, visit)
    tap(phone, visit)

    phone.get_by_text("Somewhere else, or another number").tap()
    phone.get_by_label("Where are you?").fill("Lake House, Mill Road")
    phone.get_by_label("State").fill("VT")
    phone.get_by_role("button", name="I am here, somewhere else").tap()

    expect(phone.get_by_text("Dr. Patel knows where you are.")).to_be_visible()
    expect(desk.get_by_role("definition").get_by_text("Lake House, Mill Road, VT")).to_be_visible()
    expect(desk.get_by_role("button", name="Admit")).to_be_visible()


def test_a_driver_is_not_connected_until_they_have_stopped(clinic, new_phone, new_desk):
    visit, desk, phone = a_visit(clinic), new_desk(clinic), new_phone()
    open_room(desk, visit)
    tap(phone, visit)
    phone.get_by_text("Somewhere else, or another number").tap()

    phone.get_by_role("button", name="I am driving").tap()

    expect(phone.get_by_role("heading", name="Please stop somewhere safe first.")).to_be_visible()
    expect(desk.get_by_role("button", name="Admit")).to_have_count(0)
    phone.get_by_role("button", name="I have stopped").tap()
    expect(desk.get_by_role("button", name="Admit")).to_be_visible()


def test_ones_own_picture_is_hidden_until_asked_for(clinic, new_phone, new_desk):
    visit, desk, phone = a_visit(clinic), new_desk(clinic), new_phone()
    open_room(desk, visit)
    tap(phone, visit)
    admit(desk)
    own = phone.locator("video#local")

    expect(phone.get_by_text("Your picture is hidden")).to_be_visible()
    expect(own).to_be_hidden()
    assert own.evaluate("seen => !seen.paused && seen.srcObject.active")
    phone.get_by_role("button", name="Show me").tap()

    expect(own).to_be_visible()
    expect(phone.get_by_text("Your picture is hidden")).to_be_hidden()


def test_the_clinician_needs_no_mouse(clinic, new_phone, new_desk):
    visit, desk, phone = a_visit(clinic), new_desk(clinic), new_phone()
    for page in (desk, phone):
        page.context.add_init_script(LISTEN_IN)
    open_room(desk, visit)
    tap(phone, visit)
    expect(desk.get_by_role("button", name="Admit")).to_be_visible()

    walk_to(desk, "admit")
    desk.keyboard.press("Enter")
    expect_moving_pictures_and_sound(phone)
    assert violations(desk) == []
    assert violations(phone) == []
    walk_to(desk, "mute")
    desk.keyboard.press("Space")
    expect(phone.get_by_text("Dr. Patel is muted")).to_be_visible()
    walk_to(desk, "end")
    desk.keyboard.press("Enter")

    expect(phone.get_by_role("heading", name="The talk has ended.")).to_be_visible()


def walk_to(page, action):
    """Press Tab until the focus stands on a control."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.dataset?.action") == action:
            return
    raise AssertionError(f"Tab never reaches {action}")


def test_a_room_elsewhere_takes_one_tap_and_staff_say_that_it_was_held(
    open_clinic, new_phone, new_desk
):
    clinic = open_clinic(AFTERGLOW_VIDEO="external")
    visit, desk, phone = a_visit(clinic), new_desk(clinic), new_phone()
    phone.context.route("https://rooms.example/**", lambda route: route.fulfill(body="the room"))

    phone.goto(visit.link)
    phone.get_by_role("link", name="Go to Dr. Patel's room").tap()
    phone.wait_for_url("https://rooms.example/**")

    # The tap tells the clinic while the phone is already on its way out.
    handed_over = desk.get_by_text("Robin has come and was handed over.")
    for _ in range(20):
        desk.goto(visit.room)
        if handed_over.is_visible():
            break
    expect(handed_over).to_be_visible()
    assert violations(desk) == []
    desk.get_by_role("button", name="Held", exact=True).click()
    expect(desk.locator(".tag").get_by_text("Held")).to_be_visible()
