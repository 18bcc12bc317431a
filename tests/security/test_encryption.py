import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.security import encryption
from app.security.encryption import Unreadable

KEY = b"k" * 32
PLACE = b"patient.given_name."


@given(st.binary(max_size=300), st.integers(0, 65_535), st.binary(max_size=60))
def test_what_was_sealed_opens_again_in_its_place(plain, number, place):
    sealed = encryption.seal(KEY, number, plain, place)

    assert encryption.unseal(KEY, sealed, place) == plain
    assert encryption.key_number(sealed) == number


def test_the_same_words_never_look_the_same_twice():
    assert len({encryption.seal(KEY, 1, b"Maya", PLACE) for _ in range(50)}) == 50


def test_a_sealed_value_shows_nothing_of_its_words():
    assert b"Maya" not in encryption.seal(KEY, 1, b"Maya" * 20, PLACE)


@pytest.mark.parametrize("position", range(43))
def test_asvs_11_3_3_a_value_with_any_byte_changed_is_unreadable(position):
    sealed = bytearray(encryption.seal(KEY, 1, b"twelve bytes", PLACE))
    sealed[position] ^= 1

    with pytest.raises(Unreadable):
        encryption.unseal(KEY, bytes(sealed), PLACE)


@pytest.mark.parametrize("length", range(31))
def test_a_value_cut_short_is_unreadable(length):
    sealed = encryption.seal(KEY, 1, b"twelve bytes", PLACE)

    with pytest.raises(Unreadable):
        encryption.key_number(sealed[:length])
    with pytest.raises(Unreadable):
        encryption.unseal(KEY, sealed[:length], PLACE)


def test_another_place_or_another_key_opens_nothing():
    sealed = encryption.seal(KEY, 1, b"Maya", PLACE)

    with pytest.raises(Unreadable):
        encryption.unseal(KEY, sealed, b"patient.family_name.")
    with pytest.raises(Unreadable):
        encryption.unseal(os.urandom(32), sealed, PLACE)


def test_a_value_of_another_format_is_unreadable():
    with pytest.raises(Unreadable):
        encryption.key_number(b"\x02" + b"\x00" * 40)
