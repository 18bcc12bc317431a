"""The evening and the days after a session, as one patient lives them, to the talk."""

import re
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from e2e.axe import violations
from e2e.ehr import Ehr
from e2e.evenings import evening_after, open_evening
from e2e.writing import SLOW, expect_truth, keep, wait_for_shell, write, write_more

PHONE = "+17185550177"
_JOIN = re.compile(r"http://\S+/j#\w+")


def join_link(clinic) -> str:
    found = [_JOIN.search(text["body"]) for text in clinic.texts(PHONE)]
    return [match[0] for match in found if match][-1]


def to_the_talk(clinic) -> str:
    """Push to five minutes before the talk. The clinician's address of it."""
    ehr = Ehr(clinic)
    maya = ehr.patient("Maya", "Lind", PHONE)  # she is there: the door answers with her
    booked = [entry["resource"] for entry in ehr.get(f"Appointment?patient={maya['id']}")["entry"]]
    visit = next(each for each in booked if _service(each) == "integration")
    ahead = datetime.fromisoformat(visit["start"]) - timedelta(minutes=4) - ehr.now()
    clinic.push(f"PT{int(ahead.total_seconds())}S")
    return f"{clinic.url}/clinic/visits/{visit['id']}"


def _service(appointment: dict) -> str:
    return appointment["serviceType"][0]["coding"][0]["code"]


def tick_lines(page: Page, count: int) -> None:
    for line in page.locator("#lines label").all()[:count]:
        line.tap()


def say_for_a_while(page: Page) -> None:
    page.get_by_role("button", name="Say it").tap()
    length = page.locator("[data-spoken=recording] [data-spoken-length]")
    expect(length).to_have_text(re.compile("0:0[4-9]"), timeout=SLOW)
    page.get_by_role("button", name="That is all").tap()
    expect(page.locator("[data-spoken=said]")).to_be_visible(timeout=SLOW)


def expect_nothing_waits(page) -> None:
    """What was on its way when the page came is named there until the page is left: as gone."""
    waiting = page.locator("#unsent [data-state]:not([data-state=delivered])")
    expect(waiting).to_have_count(0, timeout=SLOW)


def test_words_kept_in_the_dark_reach_the_talk_and_only_the_chosen_ones_are_seen(
    clinic, lasting_phone, new_desk
):
    link = evening_after(clinic, PHONE)
    page = lasting_phone.open()
    open_evening(page, link)
    wait_for_shell(page)
    assert violations(page) == []
    write(page, "The river was wide.\nI was not afraid.\nMy hands were warm.\nA secret door.")
    keep(page)
    expect_truth(page, "With your team")
    tick_lines(page, 3)
    page.locator("[data-action=done]").tap()
    expect(page.locator("#done-title")).to_be_visible(timeout=SLOW)
    expect_nothing_waits(page)

    # The phone loses its signal: the clinic really is out of reach.
    clinic.stop()
    page.goto(f"{clinic.url}/journal/write")
    write(page, "In the dark I remembered the blue boat.")
    keep(page)
    expect_truth(page, "On this phone")
    write_more(page)
    say_for_a_while(page)
    keep(page)
    expect_truth(page, "On this phone")
    lasting_phone.kill()

    page = lasting_phone.open()
    page.goto(f"{clinic.url}/journal/write")
    waiting = page.locator("#unsent [data-state=device]")
    expect(waiting).to_have_count(2, timeout=SLOW)
    expect(page.locator("#unsent")).to_contain_text("the blue boat")
    expect(page.locator("#unsent")).to_contain_text("A spoken note")

    clinic.start()
    expect(waiting).to_have_count(0, timeout=2 * SLOW)

    room = to_the_talk(clinic)
    desk = new_desk(clinic)
    desk.goto(room)
    page.goto(join_link(clinic))
    page.get_by_role("button", name="I am here").tap()
    brought = desk.locator("#brought")
    expect(brought.locator("li")).to_have_text(
        ["The river was wide.", "I was not afraid.", "My hands were warm."]
    )
    expect(desk.locator("body")).not_to_contain_text("secret door")
    expect(desk.locator("body")).not_to_contain_text("blue boat")
    admit_whoever_waits(desk)
    expect(brought.locator("li")).to_have_count(3)


def admit_whoever_waits(desk: Page) -> None:
    button = desk.locator('[data-action="admit"]')
    expect(button).to_have_count(1, timeout=SLOW)
    button.click()
    expect(desk.get_by_text("You are talking with Maya.")).to_be_visible()
