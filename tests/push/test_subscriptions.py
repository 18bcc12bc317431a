"""A browser takes notices from one tap until another."""

import pytest

from app.push import subscriptions, vapid
from app.push.endpoints import is_known
from app.push.models import VapidKey
from app.refusal import Refusal
from app.settings import Settings

HOSTS = Settings(_env_file=None).push_hosts


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
        "https://web.push.apple.com/QGPJ",
        "https://wns2-par02p.notify.windows.com/w/?token=BQ",
        "https://fcm.googleapis.com:443/fcm/send/abc",
    ],
)
def test_the_services_of_today_s_browsers_are_known(endpoint):
    assert is_known(endpoint, HOSTS)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/",
        "https://push.example.org/abc",
        "https://fcm.googleapis.com.example.org/abc",
        "https://notfcm.googleapis.com.evil/abc",
        "https://push.apple.com/abc",  # the name itself is no service
        "https://evilpush.apple.com/abc",
        "https://fcm.googleapis.com:8443/abc",
        "https://fcm.googleapis.com@127.0.0.1/abc",
        "https://somebody@fcm.googleapis.com/abc",
        "https://fcm.googleapis.com/abc\r\nHost: elsewhere",
        "https://fcm.googleapis.com/ñ",
        "https://fcm.googleapis.com:port/abc",
        "https://fcm.googleapis.com/" + "a" * 1000,
        "file:///etc/passwd",
    ],
)
def test_no_other_address_is_ever_asked(endpoint):
    assert not is_known(endpoint, HOSTS)


def test_a_strange_service_is_refused_and_nothing_is_kept(subscribe, browsers):
    with pytest.raises(Refusal):
        subscribe(endpoint="https://push.example.org/abc")

    assert browsers() == []


def test_what_names_the_browser_rests_sealed(subscribe, browsers):
    row, _, auth = subscribe()

    (browser,) = browsers()
    assert browser.endpoint == "https://fcm.googleapis.com/fcm/send/0"
    assert browser.auth == auth
    for resting in (browser.endpoint_sealed, browser.p256dh_sealed, browser.auth_sealed):
        assert b"googleapis" not in resting
        assert auth.encode() not in resting
    assert row.device == "iPhone"


def test_asked_twice_it_is_one_subscription(subscribe, browsers):
    subscribe(endpoint="https://fcm.googleapis.com/a")
    subscribe(endpoint="https://fcm.googleapis.com/a")

    assert len(browsers()) == 1


def test_a_phone_that_changed_hands_takes_the_new_one_s_notices_alone(subscribe, browsers, cast):
    subscribe(endpoint="https://fcm.googleapis.com/a")
    subscribe(cast.noor, endpoint="https://fcm.googleapis.com/a")

    (browser,) = browsers()
    assert browser.patient_id == cast.noor.id
    assert browser.endpoint == "https://fcm.googleapis.com/a"


def test_turned_off_it_is_gone_and_can_come_back(subscribe, browsers, database, cast):
    row, _, _ = subscribe(endpoint="https://fcm.googleapis.com/a")
    with database.session() as db:
        again = db.get_one(type(row), row.id)
        subscriptions.turn_off(db, again.patient, again)
    assert browsers()[0].endpoint_sealed is None
    assert browsers()[0].ended_at is not None

    subscribe(endpoint="https://fcm.googleapis.com/a")

    assert browsers()[0].ended_at is None


def test_the_sixth_browser_takes_the_oldest_one_s_place(subscribe, browsers):
    for _ in range(6):
        subscribe()

    assert [browser.ended_at is None for browser in browsers()] == [False] + [True] * 5


def test_an_installation_has_one_key(database):
    with database.session() as db:
        first = vapid.public_key(db)
    with database.session() as db:
        assert vapid.public_key(db) == first
        (key,) = db.query(VapidKey).all()
    assert len(key.private_sealed) > 32
