"""One talk as it really went, told again by the numbers: counted, timed, and open to be checked."""

import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from e2e.axe import violations
from e2e.calls import LISTEN_IN, expect_moving_pictures_and_sound
from e2e.ehr import Ehr
from e2e.visits import PHONE, Visit, admit, open_room, tap

SCRIPT = Path(__file__).parents[1] / "scripts" / "recompute.py"


def on_time(desk: Page, clinic) -> tuple[int, int]:
    """So many talks on time, of so many."""
    desk.goto(f"{clinic.url}/clinic/metrics/on-time")
    words = desk.locator("tr", has_text="All three").first.inner_text()
    found = re.search(r"(\d+) of (\d+)", words)
    assert found
    return int(found[1]), int(found[2])


def a_visit_after_an_infusion(clinic) -> Visit:
    """Robin's infusion ended this morning; the clock stands four minutes before the talk."""
    ehr = Ehr(clinic)
    ehr.wait_for_day()
    patient = ehr.patient("Robin", "Vale", PHONE)
    starts_at = (ehr.now() + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    infusion = ehr.book("infusion", starts_at, 90, patient)
    visit_id = infusion["supportingInformation"][0]["reference"].rpartition("/")[2]
    push_to(clinic, starts_at + timedelta(minutes=95))
    ehr.end(ehr.get(f"Appointment/{infusion['id']}"), starts_at + timedelta(minutes=90))
    visit = ehr.get(f"Appointment/{visit_id}")
    push_to(clinic, ehr_moment(visit["start"]) - timedelta(minutes=4))
    links = [re.search(r"http://\S+/j#\w+", text["body"]) for text in clinic.texts(PHONE)]
    link = [match[0] for match in links if match][-1]
    return Visit(f"{clinic.url}/clinic/visits/{visit_id}", link)


def ehr_moment(said: str) -> datetime:
    return datetime.fromisoformat(said)


def push_to(clinic, moment) -> None:
    ahead = moment - Ehr(clinic).now()
    clinic.push(f"PT{int(ahead.total_seconds())}S")


def test_a_talk_is_counted_with_everything_that_was_seen_of_it(clinic, new_phone, new_desk):
    visit = a_visit_after_an_infusion(clinic)
    desk, phone = new_desk(clinic), new_phone()
    for page in (desk, phone):
        page.context.add_init_script(LISTEN_IN)
    counted, whole = on_time(desk, clinic)

    open_room(desk, visit)
    tap(phone, visit)
    admit(desk)
    expect_moving_pictures_and_sound(phone)
    phone.wait_for_timeout(2_500)  # what the page measured has been told by then
    clinic.push("PT12M")
    desk.locator('[data-action="end"]').first.click()

    # The clinician says in a line what it came to; nobody would have had to.
    expect(desk.get_by_role("heading", name="The visit has ended.")).to_be_visible()
    desk.get_by_label("Held", exact=True).check()
    desk.get_by_label("One line for the next talk").fill("Wants the mornings back.")
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator("#outcome .tag", has_text="Held")).to_be_visible()
    assert violations(desk) == []

    # The patient is asked one thing, in one tap, and the page stays.
    expect(phone.get_by_role("heading", name="The talk has ended.")).to_be_visible()
    assert violations(phone) == []
    phone.locator('[data-view="ended"]').get_by_role("button", name="Yes").tap()
    expect(phone.get_by_text("Thank you. That is all.").first).to_be_visible()

    # Its window is open still: it stands apart. Once it has closed, it counts.
    assert on_time(desk, clinic) == (counted, whole)
    desk.get_by_role("link", name="window is still open").click()
    expect(desk.get_by_role("link", name="Robin Vale")).to_be_visible()
    clinic.push("PT73H")
    hits, of = on_time(desk, clinic)
    assert hits == counted + 1
    assert of > whole

    desk.locator("tr", has_text="All three").first.get_by_role("link").click()
    row = desk.locator("tr", has_text="Robin Vale")
    expect(row.locator(".tag", has_text="Counted")).to_be_visible()
    assert violations(desk) == []

    # The times were measured on that phone, and its answer counts.
    desk.goto(f"{clinic.url}/clinic/metrics/joined/all/hit")
    expect(desk.locator("tr", has_text="Robin Vale")).to_be_visible()
    for measure in ("Page ready", "Somebody there", "Camera allowed", "Own picture"):
        desk.goto(f"{clinic.url}/clinic/metrics/joined")
        of_times = desk.get_by_role("row", name=re.compile(f"^{measure}")).first.inner_text()
        assert int(of_times.removeprefix(measure).split()[0]) >= 1, of_times
    desk.goto(f"{clinic.url}/clinic/metrics/easy/all/hit")
    expect(desk.locator("tr", has_text="Robin Vale")).to_be_visible()


def test_the_numbers_can_be_read_by_everybody(clinic, new_desk):
    desk = new_desk(clinic, reduced_motion="reduce")

    for path in ("", "/on-time", "/joined", "/journaling", "/on-time/all/counted"):
        desk.goto(f"{clinic.url}/clinic/metrics{path}")
        expect(desk.get_by_text("Demo data.")).to_be_visible()
        for width, light in ((320, "light"), (390, "dark"), (1280, "dark")):
            desk.set_viewport_size({"width": width, "height": 800})
            desk.emulate_media(color_scheme=light)
            assert violations(desk) == [], path
            assert desk.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_number_is_opened_by_keyboard_alone_and_without_scripts(clinic, new_desk, browser):
    state = new_desk(clinic).context.storage_state()
    context = browser.new_context(storage_state=state, java_script_enabled=False)
    desk = context.new_page()
    desk.goto(f"{clinic.url}/clinic/metrics")

    count = desk.get_by_role("link", name=re.compile("Talked on time, All three"))
    count.focus()
    desk.keyboard.press("Enter")

    expect(desk.get_by_role("heading", name="Talked on time", level=1)).to_be_visible()
    context.close()


def test_what_the_demo_exports_counts_nobody_and_is_checked_by_the_script(
    clinic, new_desk, tmp_path
):
    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic/metrics")
    with desk.expect_download() as saved:
        desk.get_by_role("link", name="All tables").click()
    where = tmp_path / "numbers.zip"
    saved.value.save_as(where)

    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(where)], capture_output=True, text=True, check=False
    )

    assert saved.value.suggested_filename == "northside-numbers.zip"
    assert done.returncode == 0, done.stdout
