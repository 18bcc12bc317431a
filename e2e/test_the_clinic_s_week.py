"""A clinic's week by the clock alone: seven people come on one day, each goes a way of their own.

What is texted comes at its local minute; who needs a hand stands on the board with the one thing to
do; and when the windows have closed, the figures tell this very story.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from app.demo.gateway import NOBODYS_NUMBER
from e2e.asked import link_of, open_link, shipped
from e2e.axe import violations
from e2e.ehr import ZONE, Ehr
from e2e.evenings import push_to
from e2e.filling import to_the_end
from e2e.visits import Visit, admit, open_room, tap

LIVE = 15_000


@dataclass(frozen=True)
class Booked:
    """Somebody's session of Thursday, and the visit that came with it."""

    name: str
    phone: str
    patient: dict
    infusion: dict
    visit: str

    @property
    def session(self) -> str:
        return str(self.infusion["id"])


@pytest.fixture
def ehr(clinic) -> Ehr:
    """It is Monday, nine in the morning."""
    ehr = Ehr(clinic)
    until_monday = (7 - ehr.now().weekday()) % 7 or 7
    push_to(clinic, ehr, 9, days=until_monday)
    return ehr


@pytest.fixture
def book(clinic, ehr):
    """`book("Robin", "+1…")`: a session on Thursday from ten to half past eleven."""
    thursday = (ehr.now() + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)

    def book(name: str, phone: str) -> Booked:
        patient = ehr.patient(name, "Vale", phone, birthDate="1988-02-09")
        infusion = ehr.book("infusion", thursday, 90, patient)
        [visit] = infusion["supportingInformation"]
        return Booked(name, phone, patient, infusion, visit["reference"].split("/")[1])

    return book


def minutes(clinic, phone: str) -> list[tuple[str, str]]:
    """When each text came, on the patient's clock, and how it begins."""
    return [
        (
            datetime.fromisoformat(text["at"]).astimezone(ZONE).strftime("%a %H:%M"),
            text["body"].removeprefix("Northside").removeprefix(":").split(".")[0].strip(),
        )
        for text in clinic.texts(phone)
        if text["direction"] == "outbound"
    ]


def say(clinic, phone: str, words: str) -> None:
    clinic.post("/demo/reply", {"from": phone, "body": words})
    clinic.push("PT2S")


def join_link(clinic, phone: str) -> str:
    found = [re.search(r"http://\S+/j#\w+", text["body"]) for text in clinic.texts(phone)]
    return [match[0] for match in found if match][-1]


def row(desk: Page, name: str):
    """The board's line of somebody."""
    return desk.locator(".windows > li", has_text=f"{name} Vale")


def acts(line) -> list[str]:
    """What one can do on a line of the board."""
    return [each.inner_text() for each in line.locator("a.button, button").all()]


def alerts(desk: Page):
    """What cannot wait, above everything else."""
    return desk.locator(".notice--danger, .notice--warn", has_text="may mean danger")


def test_whoever_is_booked_is_texted_at_their_own_minutes(clinic, ehr, book):
    robin = book("Robin", "+17185550181")

    push_to(clinic, ehr, 18, days=10)

    thursday = f"{datetime.fromisoformat(robin.infusion['start']).astimezone(ZONE):%a, %b %-d}"
    assert minutes(clinic, robin.phone)[1:] == [
        ("Wed 17:00", f"a short check before {thursday}"),
        ("Thu 09:00", "Dr"),  # is set to see you
        ("Thu 18:00", "a quiet minute if you want it"),
        ("Fri 08:00", "a quiet minute if you want it"),
        ("Fri 08:55", "Dr"),  # is ready when you are
        ("Fri 09:03", "here, no rush"),
        ("Thu 10:00", "a week on, a quiet minute if you want it"),
    ]


@pytest.fixture
def seven(clinic, ehr, book) -> dict[str, Booked]:
    """Seven who come on Thursday. Una's number is nobody's."""
    numbers = [f"+1718555018{n}" for n in range(1, 7)]
    names = ["Robin", "Ivo", "Lea", "Cal", "Sol", "Pia"]
    booked = {name: book(name, number) for name, number in zip(names, numbers, strict=True)}
    return booked | {"Una": book("Una", NOBODYS_NUMBER)}


