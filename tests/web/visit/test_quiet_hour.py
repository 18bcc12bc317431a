"""A session's quiet hour on the phone, from its link to the way back."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app import clock
from app.companion import hours, sounds
from app.companion.models import SessionHour
from app.links import magic_links
from app.messaging.models import Message, Purpose
from app.protocols import infusions
from app.safety.models import SafetyAlert, Signal
from app.scheduling.models import Service
from tests.conftest import BASE_URL, FRIDAY_NOON

YES = {"settled": "yes", "well": "yes", "somebody": "yes"}


@pytest.fixture(autouse=True)
def _noon():
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON)


def _open(database, cast, *, video=False, audio=None):
    starts_at = FRIDAY_NOON + timedelta(minutes=30)
    with database.session() as db:
        clinic, staff = db.merge(cast.clinic), db.merge(cast.dr_okafor)
        clinic.companion_ends_on = FRIDAY_NOON.date() + timedelta(days=7)
        theo = db.merge(cast.theo)
        when = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
        infusion = infusions.book(db, patient=theo, service=Service.INFUSION, **when, by=None)
        sound = sounds.add(db, clinic, "Rain", audio, by=staff) if audio else None
        beside = staff if video else None
        hour = hours.open_hour(db, infusion.appointment, audio=sound, clinician=beside, by=staff)
        return infusion.appointment.id, magic_links.token_of(hour.link)


@pytest.fixture
def session(database, cast):
    return _open(database, cast)


@pytest.fixture
def browser(app):
    return TestClient(
        app,
        base_url=BASE_URL,
        headers={"sec-fetch-site": "same-origin", "origin": BASE_URL},
        follow_redirects=False,
    )


def tap(browser, token):
    return browser.post("/x", json={"t": token, "kind": "join"}).json()


def test_a_link_that_is_pulled_back_lets_its_browser_into_the_hour_no_longer(
    database, browser, session
):
    infusion_id, token = session
    tap(browser, token)
    assert browser.get(f"/session/{infusion_id}").status_code == 200

    with database.session() as db:
        magic_links.revoke(magic_links.find(db, token))

    assert browser.get(f"/session/{infusion_id}").status_code == 403


def test_one_tap_leads_from_the_text_to_three_questions(browser, session):
    infusion, token = session

    opened = tap(browser, token)
    page = browser.get(opened["address"])

    assert opened["address"] == f"/session/{infusion}"
    assert page.status_code == 200
    assert page.text.count("<fieldset") == 3
    assert "not a monitor" in page.text
    for word in ("dose", "tablet", "mg"):
        assert word not in page.text


def test_three_times_yes_leads_to_the_clock_which_begins_when_it_is_pressed(browser, session):
    infusion, token = session
    tap(browser, token)

    ready = browser.post(f"/session/{infusion}/questions", data=YES)
    page = browser.get(ready.headers["location"])
    assert 'data-action="begin"' in page.text
    browser.post(f"/session/{infusion}/beginning")
    page = browser.get(f"/session/{infusion}")

    assert 'data-action="begin"' not in page.text
    assert f'data-began="{FRIDAY_NOON.isoformat()}"' in page.text
    assert 'data-action="need-help"' in page.text


@pytest.mark.parametrize("name", YES)
def test_whoever_is_not_ready_waits_and_staff_are_told(browser, session, database, name):
    infusion, token = session
    tap(browser, token)

    answer = browser.post(f"/session/{infusion}/questions", data=YES | {name: "no"})

    assert "tel:" in answer.text
    script = browser.post(f"/session/{infusion}/help", headers={"accept": "application/json"})
    assert script.json() == {"state": "told", "reached": True}
    with database.session(write=False) as db:
        assert db.scalars(select(SafetyAlert)).one().signal is Signal.SESSION
        assert db.scalars(select(SessionHour)).one().ready_at is None


def test_a_question_without_an_answer_is_asked_again_and_the_others_stand(browser, session):
    infusion, token = session
    tap(browser, token)

    answer = browser.post(f"/session/{infusion}/questions", data={"settled": "yes"})

    assert answer.status_code == 422
    assert "Choose an answer." in answer.text
    assert answer.text.count(" checked") == 1


def test_help_alerts_staff_and_shows_the_numbers(browser, session, database):
    infusion, token = session
    tap(browser, token)

    answer = browser.post(f"/session/{infusion}/help")

    assert 'href="tel:911"' in answer.text
    with database.session(write=False) as db:
        assert db.scalars(select(SafetyAlert)).one().signal is Signal.SESSION
        assert db.scalars(select(Message).where(Message.purpose == Purpose.SAFETY)).all()


def test_a_phone_that_began_without_signal_tells_when(browser, session, database):
    infusion, token = session
    tap(browser, token)
    browser.post(f"/session/{infusion}/questions", data=YES)
    began_at = FRIDAY_NOON + timedelta(minutes=2)
    clock.stand_still(FRIDAY_NOON + timedelta(minutes=20), machine=FRIDAY_NOON)

    told = browser.post(f"/session/{infusion}/beginning", json={"at": began_at.isoformat()})

    assert told.json()["began"] == began_at.isoformat()


@pytest.mark.parametrize("at", [None, 7, "soon", "2026-11-20T12:00"])
def test_a_beginning_that_cannot_be_read_is_now(browser, session, at):
    infusion, token = session
    tap(browser, token)
    browser.post(f"/session/{infusion}/questions", data=YES)

    told = browser.post(f"/session/{infusion}/beginning", json={"at": at})

    assert told.json()["began"] == FRIDAY_NOON.isoformat()


def test_the_clock_does_not_begin_before_the_questions(browser, session):
    infusion, token = session
    tap(browser, token)

    assert browser.post(f"/session/{infusion}/beginning").status_code == 422
    assert browser.post(f"/session/{infusion}/beginning", json={}).status_code == 409


def test_after_its_hour_nothing_is_asked(browser, session):
    infusion, token = session
    tap(browser, token)
    browser.post(f"/session/{infusion}/questions", data=YES)
    browser.post(f"/session/{infusion}/beginning")
    browser.post(f"/session/{infusion}/end")

    page = browser.get(f"/session/{infusion}")

    main = page.text.split("<main")[1].split("</main>")[0]
    assert "You are back." in main
    assert "<form" not in main


def test_our_own_sound_and_the_clinics_are_sent_whole_and_in_pieces(app, database, cast, browser):
    rain = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(range(200))
    infusion, token = _open(database, cast, audio=rain)
    tap(browser, token)

    whole = browser.get(f"/session/{infusion}/sound")
    piece = browser.get(f"/session/{infusion}/sound", headers={"range": "bytes=4-9"})

    assert whole.content == rain
    assert whole.headers["content-type"] == "audio/wav"
    assert (piece.status_code, piece.content) == (206, rain[4:10])


def test_without_a_file_of_the_clinic_our_own_quiet_sound_is_heard(browser, session):
    infusion, token = session
    tap(browser, token)

    heard = browser.get(f"/session/{infusion}/sound")

    assert heard.content[:4] == b"RIFF"
    assert len(heard.content) <= 500_000


def test_with_a_clinician_beside_it_the_clock_stands_in_the_room(browser, database, cast):
    infusion, token = _open(database, cast, video=True)
    tap(browser, token)
    ready = browser.post(f"/session/{infusion}/questions", data=YES)

    moved = browser.get(ready.headers["location"])
    room = browser.get(moved.headers["location"])

    assert moved.headers["location"].startswith("/visits/")
    assert 'id="remote"' in room.text
    assert "data-quiet-hour" in room.text
    assert 'data-action="need-help"' in room.text


@pytest.mark.parametrize("path", ["", "/sound"])
def test_nobody_else_sees_that_there_is_an_hour(
    client, signed_in, cast, browser, session, database, path
):
    infusion, _ = session

    for other in (client, signed_in(cast.maya), signed_in(cast.noor), browser):
        assert other.get(f"/session/{infusion}{path}").status_code == 403
    assert signed_in(cast.theo).get(f"/session/{infusion}{path}").status_code == 200


@pytest.mark.parametrize("path", ["questions", "beginning", "end", "help"])
def test_nobody_else_presses_a_button_of_it(signed_in, cast, session, database, path):
    infusion, _ = session

    assert signed_in(cast.maya).post(f"/session/{infusion}/{path}").status_code == 403
    with database.session(write=False) as db:
        assert db.scalars(select(SafetyAlert)).all() == []


@pytest.mark.parametrize("wrong", ["no-uuid", "00000000-0000-7000-8000-000000000000"])
def test_an_address_of_no_hour_tells_nothing(browser, session, wrong):
    _, token = session
    tap(browser, token)

    assert browser.get(f"/session/{wrong}").status_code == 403


def test_what_staff_closed_opens_nothing(browser, session, database):
    infusion, token = session
    with database.session() as db:
        hour = hours.of(db, infusion)
        hours.close(db, hour, by=None)

    assert tap(browser, token)["state"] == "unknown"


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_clock_for_nobody_is_the_same_for_everybody(client, signed_in, cast, language):
    nobodys = client.get(f"/session/shell/{language}")

    assert nobodys.status_code == 200
    assert nobodys.content == signed_in(cast.maya).get(f"/session/shell/{language}").content
    assert client.get("/session/shell/xx").status_code == 404
