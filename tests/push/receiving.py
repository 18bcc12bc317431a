"""The browser's side of RFC 8291, written from the standard with nothing of ours but base64url."""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.push.encryption import decoded


def opened(body, private, auth) -> bytes:
    """What a browser with this private key and secret reads."""
    salt, size, sender = body[:16], int.from_bytes(body[16:20], "big"), body[21 : 21 + body[20]]
    assert size >= len(body)
    shared = private.exchange(
        ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
    )
    own = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    info = b"WebPush: info\x00" + own + sender
    secret = _hmac(_hmac(decoded(auth), shared), info + b"\x01")
    first = _hmac(salt, secret)
    key = _hmac(first, b"Content-Encoding: aes128gcm\x00\x01")[:16]
    nonce = _hmac(first, b"Content-Encoding: nonce\x00\x01")[:12]
    record = AESGCM(key).decrypt(nonce, body[21 + body[20] :], None).rstrip(b"\x00")
    assert record[-1:] == b"\x02"
    return record[:-1]


def _hmac(key, value):
    return hmac.new(key, value, hashlib.sha256).digest()
