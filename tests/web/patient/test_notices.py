"""Notices are turned on by a tap on a calm day, and off by one tap on any."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.push.models import PushSubscription
from app.scheduling.models import Encounter
from tests.conftest import FRIDAY_NOON

ENDPOINT = "https://web.push.apple.com/QGPJ"


@pytest.fixture
def maya(signed_in, database, cast):
    with database.session() as db:
        db.execute(update(Encounter).values(ended_at=FRIDAY_NOON - timedelta(hours=25)))
    return signed_in(cast.maya)


@pytest.fixture
def turn_on(browser_keys):
    def turn_on(browser, endpoint=ENDPOINT, **differs):
        _, p256dh, auth = browser_keys()
        keys = {"p256dh": p256dh, "auth": auth} | differs
        return browser.post("/push/subscriptions", json={"endpoint": endpoint, "keys": keys})

    return turn_on


@pytest.fixture
def rows(database):
    def rows():
        with database.session(write=False) as db:
            return list(db.scalars(select(PushSubscription)))

    return rows


def test_a_tap_turns_them_on_and_the_page_says_where(maya, turn_on, rows):
    assert "Turn notices on here" in maya.get("/notices").text
    key = maya.post("/push/key", json={}).json()["key"]
    assert len(key) == 87

    answer = turn_on(maya)

    assert answer.status_code == 201
    (row,) = rows()
    page = maya.get("/notices").text
    assert f"/push/{row.id}/off" in page
    assert row.endpoint_hash.hex() in page
    assert ENDPOINT not in page


def test_one_tap_turns_them_off(maya, turn_on, rows):
    turn_on(maya)
    (row,) = rows()

    answer = maya.post(f"/push/{row.id}/off")

    assert answer.headers["location"] == "/notices"
    assert rows()[0].ended_at is not None
    assert f"/push/{row.id}/off" not in maya.get("/notices").text


def test_nobody_turns_off_another_one_s(maya, signed_in, cast, turn_on, rows):
    turn_on(maya)

    assert signed_in(cast.theo).post(f"/push/{rows()[0].id}/off").status_code == 404
    assert rows()[0].ended_at is None


@pytest.mark.parametrize(
    "differs",
    [
        {"endpoint": "https://push.example.org/a"},
        {"endpoint": "http://web.push.apple.com/a"},
        {"endpoint": ""},
        {"p256dh": "AAAA"},
        {"auth": ""},
    ],
)
def test_what_is_no_browser_of_today_is_refused_in_words(maya, turn_on, rows, differs):
    answer = turn_on(maya, **differs)

    assert answer.status_code == 422
    assert "Texts always do" in answer.json()["message"]
    assert rows() == []


@pytest.mark.parametrize("posted", [{}, {"keys": "none"}, {"endpoint": 7, "keys": []}])
def test_a_strange_body_is_refused_like_any_other(maya, posted):
    assert maya.post("/push/subscriptions", json=posted).status_code == 422


def test_within_a_day_of_a_dose_it_can_wait(maya, database, turn_on, rows):
    with database.session() as db:
        db.execute(update(Encounter).values(ended_at=FRIDAY_NOON - timedelta(hours=23)))

    answer = turn_on(maya)

    assert answer.status_code == 422
    assert "tomorrow" in answer.json()["message"]
    assert rows() == []
    assert "Turn notices on here" not in maya.get("/notices").text


def test_turning_off_never_has_to_wait(maya, database, turn_on, rows):
    turn_on(maya)
    with database.session() as db:
        db.execute(update(Encounter).values(ended_at=FRIDAY_NOON - timedelta(hours=1)))

    assert maya.post(f"/push/{rows()[0].id}/off").status_code == 303
    assert rows()[0].ended_at is not None


def test_nobody_subscribes_without_being_signed_in(client, turn_on, rows):
    assert turn_on(client).headers["location"] == "/sign-in"
    assert rows() == []


def test_looking_at_the_page_makes_no_key(maya, everything):
    maya.get("/notices")
    before = everything()

    maya.get("/notices")

    assert everything() == before


def test_signing_out_everywhere_ends_them_on_a_lost_phone_too(maya, turn_on, rows):
    turn_on(maya)

    maya.post("/devices/sign-out")

    assert rows()[0].ended_at is not None
    assert rows()[0].endpoint_sealed is None
