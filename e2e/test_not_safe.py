"""Not safe: whom to call stands there at once, with a signal or without, and the clinic is told."""

import re

from playwright.sync_api import Page, expect

from e2e.axe import violations
from e2e.evenings import evening_after, open_evening

PHONE = "+17185550163"
CHEST_PAIN = "Chest pain"


def _numbers(page: Page) -> list[str]:
    """The numbers one can see, in their order."""
    links = page.locator(
        "main:visible a[href^='tel:']:visible, main:visible a[href^='sms:']:visible"
    )
    return [link.get_attribute("href") or "" for link in links.all()]


def _alert_texts(clinic) -> list[dict]:
    return [text for text in clinic.get("/demo/messages.json") if "alert needs you" in text["body"]]


def _at_the_check(page: Page, link: str) -> None:
    open_evening(page, link)
    page.get_by_role("link", name="How do you feel? A short check").first.click()
    page.get_by_role("button", name="Start").first.click()
    expect(page.get_by_role("group", name="Do you have any of these right now?")).to_be_visible()


def _with_the_worker(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")


def test_a_red_flag_is_met_with_911_and_somebody_is_called_until_they_come(
    clinic, new_phone, new_desk
):
    phone = new_phone()
    _at_the_check(phone, evening_after(clinic, PHONE))
    phone.get_by_label(CHEST_PAIN).check()
    phone.get_by_role("button", name="Continue").click()

    expect(phone.get_by_role("heading", name="Please call 911 now.")).to_be_visible()
    expect(phone.get_by_text("We have told")).to_be_visible()
    assert _numbers(phone)[:2] == ["tel:911", "tel:988"]
    assert violations(phone) == []

    phone.get_by_role("button", name="Go on where you were").click()
    expect(phone.get_by_role("group", name=re.compile("What have you noticed"))).to_be_visible()

    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic")
    expect(desk.get_by_text("told of something that cannot wait")).to_be_visible()
    alert = desk.locator(".notice--danger", has_text="Maya Lind").first
    assert "Chest" not in alert.inner_text()

    [rung] = _alert_texts(clinic)
    assert "hest" not in rung["body"]
    clinic.push("PT16M")
    assert len(_alert_texts(clinic)) > 1


def test_without_a_signal_the_phone_shows_911_itself_and_tells_the_clinic_later(
    clinic, new_phone, new_desk
):
    phone = new_phone()
    _at_the_check(phone, evening_after(clinic, PHONE))
    phone.get_by_label(CHEST_PAIN).check()
    expect(phone.get_by_label(CHEST_PAIN)).to_be_checked()
    phone.wait_for_load_state("networkidle")
    clinic.stop()
    phone.get_by_role("button", name="Continue").click()

    expect(phone.get_by_role("heading", name="Please call 911 now.")).to_be_visible()
    assert _numbers(phone)[:2] == ["tel:911", "tel:988"]
    expect(phone.get_by_text("Nobody has been told yet.").locator("visible=true")).to_be_visible()
    expect(phone.get_by_text("this phone tells your clinic by itself")).to_be_visible()
    assert violations(phone) == []

    clinic.start()
    expect(phone.get_by_text("Your clinic has been told.")).to_be_visible(timeout=30_000)
    expect(phone.get_by_text("Nobody has been told yet.").locator("visible=true")).to_have_count(0)
    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic")
    expect(desk.get_by_text("told of something that cannot wait")).to_be_visible()

    # What was ticked is still there, and goes the usual way now.
    phone.get_by_role("button", name="Go back to where I was").click()
    expect(phone.get_by_label(CHEST_PAIN)).to_be_checked()
    phone.get_by_role("button", name="Continue").click()
    expect(phone.get_by_text("We have told")).to_be_visible()


def test_the_control_works_without_a_signal_and_says_what_is_true(clinic, new_phone, new_desk):
    phone = new_phone()
    open_evening(phone, evening_after(clinic, PHONE))
    _with_the_worker(phone)
    phone.reload()
    phone.locator("textarea").wait_for()
    clinic.stop()
    phone.get_by_role("button", name="I am not safe").click()

    expect(phone.get_by_role("heading", name="You deserve support right now")).to_be_visible()
    assert _numbers(phone)[:3] == ["tel:988", "sms:988", "tel:911"]
    expect(phone.get_by_text("Nobody has been told yet.").locator("visible=true")).to_be_visible()
    expect(phone.get_by_text("this phone tells your clinic by itself")).to_be_visible()
    expect(phone.get_by_role("link", name="Call your clinic")).to_be_visible()
    assert phone.locator("html").get_attribute("data-mood") == "gentle"  # it is a raw evening

    clinic.start()
    expect(phone.get_by_text("Your clinic has been told.")).to_be_visible(timeout=30_000)
    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic")
    expect(desk.get_by_text("pressed “I am not safe”")).to_be_visible()

    phone.get_by_role("link", name="Back to my page").click()
    phone.wait_for_url("**/journal/write")


def test_before_the_phone_keeps_any_page_the_control_works_all_the_same(clinic, new_phone):
    phone = new_phone(service_workers="block")
    open_evening(phone, evening_after(clinic, PHONE))
    phone.locator("#words").click()
    phone.wait_for_load_state("networkidle")
    clinic.stop()
    phone.get_by_role("button", name="I am not safe").click()

    expect(phone.get_by_role("heading", name="You deserve support right now")).to_be_visible()
    expect(phone.get_by_text("this phone tells your clinic by itself")).to_be_visible()

    clinic.start()
    expect(phone.get_by_text("Your clinic has been told.")).to_be_visible(timeout=30_000)
    phone.get_by_role("button", name="Go back to where I was").click()
    expect(phone.locator("textarea")).to_be_visible()


def test_words_of_danger_without_a_signal_are_met_by_the_phone(clinic, new_phone, new_desk):
    phone = new_phone()
    open_evening(phone, evening_after(clinic, PHONE))
    _with_the_worker(phone)
    phone.locator("#words").click()
    phone.wait_for_load_state("networkidle")
    clinic.stop()
    phone.locator("#words").fill("The music was lovely. I do not want to be here anymore.")
    phone.get_by_role("button", name="Keep it").click()

    # Not after the time a clinic that could be reached would be given.
    help_title = phone.get_by_role("heading", name="You deserve support right now")
    expect(help_title).to_be_visible(timeout=3_500)
    assert _numbers(phone)[0] == "tel:988"
    expect(phone.get_by_text("Nobody has been told yet.").locator("visible=true")).to_be_visible()

    clinic.start()
    # By the alert that waited, or by the answer to the words themselves.
    told = re.compile("Your clinic has been told|We have told")
    expect(phone.get_by_text(told).locator("visible=true")).to_be_visible(timeout=40_000)
    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic")
    expect(desk.get_by_text("keeps a private entry that may mean danger")).to_be_visible()
    assert "not want to be here" not in desk.content()


def test_words_of_danger_in_a_form_go_the_same_way_and_are_sent_by_themselves(clinic, new_phone):
    phone = new_phone()
    _at_the_check(phone, evening_after(clinic, PHONE))
    calm = {
        "these right now": "None of these",
        "What have you noticed": "None of these",
        "Have you had any": "None of these",
        "feel a pull": "No",
    }
    for question, answer in calm.items():
        asked = phone.get_by_role("group", name=question)
        asked.get_by_label(answer, exact=True).check()
        phone.get_by_role("button", name="Continue").click()
    phone.locator("main textarea").fill("I want to die")
    phone.wait_for_load_state("networkidle")
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Continue").click()

    expect(phone.get_by_role("heading", name="You deserve support right now")).to_be_visible()
    assert _numbers(phone)[0] == "tel:988"
    expect(phone.get_by_text("this phone tells your clinic by itself")).to_be_visible()

    phone.context.set_offline(False)
    expect(phone.get_by_text("We have told")).to_be_visible(timeout=30_000)
    expect(phone.locator("#help-here")).to_have_count(0)
