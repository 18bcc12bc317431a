import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.security import tokens

MISTAKEN_FOR_OTHERS = set("0OIl")


@given(st.binary(min_size=16, max_size=16))
def test_every_token_has_22_signs_that_no_phone_drops_from_an_address(value):
    token = tokens.base58(value)

    assert len(token) == 22
    assert token.isascii()
    assert token.isalnum()
    assert not set(token) & MISTAKEN_FOR_OTHERS
    assert tokens.looks_like_token(token)


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_two_values_never_share_a_token(left, right):
    assert (tokens.base58(left) == tokens.base58(right)) is (left == right)


def test_no_token_comes_twice():
    drawn = {tokens.new_token() for _ in range(1000)}

    assert len(drawn) == 1000
    # Of fewer than 128 bits not every sign would be drawn.
    assert all(len({token[place] for token in drawn}) > 20 for place in range(22))


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        [],
        {},
        "",
        "-",
        "1" * 21,
        "1" * 23,
        "0" + "1" * 21,
        "1" * 21 + "\n",
        " " + "1" * 21,
        "é" * 22,
        "\ud800" * 22,
    ],
)
def test_what_is_no_token_is_seen_at_once(value):
    assert not tokens.looks_like_token(value)


def test_parts_that_run_together_alike_derive_differently():
    assert tokens.derive(b"k", b"ab", b"c") != tokens.derive(b"k", b"a", b"bc")
    assert tokens.derive(b"k", b"abc") != tokens.derive(b"k", b"abc", b"")
    assert tokens.derive(b"k", b"abc") != tokens.derive(b"l", b"abc")


def test_what_is_derived_stays_the_same_from_one_version_to_the_next():
    # Links that wait in people's phones must still open after an update.
    assert tokens.derive(b"k" * 32, b"link", b"join").hex() == (
        "c88043da1731cb9bcee3f601ca840661994e672c2fc405f014f3ddc537ca654d"
    )
