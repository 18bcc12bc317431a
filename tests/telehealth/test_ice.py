import base64
import hashlib
import hmac

from app.settings import Settings
from app.telehealth import ice
from tests.conftest import FRIDAY_NOON


def test_relay_credentials_follow_the_shared_secret_scheme():
    username, credential = ice.credentials("north", "seat-1")

    until, whom = username.split(":")
    expected = hmac.new(b"north", username.encode(), hashlib.sha1).digest()
    assert whom == "seat-1"
    assert 0 < int(until) - FRIDAY_NOON.timestamp() <= 3600
    assert credential == base64.b64encode(expected).decode()


def test_finders_need_no_credentials_and_relays_always_have_them():
    settings = Settings(
        _env_file=None,
        turn_urls="stun:turn.example:3478,turn:turn.example:3478,turns:turn.example:443",
        turn_secret="north",
    )

    finders, relays = ice.servers(settings, "seat-1")

    assert finders == {"urls": ["stun:turn.example:3478"]}
    assert relays["urls"] == ["turn:turn.example:3478", "turns:turn.example:443"]
    assert relays["username"].endswith(":seat-1")


def test_without_relays_nothing_is_handed_out():
    assert ice.servers(Settings(_env_file=None), "seat-1") == []
