"""After a quarter of an hour the console is covered; who typed something finds it again."""

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

from e2e.fob import Fob

NOTE = "Asked about her sister, phone again on Monday"


@pytest.fixture
def desk_of(operate):
    """`desk_of(page, name, role)`: somebody takes up an invitation in this browser."""

    def desk_of(page, name: str, role: str = "administrator"):
        page.goto(operate("staff", "invite", name, "--clinic", "northside", "--role", role))
        page.get_by_role("button", name="Set up this device").click()
        page.wait_for_url(re.compile(r"/clinic/?$"))

    return desk_of


@pytest.fixture
def page(new_phone):
    return new_phone(viewport={"width": 1280, "height": 900})


@pytest.fixture
def rest(tmp_path, clinic):
    """`rest()`: nobody was at the desk for a quarter of an hour."""

    def rest():
        _end_quietly(tmp_path)
        # Something stirs at the desk: each open page's line looks up.
        clinic.post("/demo/reply", {"from": "+19145550101", "body": "thank you"})

    return rest


def _end_quietly(folder):
    with closing(sqlite3.connect(folder / "demo.sqlite3", timeout=10)) as database:
        database.execute(
            "update web_session set seen_at = datetime(seen_at, '-15 minutes') || '.000000'"
            " where kind = 'staff' and ended_at is null"
        )
        database.commit()


def _covered(page):
    page.wait_for_url(re.compile(r"/clinic/sign-in"))
    expect(page.get_by_text("The console is covered.")).to_be_visible()


def _lift(page):
    page.get_by_role("button", name="Open the console").click()


def _note(page):
    return page.locator("form.talk__note textarea")


def _thread(page, clinic):
    page.goto(f"{clinic.url}/clinic/inbox")
    page.locator("main a[href*='/clinic/inbox/']").first.click()
    page.wait_for_url(re.compile(r"/clinic/inbox/[^/]+$"))
    page.locator("summary", has_text="Note for us").first.click()
    return page.url


def _type(page):
    page.wait_for_function("sessionStorage.getItem('desk-typed') !== null")
    before = page.evaluate("sessionStorage.getItem('desk-typed')")
    _note(page).fill(NOTE)
    page.wait_for_function("before => sessionStorage.getItem('desk-typed') !== before", arg=before)


def test_a_covered_desk_shows_nobody_and_gives_back_what_was_typed(page, clinic, desk_of, rest):
    Fob(page)
    desk_of(page, "Dr. Rivers")
    thread = _thread(page, clinic)
    _type(page)
    other = page.context.new_page()
    other.goto(f"{clinic.url}/clinic/patients")
    name = other.locator("main a[href*='/clinic/patients/0']").first.inner_text().split("\n")[0]

    rest()

    for tab in (page, other):
        _covered(tab)
        assert name not in tab.content()
        assert NOTE not in tab.evaluate("JSON.stringify({ ...sessionStorage, ...localStorage })")
    page.reload()
    _covered(page)
    assert other.evaluate("fetch('/clinic/patients').then((a) => a.url)").endswith("/sign-in")

    _lift(page)

    page.wait_for_url(thread)
    expect(_note(page)).to_have_value(NOTE)
    expect(page.get_by_text("What you had typed is here again.")).to_be_visible()
    other.wait_for_url(f"{clinic.url}/clinic/patients")  # by itself


def test_a_covered_desk_still_says_that_somebody_is_needed(page, clinic, desk_of, rest):
    Fob(page)
    desk_of(page, "Dr. Rivers")
    page.goto(f"{clinic.url}/clinic/patients")
    page.wait_for_function("sessionStorage.getItem('desk-typed') !== null")
    clinic.post("/demo/reply", {"from": "+19145550101", "body": "I want to die"})

    rest()

    _covered(page)
    notice = page.get_by_role("alert").filter(has_text="one of you now")
    expect(notice).to_be_visible()
    expect(notice).not_to_contain_text("Sam")
    expect(page).to_have_title(re.compile(r"^\(\d+\) "))


def test_somebody_else_begins_afresh(page, new_phone, clinic, desk_of, rest):
    fob = Fob(page)
    desk_of(page, "Dr. Rivers")
    kims = new_phone()
    kims_fob = Fob(kims)
    desk_of(kims, "Kim", "coordinator")
    rivers, kim = fob.passkeys()[0], kims_fob.passkeys()[0]
    thread = _thread(page, clinic)
    _type(page)
    rest()
    _covered(page)

    fob.lose(rivers)
    fob.bring(kim)
    _lift(page)

    page.wait_for_url(re.compile(r"/clinic/?$"))
    expect(page.locator(".desk__self")).to_contain_text("Kim")
    fob.lose(kim)
    fob.bring(rivers)
    page.get_by_role("button", name="Sign out").click()
    _lift(page)
    page.wait_for_url(re.compile(r"/clinic/?$"))
    page.goto(thread)
    expect(_note(page)).to_have_value("")  # not even for whoever typed it: it is gone


def test_without_a_line_the_page_covers_itself(page, clinic, desk_of, rest):
    Fob(page)
    desk_of(page, "Dr. Rivers")
    page.clock.install()
    thread = _thread(page, clinic)
    _type(page)
    rested = page.locator("main").inner_text()
    clinic.stop()

    page.clock.fast_forward("16:00")

    expect(page.get_by_role("heading", level=1)).to_have_text("Covered")
    assert page.locator("main").inner_text() != rested
    assert NOTE not in page.content()
    assert page.title() == "Covered"
    clinic.start()
    rest()
    page.clock.fast_forward("01:00")
    _covered(page)
    _lift(page)
    page.wait_for_url(thread)
    expect(_note(page)).to_have_value(NOTE)


def test_what_is_sent_after_the_session_is_over_is_not_lost(page, clinic, desk_of, tmp_path):
    Fob(page)
    desk_of(page, "Dr. Rivers")
    page.goto(f"{clinic.url}/clinic/patients/new")
    page.wait_for_function("sessionStorage.getItem('desk-typed') !== null")
    page.get_by_label("First name").fill("Imogen")
    _end_quietly(tmp_path)

    page.get_by_role("button", name=re.compile("Add|Save")).first.click()

    _covered(page)
    _lift(page)
    page.wait_for_url("**/clinic/patients/new")
    expect(page.get_by_label("First name")).to_have_value("Imogen")


def test_what_reaches_far_asks_again_and_nothing_is_typed_twice(page, clinic, desk_of, tmp_path):
    Fob(page)
    desk_of(page, "Dr. Rivers")
    page.goto(f"{clinic.url}/clinic/team/new")
    page.wait_for_function("sessionStorage.getItem('desk-typed') !== null")
    page.get_by_label("Name that patients read").fill("Kim")
    page.get_by_label("Coordinator").check()
    with closing(sqlite3.connect(tmp_path / "demo.sqlite3", timeout=10)) as database:
        database.execute(
            "update web_session set proved_at = datetime(proved_at, '-16 minutes') || '.000000'"
        )
        database.commit()

    page.get_by_role("button", name="Add and invite").click()

    expect(page.get_by_text("Show once more that it is you")).to_be_visible()
    _lift(page)
    page.wait_for_url("**/clinic/team/new")
    expect(page.get_by_label("Name that patients read")).to_have_value("Kim")
    expect(page.get_by_label("Coordinator")).to_be_checked()
    page.get_by_role("button", name="Add and invite").click()
    expect(page.locator("code")).to_be_visible()
