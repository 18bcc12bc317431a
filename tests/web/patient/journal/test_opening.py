"""The link of a quiet minute: what it opens, in which browser, and for how long."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.access.models import SessionKind, Strength, WebSession
from app.intake.models import IntakePacket
from app.journal.models import JournalDoor, JournalEntry, JournalPrompt
from app.links import magic_links
from app.links.models import LinkState, MagicLink
from app.people.models import Patient
from app.web.guards import COOKIES
from tests.web.test_budgets import counting

WRITE = COOKIES[SessionKind.WRITE]


@pytest.fixture
def rows(database):
    """`rows(model)`: all rows of a table."""

    def rows(model):
        with database.session(write=False) as db:
            found = db.scalars(select(model)).all()
            db.expunge_all()
            return found

    return rows


def test_one_tap_opens_the_page_to_write_on(tapped, planned):
    phone = tapped()

    assert phone.opened["state"] == "journal"
    assert phone.opened["address"] == "/journal/write"
    assert phone.opened["owner"] == planned.owner
    assert phone.get("/journal/write").status_code == 200


def test_what_the_tap_answers_names_nobody(tapped):
    said = str(tapped().opened)

    assert not any(word in said for word in ("Maya", "Osei", "5550142", "infusion", "ketamine"))


def test_the_tap_is_known_and_may_be_repeated(tapped, rows):
    phone = tapped()

    assert tapped(from_=phone).opened["state"] == "journal"
    assert len(rows(JournalDoor)) == 1
    assert [s.strength for s in rows(WebSession)] == [Strength.LINK]
    assert [link.state for link in rows(MagicLink) if link.state is not LinkState.MINTED] == [
        LinkState.OPEN
    ]


def test_the_prompt_of_that_moment_counts_as_opened(tapped, rows, planned):
    tapped()

    opened = [prompt.id for prompt in rows(JournalPrompt) if prompt.opened_at is not None]
    assert opened == [planned.prompt_id]


def test_the_check_beside_it_opens_in_the_same_browser_and_in_no_other(tapped, browser, rows):
    phone = tapped()
    packets = rows(IntakePacket)

    assert packets
    for packet in packets:
        assert phone.get(f"/intake/{packet.id}").status_code == 200
        assert browser().get(f"/intake/{packet.id}").status_code == 403


def test_looking_at_the_page_changes_nothing(tapped, everything):
    phone = tapped()
    before = everything()

    for path in ("/journal/write", "/journal/now", "/journal/shell/en", "/journal/shell/es"):
        assert phone.get(path).status_code == 200

    assert everything() == before


def test_another_clinics_link_opens_another_persons_page(browser, tapped, database, cast):
    phone = tapped()

    assert phone.get("/journal/now").json()["clinic"]["name"] == "Northside Clinic"
    assert browser().get("/journal/now").status_code == 403


def test_a_link_that_is_over_tells_a_stranger_nothing(browser, tapped, planned, at):
    stranger = browser().post("/x", json={"t": "1" * 22, "kind": "write"})
    at(clock.now() + timedelta(days=20))

    phone = tapped()

    assert phone.opened == stranger.json()


def test_a_link_that_is_over_says_so_where_it_was_used(tapped, at):
    phone = tapped()
    at(clock.now() + timedelta(days=20))

    again = tapped(from_=phone).opened

    assert again["state"] == "ended"
    assert "/journal/write" in again["html"]


def test_a_link_that_was_pulled_back_opens_nothing_even_where_it_was_used(
    tapped, database, planned
):
    phone = tapped()
    with database.session() as db:
        magic_links.revoke(db.get_one(MagicLink, planned.link_id))

    assert tapped(from_=phone).opened["state"] == "unknown"
    assert phone.get("/journal/now").status_code == 403
    assert 'id="no-session"' in phone.get("/journal/write").text


def test_a_link_to_forms_lets_nobody_write_a_journal(browser, asked):
    phone = browser()
    phone.post("/x", json={"t": asked("phq-2").token, "kind": "intake"})

    assert phone.get("/journal/now").status_code == 403


def test_opening_costs_few_statements(database, browser, planned):
    phone = browser()
    with counting(database) as said:
        assert phone.post("/x", json={"t": planned.token, "kind": "write"}).status_code == 200

    assert len(said) <= 10, "\n\n".join(said)


def test_a_page_that_lay_open_too_long_is_still_heard(tapped, sent, at, rows):
    phone = tapped()
    at(clock.now() + timedelta(hours=2))

    assert phone.get("/journal/now").status_code == 403
    assert sent(phone, "Written in a long quiet.").status_code == 201
    assert len(rows(JournalEntry)) == 1


def test_after_a_day_the_link_has_to_be_tapped_again(tapped, sent, at):
    phone = tapped()
    at(clock.now() + timedelta(hours=25))

    answer = sent(phone)

    assert (answer.status_code, answer.json()) == (403, {"state": "rested"})


def test_a_phone_that_two_people_use_sends_to_the_right_one(
    tapped, sent, signed_in, cast, rows, planned
):
    phone = tapped()
    theo = signed_in(cast.theo)
    phone.cookies.update(theo.cookies)

    assert sent(phone).status_code == 201
    assert [entry.patient_id for entry in rows(JournalEntry)] == [cast.maya.id]


def test_words_never_go_under_somebody_elses_name(sent, signed_in, cast, rows):
    phone = signed_in(cast.theo)

    answer = sent(phone)

    assert (answer.status_code, answer.json()) == (403, {"state": "rested"})
    assert rows(JournalEntry) == []


def test_whoever_came_to_write_goes_back_to_it_from_the_list_of_what_waits(tapped):
    assert 'href="/journal/write"' in tapped().get("/aftercare").text


def test_a_page_that_asks_for_more_speaks_the_language_of_whose_link_it_was(tapped, database, cast):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).language = "es"

    asked = tapped().get("/goals", headers={"accept-language": "en"})

    assert (asked.status_code, 'lang="es"' in asked.text) == (403, True)
