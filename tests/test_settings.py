import pytest
from pydantic import ValidationError

from app.settings import Settings

GOOD = {
    "database_url": "sqlite:////srv/afterglow.sqlite3",
    "base_url": "https://care.example.org",
    "secret_keys": "s" * 32,
    "encryption_keys": "e" * 32,
    "sms": "demo",
}
TWILIO = {
    "sms": "twilio",
    "twilio_account_sid": "AC1",
    "twilio_auth_token": "t",
    "twilio_messaging_service_sid": "MG1",
}


def made(**differs):
    return Settings(_env_file=None, **(GOOD | differs))


def missing(**differs):
    return " ".join(made(**differs).missing_for_production())


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    import os

    for name in [name for name in os.environ if name.startswith("AFTERGLOW_")]:
        monkeypatch.delenv(name)


def test_a_complete_installation_lacks_nothing():
    assert missing() == ""
    assert missing(**TWILIO) == ""


def test_an_empty_installation_is_told_everything_at_once():
    wrong = " ".join(Settings(_env_file=None).missing_for_production())

    for name in ("DATABASE_URL", "BASE_URL", "SECRET_KEYS", "ENCRYPTION_KEYS", "SMS"):
        assert f"AFTERGLOW_{name} " in wrong


@pytest.mark.parametrize(
    ("differs", "name"),
    [
        ({"database_url": ""}, "DATABASE_URL"),
        ({"base_url": ""}, "BASE_URL"),
        ({"base_url": "http://care.example.org"}, "BASE_URL"),
        ({"base_url": "https://"}, "BASE_URL"),
        ({"base_url": "https://care.example.org/app"}, "BASE_URL"),
        ({"base_url": "https://care.example.org?x=1"}, "BASE_URL"),
        ({"secret_keys": ""}, "SECRET_KEYS"),
        ({"secret_keys": "s" * 31}, "SECRET_KEYS"),
        ({"secret_keys": "s" * 32 + ",short"}, "SECRET_KEYS"),
        ({"encryption_keys": " , "}, "ENCRYPTION_KEYS"),
        ({"encryption_keys": "short"}, "ENCRYPTION_KEYS"),
        ({"sms": None}, "SMS"),
        (TWILIO | {"twilio_account_sid": ""}, "TWILIO_ACCOUNT_SID"),
        (TWILIO | {"twilio_auth_token": ""}, "TWILIO_AUTH_TOKEN"),
        (TWILIO | {"twilio_messaging_service_sid": ""}, "TWILIO_MESSAGING_SERVICE_SID"),
        ({"turn_urls": "turn:a"}, "TURN_SECRET"),
    ],
)
def test_what_is_missing_or_weak_is_named(differs, name):
    assert f"AFTERGLOW_{name} " in missing(**differs)


def test_several_keys_are_parted_by_commas_in_their_order():
    keys = made(secret_keys=f" {'a' * 32} ,{'b' * 32}, ").secret_keys

    assert [key.get_secret_value() for key in keys] == ["a" * 32, "b" * 32]


def test_a_list_as_json_is_understood_as_well():
    assert made(turn_urls='["turn:a", "stun:b"]').turn_urls == ("turn:a", "stun:b")


def test_nothing_secret_shows_when_settings_are_printed():
    printed = repr(made(**TWILIO, turn_secret="hidden")) + str(made())

    for secret in ("s" * 32, "e" * 32, "hidden"):
        assert secret not in printed


def test_values_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("AFTERGLOW_BASE_URL", "https://care.example.org/")
    monkeypatch.setenv("AFTERGLOW_SECRET_KEYS", "a,b")

    settings = Settings(_env_file=None)

    assert settings.base_url == "https://care.example.org"
    assert len(settings.secret_keys) == 2


@pytest.mark.parametrize(
    ("base_url", "origin", "host"),
    [
        ("https://care.example.org", "https://care.example.org", "care.example.org"),
        ("https://care.example.org:8443/", "https://care.example.org:8443", "care.example.org"),
        ("https://CARE.example.org", "https://care.example.org", "care.example.org"),
    ],
)
def test_origin_and_host_follow_from_the_address(base_url, origin, host):
    assert (made(base_url=base_url).origin, made(base_url=base_url).host) == (origin, host)


@pytest.mark.parametrize(
    "differs", [{"sms": "pigeon"}, {"video": "hologram"}, {"log_format": "xml"}]
)
def test_a_value_that_is_none_of_the_choices_is_refused(differs):
    with pytest.raises(ValidationError):
        made(**differs)


def test_settings_do_not_change_while_running():
    with pytest.raises(ValidationError):
        made().base_url = "https://evil.test"


def test_the_demo_answers_on_both_loopback_names_and_production_on_its_own():
    demo = made(base_url="http://localhost:8000", demo=True)

    assert demo.origins == ("http://localhost:8000", "http://127.0.0.1:8000")
    assert made().origins == ("https://care.example.org",)
