"""After a quarter of an hour the desk is covered. What was typed there waits for who typed it."""

from base64 import b64decode
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from app import clock
from app.access import invitations, web_sessions
from app.access.covers import KEPT
from app.access.models import SessionKind, WebSession
from app.people.models import Patient, Practitioner
from app.safety import escalation
from app.safety.models import Signal
from app.telehealth.line import SESSION_OVER
from app.web.guards import COOKIES
from tests.access.authenticator import Authenticator
from tests.conftest import BASE_URL, FRIDAY_NOON

ADDRESS = BASE_URL.replace("https", "wss") + "/clinic/live"
STAFF = COOKIES[SessionKind.STAFF]


@pytest.fixture
def browser(app):
    """One browser at the clinic, used by whoever stands before it."""
    with TestClient(
        app,
        base_url=BASE_URL,
        headers={"sec-fetch-site": "same-origin", "origin": BASE_URL},
        follow_redirects=False,
    ) as browser:
        yield browser


@pytest.fixture
def take_up(browser, database):
    """`take_up(person)`: their device, after they made a passkey in the browser at the clinic."""

    def take_up(person):
        with database.session() as db:
            token = invitations.invite(db, db.get_one(Practitioner, person.id), by=None)
        device = Authenticator()
        options = browser.post("/invitation/challenge", json={"t": token}).json()["options"]
        answer = {"t": token, "credential": device.create(options)}
        assert browser.post("/invitation/passkey", json=answer).status_code == 200
        return device

    return take_up


def _rest(**time):
    clock.stand_still(FRIDAY_NOON, machine=clock.machine_now() + timedelta(**time))


def _show(browser, device):
    options = browser.post("/clinic/sign-in/challenge").json()["options"]
    credential = {"credential": device.get(options)}
    assert browser.post("/clinic/sign-in/passkey", json=credential).status_code == 200


def _key(browser):
    with browser.websocket_connect(ADDRESS) as line:
        word, key = line.receive_text().split()
        assert (word, line.receive_text()) == ("cover", "changed")
        return b64decode(key)


def test_whoever_comes_back_finds_the_key_of_what_they_typed(browser, take_up, cast):
    device = take_up(cast.dr_okafor)
    key = _key(browser)

    _rest(minutes=15)
    assert browser.get("/clinic").headers["location"] == "/clinic/sign-in"
    _show(browser, device)

    assert len(key) == 32
    assert _key(browser) == key


def test_the_line_of_a_rested_session_brings_no_key(browser, take_up, cast):
    take_up(cast.dr_okafor)
    _rest(minutes=15)

    with browser.websocket_connect(ADDRESS) as line, pytest.raises(WebSocketDisconnect) as closed:
        line.receive_text()

    assert closed.value.code == SESSION_OVER


def test_whoever_comes_next_reads_nothing_that_another_typed(browser, take_up, cast, database):
    device, others = take_up(cast.dr_okafor), take_up(cast.jordan)
    _show(browser, device)
    key = _key(browser)
    _rest(minutes=15)

    _show(browser, others)
    assert _key(browser) != key
    _rest(minutes=15)
    _show(browser, device)

    assert _key(browser) != key
    with database.session(write=False) as db:
        kept = [each for each in db.scalars(select(WebSession)) if each.cover_key]
        assert [each.practitioner_id for each in kept] == [cast.dr_okafor.id]


@pytest.mark.parametrize("door", ["/clinic/sign-out", "/clinic/me/sign-out"])
def test_signing_out_leaves_no_key(browser, take_up, cast, database, door):
    take_up(cast.dr_okafor)
    browser.post(door)

    with database.session(write=False) as db:
        assert not any(each.cover_key_sealed for each in db.scalars(select(WebSession)))


def test_after_a_weekend_nobody_lifts_a_cover_any_more(browser, take_up, cast, database):
    take_up(cast.dr_okafor)
    for time, is_kept in ((timedelta(0), True), (timedelta(hours=12) + KEPT, False)):
        _rest(seconds=time.total_seconds())
        with database.session() as db:
            web_sessions.forget_old(db)
            assert bool(db.scalars(select(WebSession)).one().cover_key) is is_kept


def test_whoever_works_at_two_clinics_goes_on_where_the_cover_fell(
    browser, take_up, cast, database
):
    device = take_up(cast.dr_okafor)
    with database.session() as db:
        token = invitations.invite(db, db.get_one(Practitioner, cast.dr_lind.id), by=None)
    options = browser.post("/invitation/known/challenge", json={"t": token}).json()["options"]
    known = {"t": token, "credential": device.get(options)}
    assert browser.post("/invitation/known", json=known).status_code == 200
    _rest(minutes=15)

    _show(browser, device)

    assert cast.neighbour.name in browser.get("/clinic").text


def test_somebody_who_types_is_not_covered(browser, take_up, cast):
    take_up(cast.dr_okafor)
    with browser.websocket_connect(ADDRESS) as line:
        line.receive_text()
        line.receive_text()
        _rest(minutes=14)
        line.send_text("here")
    _rest(minutes=14)

    assert browser.get("/clinic").status_code == 200


def test_being_there_wakes_no_session_that_is_over(browser, take_up, cast, database):
    take_up(cast.dr_okafor)
    with browser.websocket_connect(ADDRESS) as line:
        line.receive_text()
        line.receive_text()
        with database.session() as db:
            db.execute(update(WebSession).values(seen_at=clock.machine_now() - timedelta(hours=1)))
        line.send_text("here")

    assert browser.get("/clinic").headers["location"] == "/clinic/sign-in"


def _needed(browser):
    return browser.get("/clinic/sign-in/needed").json()


@pytest.fixture
def alarm(database, cast):
    """Maya's words may mean danger, and nobody has acknowledged it."""
    with database.session() as db:
        escalation.raise_alert(db, db.get_one(Patient, cast.maya.id), Signal.CONTROL)


def test_a_covered_desk_says_how_many_are_waiting_for_somebody_and_not_who(
    browser, take_up, alarm, cast, database
):
    take_up(cast.dr_okafor)
    with database.session() as db:
        db.get_one(Practitioner, cast.dr_okafor.id).ring_aloud = True
    _rest(minutes=16)

    said = browser.get("/clinic/sign-in/needed")

    assert said.json() == {
        "count": 1,
        "words": "Somebody needs one of you now. Sign in, or have a colleague look.",
        "ring": True,
    }
    assert "Maya" not in said.text
    assert said.headers["cache-control"] == "no-store"


def test_it_says_so_to_no_other_browser_and_not_after_signing_out(
    app, browser, take_up, alarm, cast
):
    take_up(cast.dr_okafor)
    with TestClient(app, base_url=BASE_URL) as other:
        assert _needed(other) == {"count": 0, "words": "", "ring": False}
    assert _needed(browser)["count"] == 1

    browser.post("/clinic/sign-out")

    assert _needed(browser)["count"] == 0


def test_it_says_so_no_longer_than_the_session_could_have_lived(browser, take_up, alarm, cast):
    take_up(cast.dr_okafor)
    _rest(hours=11, minutes=59)
    assert _needed(browser)["count"] == 1

    _rest(minutes=1)

    assert _needed(browser)["count"] == 0


def test_the_desk_of_somebody_who_left_says_nothing(browser, take_up, alarm, cast, database):
    take_up(cast.dr_okafor)
    with database.session() as db:
        db.get_one(Practitioner, cast.dr_okafor.id).disabled_at = clock.now()

    assert _needed(browser)["count"] == 0
