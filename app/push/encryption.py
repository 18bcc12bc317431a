"""A notice's words, sealed for one browser (RFC 8291 over RFC 8188's `aes128gcm`).

The push service that carries them learns nothing but that something was sent: every payload has
the same length.
"""

import base64
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SEALED_LENGTH = 1024  # of every notice: no service has to take more than 4096
_CURVE = ec.SECP256R1()
_KEY_LENGTH, _AUTH_LENGTH, _SALT_LENGTH, _TAG_LENGTH = 65, 16, 16, 16
_HEADER_LENGTH = _SALT_LENGTH + 4 + 1 + _KEY_LENGTH
_LAST_RECORD = b"\x02"


def seal(
    plain: bytes,
    p256dh: str,
    auth: str,
    *,
    salt: bytes | None = None,
    sender: ec.EllipticCurvePrivateKey | None = None,
    length: int = SEALED_LENGTH,
) -> bytes:
    """The body to hand to the push service. Salt and sender's key are new each time.

    Raises ValueError for keys that are none, and for words that do not fit.
    """
    salt = salt or os.urandom(_SALT_LENGTH)
    sender = sender or ec.generate_private_key(_CURVE)
    receivers, sent_from = decoded(p256dh), point(sender.public_key())
    shared = sender.exchange(
        ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, receivers)
    )
    secret = _expand(shared, decoded(auth), b"WebPush: info\x00" + receivers + sent_from, 32)
    key = _expand(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _expand(secret, salt, b"Content-Encoding: nonce\x00", 12)
    room = length - _HEADER_LENGTH - _TAG_LENGTH
    record = plain + _LAST_RECORD
    if len(record) > room:
        raise ValueError("a notice is too long")
    sealed = AESGCM(key).encrypt(nonce, record.ljust(room, b"\x00"), None)
    header = salt + length.to_bytes(4, "big") + bytes([_KEY_LENGTH]) + sent_from
    return header + sealed


def are_keys(p256dh: str, auth: str) -> bool:
    """Whether these are what a browser gives: a point of the curve, and sixteen bytes."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, decoded(p256dh))
        return len(decoded(p256dh)) == _KEY_LENGTH and len(decoded(auth)) == _AUTH_LENGTH
    except ValueError:
        return False


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as browsers and push services write it."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encoded(value: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def decoded(value: str) -> bytes:
    """The bytes of base64url, padded or not. Raises ValueError."""
    return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)


def _expand(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
