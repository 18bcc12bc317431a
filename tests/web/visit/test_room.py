import html
import json
import re

import pytest
from sqlalchemy import select

from app.people.models import Patient
from app.telehealth.models import Seat


@pytest.fixture
def with_an_address(database, cast):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).home_address = "14 Elm Street, NY"


def start_of(text):
    found = re.search(r'data-start="([^"]*)"', text)
    assert found
    return json.loads(html.unescape(found[1]))


def test_the_room_says_who_is_coming_and_has_both_pictures(tap, address):
    page = tap().get(address).text

    assert "Dr. Okafor is coming." in page
    assert re.search(r'<video[^>]*id="remote"[^>]*autoplay playsinline muted', page)
    assert re.search(r'<video[^>]*id="local"[^>]*hidden', page)


@pytest.mark.parametrize(
    "action",
    ["mute", "camera", "self", "flip", "end", "phone-me", "not-today", "unsafe", "gentle"],
)
def test_every_control_of_the_room_carries_its_name(tap, address, action):
    assert f'data-action="{action}"' in tap().get(address).text


def test_a_bare_link_shows_no_address_no_number_and_no_name_of_the_patient(
    tap, address, cast, with_an_address
):
    phone = tap()

    for text in (phone.opened["html"], phone.get(address).text):
        assert "Elm Street" not in text
        assert "555-0142" not in text
        assert "5550142" not in text
        assert "Maya" not in text
        assert "ending in 42" in text


def test_a_ghost_is_handed_no_offer_and_no_relay(tap):
    start = start_of(tap().opened["html"])

    assert start == {"state": "ghost", "peer": None, "sdp": None, "ice": []}


def test_looking_at_the_room_changes_nothing(database, tap, address):
    phone = tap()

    for _ in range(3):
        assert phone.get(address).status_code == 200

    with database.session() as db:
        (seat,) = db.scalars(select(Seat)).all()
        assert seat.claimed_at is None


def test_without_its_link_the_room_tells_nothing(client, address):
    response = client.get(address)

    assert response.status_code == 403
    assert "tap the link in the text again" in response.text
    assert "Okafor" not in response.text


def test_a_signed_in_patient_sits_down_with_one_press(signed_in, cast, address):
    phone = signed_in(cast.maya)
    assert "Join" in phone.get(address).text

    response = phone.post(f"{address}/seat")

    assert response.headers["location"].endswith(address)
    assert start_of(phone.get(address).text)["state"] == "claimed"


@pytest.mark.parametrize("outsider", ["theo", "noor"])
def test_somebody_elses_visit_opens_for_nobody(signed_in, cast, address, outsider):
    phone = signed_in(getattr(cast, outsider))

    assert phone.get(address).status_code == 403
    for path in ("seat", "claim", "whereabouts", "phone-me", "leaving", "link"):
        assert phone.post(f"{address}/{path}").status_code == 403


def test_words_for_scripts_stand_in_the_page(tap):
    assert "<script" not in tap().opened["html"]
    assert "style=" not in tap().opened["html"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_room_that_is_filled_in_is_the_room_that_is_drawn(
    app, browser, link, language, monkeypatch
):
    def opened():
        new = browser()
        new.cookies.set("__Host-ag_lang", language, domain="afterglow.test")
        return new.post("/x", json={"t": link, "kind": "join"}).json()["html"]

    first, filled_in = opened(), opened()
    kept = len(app.state.filled_in)
    monkeypatch.setattr(app.state.filled_in, "render", lambda *_: None)

    assert kept == 1
    assert first == filled_in == opened()
