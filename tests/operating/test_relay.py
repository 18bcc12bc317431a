"""Calls find a way through the relay as we ship it, and nobody else does."""

from contextlib import nullcontext

import pytest
from pydantic import SecretStr

from app.cli.checks import relay as checks
from app.cli.checks.stun import Place


def states(settings, urls, secret="a-secret-between-two"):
    changed = {"turn_urls": tuple(urls), "turn_secret": SecretStr(secret)}
    found = list(checks.relays(settings.model_copy(update=changed)))
    return [each.state for each in found], " ".join(each.words for each in found)


def test_each_way_to_the_relay_is_tried(settings, relay):
    with relay() as urls:
        found, words = states(settings, urls)

    assert found == ["ok"] * 4, words
    assert words.count("relays") == 3


def test_another_secret_lets_nobody_in(settings, relay):
    with relay(secret="turned") as urls:
        found, words = states(settings, urls)

    assert found == ["ok", "fail", "fail", "fail"]
    assert "refuses (401): is AFTERGLOW_TURN_SECRET" in words


def test_a_relay_into_ones_own_network_is_told_of(settings, relay):
    def open_up(text):
        return "".join(line + "\n" for line in text.splitlines() if "denied-peer" not in line)

    with relay(change=open_up) as urls:
        found, words = states(settings, urls[1:2])

    assert found == ["warn"]
    assert "set denied-peer-ip" in words


@pytest.mark.parametrize(
    ("urls", "state", "words"),
    [
        ((), "warn", "no TURN server is set"),
        (("turn:127.0.0.1:9?transport=tcp",), "fail", "does not answer"),
        (("http://turn.example",), "fail", "is no STUN or TURN address"),
    ],
)
def test_a_relay_that_is_not_there_is_named(settings, urls, state, words):
    found, said = states(settings, urls)

    assert found == [state]
    assert words in said


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("turn:a.example", ("turn", "a.example", 3478, "udp")),
        ("turns:a.example", ("turns", "a.example", 5349, "tcp")),
        ("turns:a.example:443?transport=tcp", ("turns", "a.example", 443, "tcp")),
        ("stun:[2001:db8::1]:3478", ("stun", "2001:db8::1", 3478, "udp")),
        ("turn:a.example:80?transport=tcp", ("turn", "a.example", 80, "tcp")),
        ("turn:", None),
        ("a.example", None),
        ("turn:a.example:port", None),
    ],
)
def test_addresses_of_relays_are_read_as_browsers_read_them(url, place):
    with nullcontext() if place else pytest.raises(ValueError, match=r".*"):
        read = Place.of(url)

        assert (read.scheme, read.host, read.port, read.transport) == place
