"""A session's quiet hour: opened at the desk, lived on the phone, with and without a signal."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta

from playwright.sync_api import Page, expect

from e2e.axe import violations
from e2e.ehr import Ehr
from e2e.evenings import push_to

PHONE = "+17185550174"
LINE = "+13125550177"
_LINK = re.compile(r"http://\S+/j#\w+")
# What the page plays at this moment, and whether it moves on.
PLAYING = "() => { const player = document.querySelector('[data-player]'); return !player.paused }"


def a_session(clinic, desk: Page, *, video: bool = False) -> str:
    """Sam's session begins in ten minutes and its quiet hour is open. The link in the text."""
    ehr = Ehr(clinic)
    push_to(clinic, ehr, 8, minute=50, days=1)
    patient = ehr.patient("Sam", "Reyes", PHONE)
    starts_at = ehr.now().replace(hour=9, minute=0, second=0, microsecond=0)
    session = ehr.book("infusion", starts_at, 60, patient)
    turn_on(clinic, (starts_at + timedelta(days=30)).date().isoformat())
    desk.goto(f"{clinic.url}/clinic/companion")
    expect(desk.get_by_text("On until")).to_be_visible()
    assert violations(desk) == []
    desk.goto(f"{clinic.url}/clinic/appointments/{session['id']}")
    if video:
        desk.get_by_label("Beside it by video").select_option(label="Dr. Patel")
    desk.get_by_role("button", name="Open the quiet hour").click()
    expect(desk.get_by_text("not answered yet")).to_be_visible()
    assert violations(desk) == []
    clinic.push("PT1S")
    found = [_LINK.search(text["body"]) for text in clinic.texts(PHONE)]
    return [match[0] for match in found if match][-1]


def turn_on(clinic, until: str) -> None:
    """An administrator has turned the companion on: the desk at hand is a clinician's."""
    with closing(sqlite3.connect(clinic.folder / "demo.sqlite3")) as rows, rows:
        rows.execute("UPDATE clinic SET companion_ends_on = ?, session_phone = ?", (until, LINE))


def get_ready(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", name="Before you begin")).to_be_visible()
    assert violations(page) == []
    for answer in page.get_by_label("Yes").all():
        answer.tap()
    page.get_by_role("button", name="Continue").tap()
    expect(page.get_by_role("button", name="Begin")).to_be_visible()


def test_the_hour_goes_on_without_a_signal_and_through_a_reload(clinic, new_phone, new_desk):
    desk = new_desk(clinic)
    link = a_session(clinic, desk)
    page = new_phone()
    get_ready(page, link)
    expect(page.get_by_text("The sound is on this phone now.")).to_be_visible()
    assert violations(page) == []
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    with page.expect_response("**/beginning"):
        page.get_by_role("button", name="Begin").tap()
    expect(page.locator("[data-part]")).to_have_text("Settle")
    assert page.evaluate(PLAYING)
    desk.reload()
    expect(desk.get_by_text("Going on")).to_be_visible()

    clinic.stop()
    page.reload()
    expect(page.locator("[data-part]")).to_have_text("Settle")
    expect(page.locator("[data-minutes]")).to_have_text("60 min")
    page.get_by_role("button", name="Sound on").tap()
    expect(page.get_by_role("button", name="Sound on")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(PLAYING)

    clinic.start()
    page.reload()
    clinic.push("PT15M")
    page.reload()
    expect(page.locator("[data-part]")).to_have_text("Quiet")
    page.get_by_role("button", name="I am back").tap()
    expect(page.get_by_role("heading", name="You are back.")).to_be_visible()
    assert violations(page) == []


def test_help_is_one_tap_and_staff_are_told(clinic, new_phone, new_desk):
    desk = new_desk(clinic)
    link = a_session(clinic, desk)
    page = new_phone()
    get_ready(page, link)

    page.get_by_role("button", name="I need help").tap()

    expect(page.get_by_text("Your clinic has been told.")).to_be_visible()
    assert violations(page) == []
    desk.goto(f"{clinic.url}/clinic")
    expect(desk.locator("#alerts")).to_contain_text("Sam")


def test_help_without_a_signal_says_so_and_is_told_by_itself(clinic, new_phone, new_desk):
    desk = new_desk(clinic)
    link = a_session(clinic, desk)
    page = new_phone()
    get_ready(page, link)
    clinic.stop()

    page.get_by_role("button", name="I need help").tap()
    expect(page.get_by_text("Nobody has been told yet.")).to_be_visible()

    clinic.start()
    expect(page.get_by_text("Your clinic has been told.")).to_be_visible(timeout=30_000)
    desk.goto(f"{clinic.url}/clinic")
    expect(desk.locator("#alerts")).to_contain_text("Sam")


def test_a_clinician_is_beside_it_on_the_same_page(clinic, new_phone, new_desk):
    desk = new_desk(clinic)
    link = a_session(clinic, desk, video=True)
    page = new_phone()

    get_ready(page, link)

    expect(page).to_have_url(re.compile("/visits/"))
    page.get_by_role("button", name="Begin").tap()
    expect(page.locator("[data-part]")).to_have_text("Settle")
    expect(page.get_by_role("button", name="I need help")).to_be_visible()
    assert violations(page) == []
