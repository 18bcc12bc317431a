"""Notes that are spoken, and drawings: kept as they are made, whatever happens to the signal."""

import re
from io import BytesIO
from itertools import count
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from e2e.axe import violations
from e2e.evenings import evening_after, open_evening, sign_in_by_code
from e2e.writing import wait_for_shell

PHONE = "+17185550171"
LONG_NOTE = Path(__file__).with_name("long_note.js")
REFUSING = """
navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "%s"))
"""
# The page's own microphone, within reach of a test that plays the phone.
OVERHEARD = """
const asked = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
navigator.mediaDevices.getUserMedia = async (wanted) => (window.heard = await asked(wanted))
"""
SHOWS = """
({ textContent }) => {
  const [minutes, seconds] = textContent.split(":").map(Number)
  return minutes * 60 + seconds >= %d
}
"""
FAULTS = {
    "NotAllowedError": "The microphone is off for this page.",
    "NotFoundError": "No microphone was found.",
    "NotReadableError": "Another app is using the microphone.",
}
# What a phone does to a page when it is locked.
MUTED = """
for (const track of heard.getTracks()) {
  Object.defineProperty(track, "muted", { value: true })
  track.dispatchEvent(new Event("mute"))
}
"""
FULL_AFTER_FIVE = """
const put = IDBObjectStore.prototype.put
let room = 5
IDBObjectStore.prototype.put = function (...what) {
  if (this.name === "slices" && room-- <= 0) throw new DOMException("full", "QuotaExceededError")
  return put.apply(this, what)
}
"""
# The picture that the page shows, and keeps.
OVERSEEN = """
const shownAt = URL.createObjectURL.bind(URL)
URL.createObjectURL = (blob) => shownAt(window.shown = blob)
"""
# Every file that a page plays, decoded: how long it is, and the tone of each three seconds.
PLAYED = """
async () => {
  const files = []
  for (const { src } of document.querySelectorAll("[data-listening] audio")) {
    const body = await (await fetch(src)).arrayBuffer()
    const sound = await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(body)
    const waves = sound.getChannelData(0)
    const tones = []
    for (let start = 0; start + 2 <= sound.duration; start += 3) {
      let crossings = 0
      for (let at = (start + 1) * 48000; at < (start + 2) * 48000; at += 1) {
        if (waves[at] < 0 && waves[at + 1] >= 0) crossings += 1
      }
      tones.push(Math.round((crossings - 300) / 20))
    }
    files.push({ seconds: sound.duration, tones })
  }
  return files
}
"""

# From now on this page throws nothing away in a step of its own, as a phone that dies before it.
DIES_BEFORE = """() => {
  const begin = IDBDatabase.prototype.transaction
  IDBDatabase.prototype.transaction = function (names, mode, ...more) {
    if (mode === "readwrite" && String(names) === "slices") throw new DOMException("dead", "Died")
    return begin.call(this, names, mode, ...more)
  }
}"""
PIECES = """() => new Promise((done) => {
  const asked = indexedDB.open("afterglow")
  asked.onsuccess = () => {
    const counted = asked.result.transaction("slices").objectStore("slices").count()
    counted.onsuccess = () => done(counted.result)
  }
})"""


@pytest.fixture
def link(clinic) -> str:
    return evening_after(clinic, PHONE)


def say_it(page: Page) -> None:
    page.get_by_role("button", name="Say it").tap()
    expect(page.get_by_role("heading", name="Recording")).to_be_focused()


def said_for(page: Page, seconds: int) -> None:
    """Speak until the page shows that it was at least so long."""
    length = page.locator("[data-spoken=recording] [data-spoken-length]")
    until(length, SHOWS % seconds)


def taken_down(page: Page, seconds: int) -> None:
    """Until the played recorder has kept up with its stopwatch: a busy machine makes it late."""
    for _ in range(600):
        if page.evaluate(PIECES) * 3 >= seconds:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{seconds} seconds are not on the phone")


def kept_note(page: Page) -> Locator:
    return page.locator("[data-spoken=said]")


