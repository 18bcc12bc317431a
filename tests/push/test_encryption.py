"""What a push service carries can be read by one browser alone."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from app.push import encryption
from app.push.encryption import decoded, encoded
from tests.push.receiving import opened

# RFC 8291, section 5 and appendix A
PLAIN = b"When I grow up, I want to be a watermelon"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
RECEIVER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
    "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_standard_s_own_example_comes_out_byte_for_byte():
    sender = ec.derive_private_key(int.from_bytes(decoded(SENDER), "big"), ec.SECP256R1())
    expected = decoded(BODY)

    body = encryption.seal(
        PLAIN, RECEIVER, AUTH, salt=decoded(SALT), sender=sender, length=len(expected)
    )

    # The example says "records of up to 4096"; ours names its own length.
    assert body[:16] + body[20:] == expected[:16] + expected[20:]


def test_the_browser_it_is_for_reads_it(browser_keys):
    private, p256dh, auth = browser_keys()

    body = encryption.seal("Un minuto tranquilo, ñ".encode(), p256dh, auth)

    assert opened(body, private, auth).decode() == "Un minuto tranquilo, ñ"


def test_another_browser_does_not(browser_keys):
    _, p256dh, auth = browser_keys()
    stranger, _, _ = browser_keys()

    body = encryption.seal(b"a quiet minute", p256dh, auth)

    with pytest.raises(InvalidTag):
        opened(body, stranger, auth)


def test_length_and_salt_tell_nothing(browser_keys):
    _, p256dh, auth = browser_keys()

    short, long = (encryption.seal(words, p256dh, auth) for words in (b"a", b"b" * 400))

    assert len(short) == len(long) == encryption.SEALED_LENGTH
    assert short[:16] != long[:16]


def test_words_that_do_not_fit_are_not_cut(browser_keys):
    _, p256dh, auth = browser_keys()

    with pytest.raises(ValueError, match="too long"):
        encryption.seal(b"a" * 2000, p256dh, auth)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", ""),
        (RECEIVER[:-4], AUTH),
        (encoded(b"\x04" + b"\x01" * 64), AUTH),  # no point of the curve
        (RECEIVER, encoded(b"\x07" * 8)),
        ("not base64 !!", AUTH),
    ],
)
def test_what_is_no_key_is_seen_to_be_none(p256dh, auth):
    assert not encryption.are_keys(p256dh, auth)


def test_what_a_browser_gives_is_a_key():
    assert encryption.are_keys(RECEIVER, AUTH)