@pytest.fixture
def thursday(clinic, ehr, seven, new_phone):
    """Each of them has said, or not said, what they have to say; it is eight in the evening."""
    pia = seven["Pia"]
    ehr.ask(pia.patient, shipped(ehr, "phq-9"))
    clinic.push("PT1M")
    phone = new_phone()
    open_link(phone, link_of(clinic, pia.phone))
    to_the_end(phone, {"q9": "Several days"}, stop_at="difficulty")
    push_to(clinic, ehr, 12, days=3)
    for each in seven.values():
        ehr.end(each.infusion, ehr.now().replace(hour=11, minute=30))
    for name, words in {"Robin": "OK", "Lea": "LATER", "Cal": "CALL", "Sol": "STOP"}.items():
        say(clinic, seven[name].phone, words)
    push_to(clinic, ehr, 20)


def test_whoever_needs_a_hand_stands_on_the_board_with_the_one_thing_to_do(
    clinic, seven, thursday, new_desk
):
    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic")

    expect(row(desk, "Ivo")).to_contain_text("No answer yet")
    assert acts(row(desk, "Ivo")) == ["Text Ivo"]
    expect(row(desk, "Lea")).to_contain_text("Asked for another time")
    assert acts(row(desk, "Lea")) == ["Offer times"]
    expect(row(desk, "Una")).to_contain_text("The number takes no texts")
    assert acts(row(desk, "Una")) == ["Phone (914) 555-0199"]
    expect(row(desk, "Sol")).to_contain_text("Wants no more texts")
    assert acts(row(desk, "Sol")) == ["Phone (718) 555-0185"]
    called = desk.locator(".notice", has_text="Cal Vale asked to be phoned")
    expect(called.get_by_role("link", name="Phone (718) 555-0184")).to_be_visible()
    expect(alerts(desk).first).to_contain_text("Pia Vale")
    assert violations(desk) == []

    while alerts(desk).count():
        before = alerts(desk).count()
        alerts(desk).first.get_by_role("button", name="Acknowledge").click()
        expect(alerts(desk)).to_have_count(before - 1)
    row(desk, "Lea").get_by_role("button", name="Offer times").click()
    expect(row(desk, "Lea")).to_contain_text("Times offered")
    row(desk, "Ivo").get_by_role("link", name="Text Ivo").click()
    desk.get_by_role("button", name="Send text").click()
    expect(desk.locator("#talk")).to_contain_text("by Dr. Patel")
    clinic.push("PT2S")
    assert minutes(clinic, seven["Ivo"].phone)[-1][0] == "Thu 20:00"


def test_the_figures_tell_this_very_story_and_their_rows_prove_it(
    clinic, ehr, seven, thursday, new_phone, new_desk
):
    robin, desk, phone = seven["Robin"], new_desk(clinic), new_phone()
    push_to(clinic, ehr, 8, minute=56, days=1)
    open_room(desk, Visit(f"{clinic.url}/clinic/visits/{robin.visit}", ""))
    phone.goto(join_link(clinic, robin.phone))
    tap(phone, None)
    admit(desk)
    expect(desk.get_by_text("Connected")).to_be_visible(timeout=LIVE)
    clinic.push("PT12M")
    desk.get_by_role("button", name="End").click()
    expect(desk.get_by_role("heading", name="The visit has ended.")).to_be_visible()
    push_to(clinic, ehr, 12, days=3)

    desk.goto(f"{clinic.url}/clinic/metrics/on-time")
    assert violations(desk) == []
    desk.get_by_role("link", name=re.compile("All three$")).first.click()
    rows = desk.locator("tbody tr").all_inner_texts()
    told = {name: next(row for row in rows if f"{name} Vale" in row) for name in seven}
    assert told["Robin"].rstrip().endswith("Counted")
    assert told["Lea"].rstrip().endswith("Miss Not ready, or moved outside the window")
    assert told["Sol"].rstrip().endswith("Miss Opted out of texts")
    assert told["Una"].rstrip().endswith("Miss Text undelivered")
    for name in ("Ivo", "Cal", "Pia"):
        assert told[name].rstrip().endswith("Miss Not opened")
    desk.go_back()
    counted = len([row for row in rows if row.rstrip().endswith("Counted")])
    expect(desk.get_by_role("row", name=re.compile("^All three"))).to_contain_text(
        f"{counted} of {len(rows)}"
    )
