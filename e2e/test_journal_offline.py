"""Words without a signal: kept on the phone, found again whatever happened, sent by themselves."""

import re
import time

import pytest
from playwright.sync_api import expect

from e2e.conftest import Clinic
from e2e.evenings import evening_after, open_evening, sign_in_by_code
from e2e.kept_words import kept_words
from e2e.phone_scripts import WAITING
from e2e.writing import SLOW, expect_truth, keep, wait_for_shell, write, write_more

PHONE = "+17185550161"
CANARY = "Zitronenfalter"
STORED = """() => new Promise((done) => {
  const asked = indexedDB.open("afterglow")
  asked.onsuccess = () => {
    const all = asked.result.transaction("entries").objectStore("entries").getAll()
    all.onsuccess = () => done(all.result.filter((entry) => entry.data).length)
  }
})"""

KEPT = """() => new Promise((done) => {
  const asked = indexedDB.open("afterglow")
  asked.onsuccess = () => {
    const reading = asked.result.transaction(["prompts", "links"])
    const said = {}
    for (const name of ["prompts", "links"]) {
      reading.objectStore(name).count().onsuccess = ({ target }) => (said[name] = target.result)
    }
    reading.oncomplete = () => done(said)
  }
})"""

# A hand that types in the very moment in which the page looks away from what was left before.
QUICK_HAND = """
const later = window.setTimeout
window.setTimeout = (...given) => {
  const words = document.getElementById("words")
  if (given.length === 1 && words && location.pathname === "/journal/write") {
    window.setTimeout = later
    words.value = "Quick"
    words.dispatchEvent(new Event("input", { bubbles: true }))
  }
  return later(...given)
}
"""

# A browser that takes its time to let go of a lock, as a busy one does.
SLOW_TO_LET_GO = """
const request = navigator.locks.request.bind(navigator.locks)
navigator.locks.request = (name, ...given) => request(name, ...given).then(async (outcome) => {
  if (name === "afterglow-sending") await new Promise((done) => setTimeout(done, 3000))
  return outcome
})
"""


@pytest.fixture
def link(clinic) -> str:
    return evening_after(clinic, PHONE)


def test_words_arrive_and_leave_the_phone(clinic: Clinic, link, lasting_phone):
    page = lasting_phone.open()
    open_evening(page, link)
    write(page, "The river, and how quiet it was.")
    keep(page)
    expect_truth(page, "With your team")

    assert page.evaluate(STORED) == 0
    assert kept_words(clinic, PHONE) == ["The river, and how quiet it was."]


def test_what_is_ticked_while_the_words_are_just_sent_is_sent_as_well(
    clinic: Clinic, link, lasting_phone
):
    page = lasting_phone.open()
    page.add_init_script(SLOW_TO_LET_GO)
    open_evening(page, link)
    page.wait_for_timeout(3500)  # whatever the page sends as it opens
    write(page, "The river was wide.")
    keep(page)
    expect(page.locator("#kept-truths [aria-current]")).to_have_text("With your team", timeout=SLOW)

    page.locator("#lines input").first.check()

    for _ in range(60):
        page.wait_for_timeout(250)
        if page.evaluate(WAITING) == 0:
            break
    assert page.evaluate(WAITING) == 0


def test_what_a_quick_hand_types_while_the_page_gets_ready_is_on_the_phone(link, lasting_phone):
    page = lasting_phone.open()
    page.add_init_script(QUICK_HAND)

    open_evening(page, link)

    expect(page.locator("#words")).to_have_value("Quick")
    expect(page.locator("#truths [aria-current]")).to_have_text("On this phone", timeout=SLOW)


def test_words_without_a_signal_outlive_the_browser_and_arrive(clinic: Clinic, link, lasting_phone):
    page = lasting_phone.open()
    open_evening(page, link)
    wait_for_shell(page)
    clinic.stop()

    page.reload()
    write(page, f"{CANARY}, in the dark")
    keep(page)
    expect_truth(page, "On this phone")
    expect(page.locator("[data-saying=no-signal]")).to_be_visible(timeout=SLOW)
    write_more(page)
    write(page, f"half a sentence about a {CANARY}")
    page.wait_for_timeout(1000)
    lasting_phone.kill()
    assert lasting_phone.holds(CANARY) == []

    page = lasting_phone.open()
    page.goto(f"{clinic.url}/journal/write")
    expect(page.locator("#words")).to_have_value(f"half a sentence about a {CANARY}", timeout=SLOW)
    waiting = page.locator("#unsent-list li")
    expect(waiting).to_have_text(re.compile(f"{CANARY}, in the dark"), timeout=SLOW)
    expect(waiting).to_have_attribute("data-state", re.compile("device|sending"))

    clinic.start()
    expect(waiting).to_have_attribute("data-state", "delivered", timeout=3 * SLOW)
    expect(page.locator("#unsent")).to_contain_text("With your team")
    keep(page)
    expect_truth(page, "With your team")
    assert kept_words(clinic, PHONE) == [
        f"{CANARY}, in the dark",
        f"half a sentence about a {CANARY}",
    ]


