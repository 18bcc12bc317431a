"""The whole of it: an infusion is booked, a text arrives, one tap, one talk."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from e2e.calls import LISTEN_IN, expect_moving_pictures_and_sound

ZONE = ZoneInfo("America/New_York")
ALEX = "+17185550177"


def book_an_infusion_for_alex(desk: Page, clinic) -> None:
    """As staff do it: a new patient, then an infusion tomorrow at nine."""
    desk.goto(f"{clinic.url}/clinic/patients/new")
    desk.get_by_label("First name").fill("Alex")
    desk.get_by_label("Last name").fill("Moreno")
    desk.get_by_label("Mobile phone").fill("(718) 555-0177")
    desk.get_by_label("Agreed to get texts from the clinic").check()
    desk.locator("main").get_by_role("button").last.click()
    expect(desk.get_by_role("heading", name="Alex Moreno")).to_be_visible()
    now = datetime.fromisoformat(clinic.get("/demo/clock")["now"]).astimezone(ZONE)
    tomorrow = (now + timedelta(days=1)).strftime("%Y-%m-%dT09:00")
    desk.goto(f"{clinic.url}/clinic/book")
    desk.get_by_label("Patient", exact=True).select_option(label="Alex Moreno")
    desk.get_by_label("What").select_option(label="Infusion")
    desk.get_by_label("Day and time").fill(tomorrow)
    desk.get_by_role("button", name="Continue").click()
    expect(desk.get_by_role("heading", name="Integration visit")).to_be_visible()
    desk.get_by_role("button", name="Book both").click()


def the_join_text(clinic) -> dict:
    """Push the clock from due thing to due thing until the text with the link is there."""
    for _ in range(80):
        carried = [text for text in clinic.texts(ALEX) if "/j#" in text["body"]]
        if carried:
            return carried[-1]
        clinic.push("PT1H")  # a join link outlives the start by more than that
    raise AssertionError("no text with a link came")


def link_in(text: dict) -> str:
    found = re.search(r"http://\S+/j#\w+", text["body"])
    assert found
    return found[0]


def test_staff_book_an_infusion_and_one_tap_later_both_see_and_hear_each_other(
    clinic, new_phone, new_desk
):
    desk = new_desk(clinic)
    desk.context.add_init_script(LISTEN_IN)
    book_an_infusion_for_alex(desk, clinic)
    link = link_in(the_join_text(clinic))

    # One tap, and somebody touches the page.
    phone = new_phone()
    phone.context.add_init_script(LISTEN_IN)
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Dr. Patel is coming.")).to_be_visible()
    assert "#" not in phone.url
    phone.get_by_role("button", name="I am here").tap()

    # The console says that somebody waits; the face is seen before anything flows back.
    desk.goto(f"{clinic.url}/clinic")
    desk.locator('a[href*="/clinic/visits/"]').first.click()
    admit = desk.locator('[data-action="admit"]')
    expect(admit).to_be_visible()
    admit.click()
    expect_moving_pictures_and_sound(phone)
    expect_moving_pictures_and_sound(desk)

    # The phone dies; the same link in the same browser brings back the same place.
    context = phone.context
    phone.close(run_before_unload=False)
    phone = context.new_page()
    phone.goto(link)
    expect_moving_pictures_and_sound(phone)
    expect_moving_pictures_and_sound(desk)
    expect(admit).to_be_hidden()

    # The server is restarted in the middle: the talk goes on, signalling comes back.
    clinic.restart()
    expect_moving_pictures_and_sound(phone)
    expect_moving_pictures_and_sound(desk)

    desk.locator('[data-action="end"]').click()
    confirm = desk.get_by_role("button", name=re.compile("end", re.IGNORECASE)).last
    if confirm.is_visible():
        confirm.click()
    expect(phone.get_by_role("heading", name=re.compile("ended"))).to_be_visible()


def test_a_clinic_with_its_own_room_hands_the_patient_over_and_says_how_it_went(
    open_clinic, new_phone, new_desk
):
    clinic = open_clinic(AFTERGLOW_VIDEO="external")
    desk = new_desk(clinic)
    book_an_infusion_for_alex(desk, clinic)
    link = link_in(the_join_text(clinic))

    phone = new_phone()
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Dr. Patel's room is open.")).to_be_visible()
    over = phone.get_by_role("link", name="Go to Dr. Patel's room")
    expect(over).to_have_attribute("href", "https://rooms.example/dr-patel")

    desk.goto(f"{clinic.url}/clinic/visits/{phone.url.rsplit('/', 1)[1]}")
    desk.get_by_role("button", name="Held", exact=True).click()
    expect(desk.locator("main .tag", has_text="Held")).to_be_visible()
