"""Two people, one phone: what one left there goes under their own name, and shows to nobody."""

import time

from playwright.sync_api import expect

from e2e.conftest import Clinic
from e2e.evenings import evening_after, open_evening
from e2e.kept_words import kept_words
from e2e.writing import SLOW, expect_truth, keep, wait_for_shell, write

MAYA, THEO = "+17185550171", "+17185550172"


def test_what_was_left_is_sent_and_the_next_one_keeps_their_own_page(clinic: Clinic, lasting_phone):
    mayas, theos = evening_after(clinic, MAYA), evening_after(clinic, THEO, given="Theo")
    page = lasting_phone.open()
    open_evening(page, mayas)
    wait_for_shell(page)
    clinic.stop()
    write(page, "Maya's, in the dark")
    keep(page)
    page.goto("about:blank")
    lasting_phone.context.clear_cookies()
    clinic.start()

    open_evening(page, theos)
    theo = page.locator("#writing").get_attribute("data-owner")
    deadline = time.monotonic() + SLOW / 1000
    while not kept_words(clinic, MAYA):
        assert time.monotonic() < deadline, "what was left on the phone was never sent"
        assert "Maya's" not in page.locator("body").inner_text()
        page.wait_for_timeout(250)
    page.wait_for_timeout(1000)

    page.reload()
    expect(page.locator("#writing")).to_have_attribute("data-owner", theo)
    write(page, "Theo's own")
    keep(page)
    expect_truth(page, "With your team")
    assert kept_words(clinic, MAYA) == ["Maya's, in the dark"]
    assert kept_words(clinic, THEO) == ["Theo's own"]
