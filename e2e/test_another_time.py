"""Not today: a kinder time, by one tap or by one word; and a visit that staff move meanwhile."""

from datetime import datetime, timedelta

from playwright.sync_api import expect

from e2e.axe import violations
from e2e.ehr import ZONE
from e2e.visits import PHONE, a_visit, moved_to, tap

NO_CAMERA = (
    "navigator.mediaDevices.getUserMedia ="
    " () => Promise.reject(new DOMException('none', 'NotFoundError'))"
)


def test_not_today_leads_to_a_new_time_and_the_old_link_says_where_it_went(clinic, new_phone):
    visit, phone = a_visit(clinic), new_phone()
    tap(phone, visit)

    phone.context.set_offline(True)
    phone.locator('[data-action="not-today"]').first.tap()
    expect(phone.get_by_text("The line is gone for a moment.").first).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.get_by_role("heading", name="That’s fine. Your place is safe.")).to_be_visible()
    phone.locator('[data-action="phone-me"]').tap()
    phone.get_by_role("link", name="See other times").tap()
    choice = phone.locator('[data-action="pick-time"]').last
    chosen = choice.locator("strong").inner_text()
    choice.tap()

    expect(phone.get_by_role("heading", name=chosen)).to_be_visible()
    other = new_phone()
    other.goto(visit.link)
    expect(other.get_by_role("heading", name="Your talk has a new time.")).to_be_visible()
    expect(other.get_by_text(chosen)).to_be_visible()


def test_a_program_that_presses_every_button_of_a_link_moves_no_talk(clinic, new_phone):
    visit = a_visit(clinic)
    planned = moved_to(clinic, visit)
    program = new_phone(permissions=[])
    program.add_init_script(NO_CAMERA)
    program.goto(visit.link)
    program.locator('[data-fault="missing"]').first.wait_for()
    program.locator('[data-action="phone-me"]:visible').click()
    program.get_by_role("button", name="Back to the room").click()
    program.locator('[data-action="not-today"]:visible').click()
    program.wait_for_url("**/not-today")
    other_times = program.url
    times = program.locator('[data-action="pick-time"]').count()
    for at in range(times):
        program.goto(other_times)
        program.locator('[data-action="pick-time"]').nth(at).click()
        expect(program.get_by_role("heading", name="Move your talk to")).to_be_visible()

    assert times > 1
    assert moved_to(clinic, visit) == planned
    assert violations(program) == []
    yes = program.get_by_role("button", name="Yes, move it to")
    yes.click()
    program.wait_for_url("**/chosen")
    program.go_back()
    program.wait_for_url("**/chosen")  # what is done is not asked again
    assert moved_to(clinic, visit) > planned


def test_the_word_later_brings_a_link_that_opens_on_other_times_without_a_camera(clinic, new_phone):
    a_visit(clinic)
    clinic.post("/demo/reply", {"from": PHONE, "body": "Later"})
    clinic.push("PT1M")
    newest = clinic.texts(PHONE)[-1]["body"]

    phone = new_phone(permissions=[])
    phone.goto(next(word for word in newest.split() if word.startswith("http")))

    expect(phone.locator('[data-action="pick-time"]').first).to_be_visible()
    assert phone.url.endswith("/not-today")


def test_a_visit_moved_by_staff_tells_the_phone_that_waits(clinic, new_phone, new_desk):
    visit, phone, desk = a_visit(clinic), new_phone(), new_desk(clinic)
    tap(phone, visit)

    desk.goto(visit.room.replace("/clinic/visits/", "/clinic/appointments/"))
    now = datetime.fromisoformat(clinic.get("/demo/clock")["now"]).astimezone(ZONE)
    later = (now + timedelta(days=1)).strftime("%Y-%m-%dT11:30")
    desk.get_by_label("New day and time").fill(later)
    desk.get_by_role("button", name="Move").click()

    expect(phone.get_by_role("heading", name="11:30 am")).to_be_visible()
