from datetime import timedelta

import pytest
from sqlalchemy import delete
from starlette.testclient import TestClient

from app import clock
from app.links import magic_links
from app.people.models import Patient
from app.scheduling import booking
from app.scheduling.models import Appointment
from app.telehealth import guests
from app.telehealth.models import Seat, VisitGuest
from tests.conftest import BASE_URL


@pytest.fixture
def guest(database, cast):
    """Sam is invited to Maya's visit; Sam's row and the link's token."""
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        by = db.merge(cast.dr_okafor)
        made = guests.invite(db, visit, name="Sam", phone="312 555 0171", language="es", by=by)
        return made.id, magic_links.token_of(made.link)


@pytest.fixture
def room(cast):
    return f"/guest/{cast.integration_visit.id}"


@pytest.fixture
def come(app, guest):
    """`come()`: a browser that opened Sam's link."""

    def come():
        browser = TestClient(
            app,
            base_url=BASE_URL,
            headers={"sec-fetch-site": "same-origin", "origin": BASE_URL},
            follow_redirects=False,
        )
        browser.opened = browser.post("/x", json={"t": guest[1], "kind": "guest"}).json()
        return browser

    return come


def test_a_guests_link_opens_the_room_in_their_language_without_a_word_about_the_patient(
    come, room, database, cast
):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).home_address = "14 Elm Street, NY"

    browser = come()

    assert browser.opened["state"] == "open"
    assert browser.opened["address"] == room
    assert browser.opened["lang"] == "es"
    for words in (browser.opened["html"], browser.get(room).text):
        assert "Dr. Okafor" in words
        assert not any(told in words for told in ("Maya", "Osei", "Elm", "5550142", "555-0142"))


def test_a_guest_is_spoken_to_in_their_own_language_whatever_the_browser_asks(come, room):
    page = come().get(room, headers={"accept-language": "en"})

    assert (page.status_code, 'lang="es"' in page.text) == (200, True)


def test_a_guest_gets_no_further_than_the_room(come, cast):
    browser = come()
    visit = cast.integration_visit.id

    refused = [
        browser.get(f"/visits/{visit}"),
        browser.get(f"/guest/{cast.infusion.id}"),
        browser.get("/guest/none"),
        browser.post(f"/visits/{visit}/claim"),
        browser.post(f"/visits/{visit}/not-today"),
    ]

    assert {answer.status_code for answer in refused} <= {403, 405}
    assert browser.get("/").headers["location"] == "/sign-in"
    assert browser.get("/journal").status_code in (200, 303, 403)
    assert "Maya" not in browser.get("/journal").text


def test_a_guest_whose_seat_is_gone_taps_the_link_again(come, room, database):
    browser = come()
    with database.session() as db:
        db.execute(delete(Seat))

    assert browser.get(room).status_code == 403


def test_the_patients_link_opens_no_guests_room(tap, room, guest):
    assert tap().get(room).status_code == 403


def test_a_guests_link_is_of_no_other_kind(app, client, guest):
    for kind in ("join", "intake", "write", "sign-in"):
        answer = client.post("/x", json={"t": guest[1], "kind": kind}, headers={"origin": BASE_URL})
        assert answer.json()["state"] == "unknown"


def test_long_before_the_talk_a_guest_reads_when_it_is(come, cast):
    clock.stand_still(cast.integration_visit.starts_at - timedelta(hours=5))

    opened = come().opened

    assert opened["state"] == "early"
    assert "10:00" in opened["html"]


def test_after_it_a_guest_reads_that_it_is_over(come, cast):
    clock.stand_still(cast.integration_visit.ends_at + timedelta(hours=2))

    assert come().opened["state"] == "ended"


def test_a_guest_reads_that_a_talk_is_off_also_in_the_room(come, room, database, cast):
    browser = come()
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        booking.cancel(db, visit, by=db.merge(cast.dr_okafor))

    assert come().opened["state"] == "cancelled"
    page = browser.get(room)
    assert page.status_code == 200
    assert "visit-room" not in page.text


def test_who_is_invited_no_more_is_let_in_nowhere(come, room, guest, database, cast):
    browser = come()
    with database.session() as db:
        guests.withdraw(db, db.get_one(VisitGuest, guest[0]), by=db.merge(cast.dr_okafor))

    assert browser.get(room).status_code == 403
    assert browser.post(f"{room}/claim").status_code == 403
    assert come().opened["state"] == "unknown"


def test_a_guest_shows_to_be_there_and_leaves(come, room):
    browser = come()

    assert browser.post(f"{room}/claim").json()["state"] == "claimed"
    assert browser.post(f"{room}/leaving").json() == {"ok": True}


def test_staff_invite_and_take_back_and_read_what_is_wrong(desk, cast):
    page = f"/clinic/appointments/{cast.integration_visit.id}"

    wrong = desk.post(f"{page}/guests", data={"guest_name": "Sam", "guest_phone": "12"})
    right = desk.post(f"{page}/guests", data={"guest_name": "Sam", "guest_phone": "312 555 0171"})

    assert wrong.status_code == 422
    assert 'value="Sam"' in wrong.text
    assert right.status_code == 303
    assert "Sam, (312) 555-0171" in desk.get(page).text


def test_the_neighbour_clinic_invites_nobody_and_takes_nobody_back(signed_in, cast, guest):
    neighbour = signed_in(cast.dr_lind)
    page = f"/clinic/appointments/{cast.integration_visit.id}"

    assert neighbour.post(f"{page}/guests", data={"guest_name": "X"}).status_code == 404
    assert neighbour.post(f"/clinic/guests/{guest[0]}/withdrawal").status_code == 404
