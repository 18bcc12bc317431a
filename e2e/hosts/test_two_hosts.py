"""Patient on one app host, clinician on the other: one is cut off, both are renewed."""

from datetime import timedelta

from playwright.sync_api import expect

from app import clock
from app.messaging import outbox
from app.messaging.models import Purpose
from bench.reliability.browser import BASE_URL
from bench.reliability.people import cookies_of, errand
from e2e.calls import expect_moving_pictures_and_sound
from e2e.filling import to_the_end
from e2e.visits import tap

SOON = 30_000  # a line that died without a word is found out by its next ping
SAME = "document.body.dataset.same = 'yes'"


def on_errand(hosts, number):
    return errand(hosts.database, hosts.people.patients[number], hosts.people.clinician)


def in_a_talk(hosts, new_phone, new_desk):
    """Both see and hear each other; the desk saw the patient come on its board by itself."""
    going, desk, phone = on_errand(hosts, 0), new_desk(), new_phone()
    desk.goto(f"{BASE_URL}/clinic/")
    desk.evaluate(SAME)
    phone.goto(f"{BASE_URL}/j#{going.token}")
    tap(phone, None)
    expect(desk.get_by_text("In the waiting room").first).to_be_visible(timeout=SOON)
    expect(desk.locator("body")).to_have_attribute("data-same", "yes")
    desk.goto(f"{BASE_URL}/clinic/visits/{going.appointment_id}")
    admit = desk.locator('[data-action="admit"]')
    expect(admit).to_have_count(1, timeout=SOON)
    admit.click()
    expect_moving_pictures_and_sound(phone)
    expect_moving_pictures_and_sound(desk)
    return desk, phone


def test_a_talk_and_the_board_go_on_while_one_host_is_cut_off(hosts, new_phone, new_desk):
    desk, phone = in_a_talk(hosts, new_phone, new_desk)
    board, next_one = new_desk(), on_errand(hosts, 1)
    board.goto(f"{BASE_URL}/clinic/")
    board.evaluate(SAME)

    hosts.network.cut("one")

    tapped = new_phone()  # was led to the host that is gone
    tapped.goto(f"{BASE_URL}/j#{next_one.token}")
    tap(tapped, None)
    waiting = board.locator("li", has_text="Patient 1").get_by_text("In the waiting room")
    expect(waiting.first).to_be_visible(timeout=SOON)
    expect(board.locator("body")).to_have_attribute("data-same", "yes")
    expect_moving_pictures_and_sound(phone)
    expect_moving_pictures_and_sound(desk)
    assert text_leaves(hosts, hosts.people.patients[2])

    hosts.network.heal("one")
    hosts.wait_until_ready("one")
    desk.locator('[data-action="end"]').click()
    expect(phone.get_by_role("heading", name="The talk has ended.")).to_be_visible(timeout=SOON)


def test_a_talk_and_a_form_outlast_a_deploy_on_every_host(hosts, new_phone, new_desk):
    desk, phone = in_a_talk(hosts, new_phone, new_desk)
    filling, form = on_errand(hosts, 1), new_phone()
    known = cookies_of(hosts.database, filling.patient)
    form.context.add_cookies(
        [{"name": name, "value": value, "url": BASE_URL} for name, value in known.items()]
    )
    form.goto(f"{BASE_URL}/intake/{filling.packet_id}")
    form.locator("main form button").first.tap()
    to_deploy = ["one", "two"]

    def deploy_meanwhile(_):
        if to_deploy:
            hosts.renew(to_deploy.pop(0))

    asked = to_the_end(form, on_page=deploy_meanwhile)

    assert len(asked) > 6
    assert not to_deploy
    expect_moving_pictures_and_sound(phone)
    expect_moving_pictures_and_sound(desk)
    desk.locator('[data-action="end"]').click()
    expect(phone.get_by_role("heading", name="The talk has ended.")).to_be_visible(timeout=SOON)


def text_leaves(hosts, patient) -> bool:
    """Whether a text that is due now goes out, whichever host's worker takes it."""
    before = len(hosts.twilio.made())
    with hosts.database.session() as db:
        outbox.enqueue(
            db,
            Purpose.JOIN,
            "Northside: we are here.",
            patient=db.merge(patient),
            due_at=clock.now(),
            expires_at=clock.now() + timedelta(hours=1),
            at_any_hour=True,
            once_key="while-one-is-gone",
        )
    return hosts.texts(before)
