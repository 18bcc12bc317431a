"""The doctor looks at the public address as the world does: through the proxy that stands there."""

import pytest
from pydantic import SecretStr

from app.cli.checks import outside
from app.cli.checks.finding import State


def states(settings, *checks):
    found = [each for check in checks or outside.CHECKS for each in check(settings)]
    return {each.check: each.state for each in found}, " ".join(each.words for each in found)


def test_a_good_installation_is_well_seen_from_outside(installed, front, cast):
    with front():
        found, words = states(installed)

    assert found == dict.fromkeys(("certificate", "pages", "sockets", "webhooks"), "ok") | {
        "hour": State.WARN  # Twilio's is not to be had here
    }
    assert "valid, 59 days left" in words


@pytest.mark.parametrize(
    ("days", "state", "words"),
    [
        (10, "ok", "9 days"),
        (5, "warn", "4 days left"),
        (1, "fail", "24 h left"),
        (-1, "fail", "expired"),
    ],
)
def test_a_certificate_that_ends_is_told_of_before(installed, front, cast, days, state, words):
    with front(days=days):
        found, said = states(installed, outside.certificate)

    assert found["certificate"] == state
    assert words in said


def test_a_certificate_that_nobody_believes_is_none(installed, front, cast, monkeypatch):
    with front():
        monkeypatch.delenv("SSL_CERT_FILE")
        found, words = states(installed, outside.certificate)

    assert found == {"certificate": "fail"}
    assert "browsers refuse it" in words


def test_a_proxy_that_passes_no_sockets_on_is_named(installed, front, cast):
    with front(change=lambda text: text.replace("proxy_set_header Upgrade", "#")):
        found, _ = states(installed, outside.pages)

    assert found == {"pages": "ok", "sockets": "fail"}


def test_figures_that_the_world_may_read_are_told_of(installed, front, cast):
    def open_up(text):
        return text.replace("location = /metrics { return 404; }", "").replace(
            "proxy_set_header X-Forwarded-For $remote_addr;", ""
        )

    with front(change=open_up):
        found, _ = states(installed, outside.pages)

    assert found["metrics"] == "warn"


def test_processes_that_have_another_token_refuse_twilio(installed, front, cast):
    with front():
        found, words = states(
            installed.model_copy(update={"twilio_auth_token": (SecretStr("another"),)}),
            outside.webhooks,
        )

    assert found == {"webhooks": "fail"}
    assert "our own signature is refused" in words


def test_nobody_at_the_address_is_a_failure_of_each(installed, authority):
    found, _ = states(installed)

    assert found == dict.fromkeys(("certificate", "pages", "webhooks"), "fail") | {"hour": "warn"}


def test_looking_leaves_nothing_behind(installed, front, cast, database):
    tables = "SELECT count(*) FROM inbound_text", "SELECT count(*) FROM web_session"
    with front():
        states(installed)

        with database.session(write=False) as db:
            counts = [db.connection().exec_driver_sql(each).scalar() for each in tables]
    assert counts == [0, 0]
