"""The keys that an operator keeps: lists, of which the first one writes and all of them read."""

import hashlib
from collections.abc import Iterable, Iterator


class KeysAlike(Exception):
    """Two different keys cannot be told apart by their numbers. One in 65,536 pairs."""


class KeyList:
    """Keys in their order, each once, under numbers that tell nothing about them."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = _by_number(keys)

    def __iter__(self) -> Iterator[int]:
        return iter(self._keys)

    @property
    def first(self) -> int:
        """The number of the key for new things. Raises StopIteration when there is none."""
        return next(iter(self._keys))

    def get(self, number: int) -> bytes | None:
        """The key of a number; None when it is not in the list (any more, or yet)."""
        return self._keys.get(number)


def _by_number(keys: Iterable[str]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for key in dict.fromkeys(keys):
        if _number(key) in found:
            # One would hide the other, and what that one sealed would be lost.
            raise KeysAlike("two keys have the same number: make the newer one anew")
        found[_number(key)] = _stretched(key)
    return found


def _stretched(key: str) -> bytes:
    return hashlib.sha256(b"afterglow" + key.encode()).digest()


def _number(key: str) -> int:
    return int.from_bytes(hashlib.sha256(b"number" + key.encode()).digest()[:2], "big")