def test_a_note_is_paused_heard_and_taken_away(link, new_phone):
    page = new_phone()
    open_evening(page, link)

    say_it(page)
    said_for(page, 2)
    assert page.locator(".spoken__light").get_attribute("style") is None  # nothing moves tonight
    assert violations(page) == []
    page.get_by_role("button", name="Pause").tap()
    expect(page.get_by_role("heading", name="Paused")).to_be_focused()
    page.get_by_role("button", name="Go on").tap()
    expect(page.get_by_role("heading", name="Recording")).to_be_focused()
    page.get_by_role("button", name="That is all").tap()

    expect(page.get_by_role("heading", name="Your spoken note")).to_be_focused()
    assert violations(page) == []
    page.get_by_role("button", name="Listen").tap()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_role("button", name="Listen")).to_be_visible()
    expect(kept_note(page).get_by_text("cannot play")).to_be_hidden()
    page.get_by_role("button", name="Take the note away").tap()
    page.get_by_role("button", name="Leave it here").tap()
    page.get_by_role("button", name="Take the note away").tap()
    page.get_by_role("button", name="Take it away").tap()
    expect(page.get_by_role("button", name="Say it")).to_be_focused()
    page.reload()
    expect(page.get_by_role("button", name="Say it")).to_be_visible()
    expect(kept_note(page)).to_be_hidden()
    page.get_by_role("button", name="Gentle light").tap()
    say_it(page)
    expect(page.locator(".spoken__light")).to_have_attribute("style", re.compile("--loudness"))
    page.get_by_role("button", name="That is all").tap()


def test_three_minutes_survive_a_reload_and_a_cut_upload_and_are_heard_whole(
    clinic, link, new_phone
):
    page = new_phone()
    page.context.add_init_script(path=LONG_NOTE)
    open_evening(page, link)
    say_it(page)
    said_for(page, 90)
    taken_down(page, 90)
    page.reload()

    expect(kept_note(page).get_by_text("What you said is kept.")).to_be_visible()
    page.get_by_role("button", name="Say more").tap()
    said_for(page, 190)
    taken_down(page, 183)
    pieces = cut_after(page, 3)
    page.get_by_role("button", name="Keep it").tap()

    expect(page.locator("[data-state=delivered]").first).to_be_attached(timeout=60_000)
    assert len(set(pieces)) == len(pieces) - 1  # only the one that was cut off came twice
    first, second = heard_on(new_phone(), clinic)
    assert first["tones"] == list(range(len(first["tones"])))
    assert second["tones"] == list(range(len(second["tones"])))
    assert first["seconds"] + second["seconds"] >= 180


def cut_after(page: Page, whole: int) -> list[str]:
    """The line breaks at the next piece once so many have gone. What was sent, as it happens."""
    sent: list[str] = []
    numbers = count(1)

    def pass_on(route: Route) -> None:
        sent.append(route.request.url)
        if next(numbers) == whole + 1:
            route.abort()
        else:
            route.continue_()

    page.context.route(re.compile(r"/journal/entries/[^/]+/files/[^/]+/\d+$"), pass_on)
    return sent


def heard_on(page: Page, clinic) -> list[dict]:
    """What the patient hears of their note on another phone, once it is known that it is them."""
    page.goto(f"{clinic.url}/journal")
    sign_in_by_code(page, clinic, PHONE)
    page.goto(f"{clinic.url}/journal")
    page.locator("main a[href*='/journal/entries/']").first.click()
    sounds = page.locator("[data-listening] audio")
    expect(sounds).to_have_count(2)
    # The first part is played near its end; the second follows by itself and ends.
    for sound in (sounds.first, sounds.last):
        until(sound, "sound => Number.isFinite(sound.duration) && sound.currentTime === 0")
    sounds.first.evaluate("sound => { sound.currentTime = sound.duration - 1; sound.play() }")
    until(sounds.last, "sound => !sound.paused")
    sounds.last.evaluate("sound => { sound.currentTime = sound.duration - 1 }")
    until(sounds.last, "sound => sound.ended")
    return page.evaluate(PLAYED)


def until(place: Locator, so: str) -> None:
    """Wait until it is so. The page's policy lets no words be run in it by other means."""
    for _ in range(200):
        if place.evaluate(so):
            return
        place.page.wait_for_timeout(100)
    raise AssertionError(so)


def test_a_note_without_a_signal_outlives_the_browser(clinic, link, lasting_phone):
    page = lasting_phone.open()
    open_evening(page, link)
    wait_for_shell(page)
    clinic.stop()
    page.reload()
    say_it(page)
    said_for(page, 5)

    lasting_phone.kill()

    assert lasting_phone.holds("A_OPUS") == []  # nobody hears it from the phone's files
    page = lasting_phone.open()
    page.goto(f"{clinic.url}/journal/write")
    expect(kept_note(page).get_by_text("What you said is kept.")).to_be_visible()
    page.get_by_role("button", name="Keep it").tap()
    expect(page.locator("[data-state=device]").first).to_be_attached()
    clinic.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#kept-truths[data-state=delivered]")).to_be_attached(timeout=60_000)


