"""AES-256-GCM with a format byte and a key number in front, bound to where the value stands.

sealed = 0x01 ‖ key number (2 bytes) ‖ nonce (12) ‖ ciphertext and tag
"""

import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = 1
_HEAD = struct.Struct(">BH")


class Unreadable(Exception):
    """The value was not sealed under this key for this place, or was changed since."""


def seal(key: bytes, number: int, plain: bytes, place: bytes) -> bytes:
    """Encrypt `plain` under `key`, to be opened only with the same `place`."""
    nonce = os.urandom(12)
    head = _HEAD.pack(_FORMAT, number)
    return head + nonce + AESGCM(key).encrypt(nonce, plain, head + place)


def unseal(key: bytes, sealed: bytes, place: bytes) -> bytes:
    """Decrypt what `seal` made. Raises Unreadable."""
    try:
        return AESGCM(key).decrypt(sealed[3:15], sealed[15:], sealed[:3] + place)
    except (InvalidTag, ValueError):
        raise Unreadable from None


def key_number(sealed: bytes) -> int:
    """The number of the key that a sealed value needs. Raises Unreadable on another format."""
    if len(sealed) < 31 or sealed[0] != _FORMAT:
        raise Unreadable
    return int(_HEAD.unpack_from(sealed)[1])
