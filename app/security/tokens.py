"""Random tokens, their hashes, and values derived from a secret."""

import hashlib
import hmac
import secrets
from typing import TypeGuard

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
TOKEN_LENGTH = 22


def new_token() -> str:
    """A new reference token: 22 base58 characters, 128 random bits."""
    return base58(secrets.token_bytes(16))


def base58(value: bytes) -> str:
    """16 bytes as 22 characters without any that a linkifier drops or an eye mistakes."""
    number = int.from_bytes(value, "big")
    digits = []
    for _ in range(TOKEN_LENGTH):
        number, rest = divmod(number, 58)
        digits.append(_BASE58[rest])
    return "".join(reversed(digits))


def looks_like_token(value: object) -> TypeGuard[str]:
    """Whether `value` has a token's form: worth a look-up."""
    return isinstance(value, str) and len(value) == TOKEN_LENGTH and set(value) <= set(_BASE58)


def hash_token(token: str) -> bytes:
    """What is stored of a token. A plain fast hash is enough for 128 random bits."""
    return hashlib.sha256(token.encode()).digest()


def derive(key: bytes, *parts: bytes) -> bytes:
    """32 bytes that only the holder of `key` can make from `parts`."""
    return hmac.new(
        key, b"".join(len(part).to_bytes(2, "big") + part for part in parts), "sha256"
    ).digest()


def same(left: bytes, right: bytes) -> bool:
    """Equality in constant time."""
    return hmac.compare_digest(left, right)