def test_a_call_or_a_lock_ends_the_note_and_keeps_it(link, new_phone):
    called = new_phone()
    called.add_init_script(OVERHEARD)
    open_evening(called, link)
    say_it(called)
    said_for(called, 2)
    called.get_by_role("textbox").first.fill("The river.")

    called.evaluate("heard.getTracks().forEach((track) => track.stop())")

    expect(kept_note(called).get_by_text("The microphone stopped")).to_be_visible()
    # whoever writes is left to it, and told
    expect(called.get_by_role("textbox").first).to_be_focused()
    expect(called.locator("[data-spoken-told]")).to_contain_text("What you said before is kept.")
    called.get_by_role("button", name="Keep it").tap()
    expect(called.locator("[data-state=delivered]").first).to_be_attached()

    locked = new_phone()
    locked.add_init_script(OVERHEARD)
    open_evening(locked, link)
    say_it(locked)
    said_for(locked, 2)
    locked.evaluate(MUTED)

    expect(kept_note(locked).get_by_text("because the phone was locked")).to_be_visible()
    assert locked.evaluate("heard.getTracks().every(({ readyState }) => readyState === 'ended')")


def test_a_phone_without_room_keeps_what_was_said_until_then(link, new_phone):
    page = new_phone()
    page.add_init_script(path=LONG_NOTE)
    page.add_init_script(FULL_AFTER_FIVE)
    open_evening(page, link)

    say_it(page)

    expect(kept_note(page).get_by_text("no more room on this phone")).to_be_visible()
    expect(kept_note(page).locator("[data-spoken-length]")).not_to_have_text("0:00")
    assert violations(page) == []
    page.reload()
    expect(kept_note(page)).to_be_visible()
    page.get_by_role("button", name="Listen").tap()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()


def test_a_microphone_that_does_not_serve_is_no_error(link, new_phone):
    for problem, words in FAULTS.items():
        page = new_phone()
        page.add_init_script(REFUSING % problem)
        open_evening(page, link)

        page.get_by_role("button", name="Say it").tap()

        expect(page.get_by_role("heading", name="Written words are enough.")).to_be_focused()
        expect(page.locator("#spoken").get_by_text(words)).to_be_visible()
        expect(page.get_by_role("button", name="Say it")).to_be_visible()
        assert violations(page) == []


def test_a_drawing_is_made_small_without_its_place_and_sent(clinic, link, new_phone):
    page = new_phone()
    page.add_init_script(OVERSEEN)
    open_evening(page, link)
    page.get_by_text("one word, a drawing").tap()
    page.locator("input[type=file]").set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo_with_its_place()}
    )
    picture = page.get_by_role("img", name="Your drawing")
    expect(picture).to_be_visible()
    made = page.evaluate("shown.arrayBuffer().then((bytes) => [...new Uint8Array(bytes)])")
    with Image.open(BytesIO(bytes(made))) as kept:
        assert kept.size == (800, 1600)  # upright, as it was held
        assert kept.getexif() == {}
    assert violations(page) == []
    page.reload()
    expect(picture).to_be_visible()
    assert page.evaluate(PIECES) == 1
    page.evaluate(DIES_BEFORE)

    page.get_by_role("button", name="Keep it").tap()

    expect(page.locator("[data-state=delivered]").first).to_be_attached()
    assert page.evaluate(PIECES) == 0
    other = new_phone()
    other.goto(f"{clinic.url}/journal")
    sign_in_by_code(other, clinic, PHONE)
    other.goto(f"{clinic.url}/journal")
    other.locator("main a[href*='/journal/entries/']").first.click()
    expect(other.locator("main img")).to_be_visible()


def photo_with_its_place() -> bytes:
    """A phone's photo: on its side, with the place where it was taken."""
    photo = Image.new("RGB", (4000, 2000), "#aa8866")
    exif = photo.getexif()
    exif[0x0112] = 6  # turn it to the right
    exif.get_ifd(0x8825)[1] = "N"
    written = BytesIO()
    photo.save(written, "JPEG", exif=exif)
    return written.getvalue()
