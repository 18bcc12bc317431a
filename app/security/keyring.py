"""The keys of one running process:

master keys from the environment, clinics' keys from the database.

Each clinic has data keys (newest seals, all open) and one index key for looking phones up. They
rest in the database wrapped by a master key; here they are unwrapped once and kept in memory.
"""

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from app.security import encryption
from app.security.tokens import derive

INDEX = 0  # the number under which a clinic's index key is kept; data keys count from 1


class KeysAlike(Exception):
    """Two different keys cannot be told apart by their numbers. One in 65,536 pairs."""


@dataclass(frozen=True)
class WrappedKey:
    """A clinic's key as it rests in the database."""

    clinic_id: UUID
    number: int
    wrapped: bytes


class KeyRing:
    """Seals and opens for every clinic. Thread-safe: a look-up twice does no harm."""

    def __init__(
        self,
        master_keys: Iterable[str],
        secret_keys: Iterable[str],
        load: Callable[[UUID], list[WrappedKey]],
    ) -> None:
        self._masters = _by_number(master_keys)
        self._secrets = _by_number(secret_keys)
        self._load = load
        self._clinics: dict[UUID, dict[int, bytes]] = {}

    def new_clinic_key(self, clinic_id: UUID, number: int) -> WrappedKey:
        """Make a key for a clinic and remember it; the caller stores the wrapped form."""
        key = os.urandom(32)
        self._clinics.setdefault(clinic_id, {})[number] = key
        return WrappedKey(clinic_id, number, self._wrap(clinic_id, number, key))

    def seal(self, clinic_id: UUID, plain: bytes, place: bytes) -> bytes:
        """Seal under the clinic's newest data key."""
        keys = self._keys(clinic_id)
        number = max(keys)
        return encryption.seal(keys[number], number, plain, place)

    def unseal(self, clinic_id: UUID, sealed: bytes, place: bytes) -> bytes:
        """Open what any of the clinic's data keys sealed. Raises Unreadable."""
        number = encryption.key_number(sealed)
        keys = self._keys(clinic_id)
        if number not in keys:
            self.forget(clinic_id)
            keys = self._keys(clinic_id)
        if number not in keys or number == INDEX:
            raise encryption.Unreadable
        return encryption.unseal(keys[number], sealed, place)

    def seal_for_house(self, plain: bytes, place: bytes) -> bytes:
        """Seal what belongs to no clinic yet, under a key derived from the newest master key."""
        number = next(iter(self._masters))
        return encryption.seal(_house(self._masters[number]), number, plain, place)

    def unseal_for_house(self, sealed: bytes, place: bytes) -> bytes:
        """Open what any master key sealed for the house. Raises Unreadable."""
        master = self._masters.get(encryption.key_number(sealed))
        if master is None:
            raise encryption.Unreadable
        return encryption.unseal(_house(master), sealed, place)

    def blind_for_house(self, value: str) -> bytes:
        """A keyed hash of what belongs to no clinic yet; another once the master key changes."""
        newest = next(iter(self._masters.values()))
        return derive(_house(newest), b"index", value.encode())

    def blind(self, clinic_id: UUID, value: str) -> bytes:
        """A keyed hash by which a value can be looked up within one clinic."""
        return derive(self._keys(clinic_id)[INDEX], b"index", clinic_id.bytes, value.encode())

    def derive(self, number: int | None, *parts: bytes) -> tuple[int, bytes]:
        """32 bytes from the secret key `number` (None: the one that signs now), with its number.

        Raises KeyError when the key was retired.
        """
        chosen = next(iter(self._secrets)) if number is None else number
        return chosen, derive(self._secrets[chosen], *parts)

    def forget(self, clinic_id: UUID) -> None:
        """Read the clinic's keys anew at the next use (rotation in another process)."""
        self._clinics.pop(clinic_id, None)

    def _keys(self, clinic_id: UUID) -> dict[int, bytes]:
        if clinic_id not in self._clinics:
            self._clinics[clinic_id] = {
                row.number: self._unwrap(row) for row in self._load(clinic_id)
            }
        return self._clinics[clinic_id]

    def _wrap(self, clinic_id: UUID, number: int, key: bytes) -> bytes:
        master = next(iter(self._masters))
        return encryption.seal(self._masters[master], master, key, _place(clinic_id, number))

    def _unwrap(self, row: WrappedKey) -> bytes:
        master = self._masters.get(encryption.key_number(row.wrapped))
        if master is None:
            raise encryption.Unreadable
        return encryption.unseal(master, row.wrapped, _place(row.clinic_id, row.number))


_ring: KeyRing | None = None


def use(ring: KeyRing) -> None:
    """Make `ring` the one that this process seals with."""
    global _ring
    _ring = ring


def ring() -> KeyRing:
    """The key ring in use. Set once when the database is opened."""
    if _ring is None:
        raise RuntimeError("no key ring: open a Database first")
    return _ring


def _by_number(keys: Iterable[str]) -> dict[int, bytes]:
    """Keys in their order, each once: the first is the one for new things."""
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


def _house(master: bytes) -> bytes:
    return derive(master, b"house")


def _place(clinic_id: UUID, number: int) -> bytes:
    return b"clinic_key" + clinic_id.bytes + number.to_bytes(2, "big")