def test_a_phone_that_is_full_by_now_still_sends_what_it_kept(clinic: Clinic, link, lasting_phone):
    page = lasting_phone.open()
    open_evening(page, link)
    wait_for_shell(page)
    clinic.stop()
    write(page, "kept while there was room")
    keep(page)
    lasting_phone.kill()

    page = lasting_phone.open()
    devtools = lasting_phone.context.new_cdp_session(page)
    full = {"origin": clinic.url, "quotaSize": 1}
    devtools.send("Storage.overrideQuotaForOrigin", full)
    clinic.start()
    page.goto(f"{clinic.url}/journal/write")

    expect(page.locator("[data-saying=not-stored]")).to_be_visible(timeout=SLOW)
    deadline = time.monotonic() + SLOW / 1000
    while page.evaluate(STORED):
        assert time.monotonic() < deadline, "a full phone sends nothing"
        page.wait_for_timeout(250)
    assert kept_words(clinic, PHONE) == ["kept while there was room"]


def test_a_link_tapped_without_a_signal_opens_the_page_and_is_used_later(
    clinic: Clinic, link, lasting_phone
):
    page = lasting_phone.open()
    open_evening(page, link)
    wait_for_shell(page)
    lasting_phone.context.clear_cookies()
    clinic.stop()

    page.goto("about:blank")
    page.goto(link)
    page.wait_for_url("**/journal/write")
    write(page, "tapped in the cellar")
    keep(page)
    clinic.start()

    expect_truth(page, "With your team")
    assert kept_words(clinic, PHONE) == ["tapped in the cellar"]


def test_any_other_page_says_that_there_is_no_signal_and_comes_by_itself(
    clinic: Clinic, link, lasting_phone
):
    page = lasting_phone.open()
    open_evening(page, link)
    wait_for_shell(page)
    clinic.stop()

    page.goto(f"{clinic.url}/privacy")
    expect(page.get_by_role("heading", name="There is no signal right now.")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-mood", "gentle")  # it is a raw evening
    page.get_by_role("link", name="Write a few words").tap()
    expect(page.locator("#words")).to_be_visible()
    page.go_back()
    clinic.start()

    expect(page.get_by_role("heading", name="There is no signal")).to_be_hidden(timeout=2 * SLOW)


def test_what_was_asked_and_a_single_word_are_found_again_as_they_stood(link, lasting_phone):
    page = lasting_phone.open()
    open_evening(page, link)
    page.locator("#other-ways summary").tap()
    choice = page.locator("#questions label").nth(1)
    asked = choice.inner_text()
    choice.tap()
    page.locator("#word").fill("river")
    expect(page.locator("#truths [aria-current]")).to_have_text("On this phone", timeout=SLOW)

    page.reload()

    expect(page.locator("#word")).to_have_value("river", timeout=SLOW)
    expect(page.locator("#word")).to_be_visible()
    expect(page.locator("#question")).to_have_text(asked)
    expect(page.locator("#words")).to_have_value("")


@pytest.mark.parametrize(
    ("at", "pressed"), [("/", "Sign out"), ("/devices", "Sign out everywhere")]
)
def test_signing_out_forgets_who_it_was_and_keeps_the_page_for_the_next_words(
    clinic: Clinic, link, lasting_phone, at, pressed
):
    page = lasting_phone.open()
    open_evening(page, link)
    wait_for_shell(page)
    page.goto(f"{clinic.url}/journal")
    sign_in_by_code(page, clinic, PHONE)
    page.goto(clinic.url + at)
    page.get_by_role("button", name=pressed, exact=True).tap()
    page.wait_for_url("**/sign-in")

    kept = page.evaluate(KEPT)
    assert kept == {"prompts": 0, "links": 0}
    page.wait_for_function("async () => Boolean(await caches.match('/journal/shell/en'))")


def test_words_of_a_link_that_has_ended_wait_on_the_phone_and_say_so(
    clinic: Clinic, link, lasting_phone
):
    page = lasting_phone.open()
    open_evening(page, link)
    wait_for_shell(page)
    clinic.push("P15D")
    lasting_phone.context.clear_cookies()

    write(page, "after the link had ended")
    keep(page)
    waiting = page.locator("#unsent-list li")
    expect(waiting).to_contain_text("Waits for you", timeout=SLOW)
    expect(waiting).to_have_attribute("data-state", "device")
