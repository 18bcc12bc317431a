"""The keys of one running process: the operator's lists, and the clinics' from the database.

Each clinic has data keys, numbered from 1 (the newest seals, all open), and index keys for looking
phones up, numbered from 0 down (the newest indexes, all are looked for). The house has the same for
what belongs to no clinic yet. All rest in the database wrapped by a master key; here they are
unwrapped and kept. A process learns of newer ones by itself: see `FRESH_SECONDS` and decision 44.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

import structlog

from app.key_sources import NotRead
from app.security import encryption
from app.security.key_lists import KeyList
from app.security.key_lists import KeysAlike as KeysAlike
from app.security.tokens import derive

log = structlog.get_logger("keys")
INDEX = 0  # the number of an owner's first index key
# A process may go on for so long with the keys it knows before it looks for newer ones.
FRESH_SECONDS = 60.0
_ASKED_AGAIN_SECONDS = 10.0

Owner = UUID | None  # a clinic, or the house
Keys = Iterable[str] | None
Sources = Callable[[bool], tuple[Keys, Keys]]


@dataclass(frozen=True)
class WrappedKey:
    """A key of a clinic or of the house (None) as it rests in the database."""

    clinic_id: Owner
    number: int
    wrapped: bytes


@dataclass(frozen=True)
class _Known:
    keys: dict[int, bytes]
    read_at: float


class KeyRing:
    """Seals and opens for every clinic and the house. Thread-safe: a look-up twice does no harm.

    `sources` gives master and secret keys as they are now; None instead of either: as they were.
    Told True, it also runs programs.
    """

    def __init__(
        self,
        master_keys: Iterable[str],
        secret_keys: Iterable[str],
        load: Callable[[Owner], list[WrappedKey]],
        sources: Sources | None = None,
    ) -> None:
        self.masters = KeyList(master_keys)
        self.secrets = KeyList(secret_keys)
        self._load = load
        self._sources = sources
        self._asked_at = -_ASKED_AGAIN_SECONDS
        self._known: dict[Owner, _Known] = {}
        self._reading = threading.Lock()

    def new_key(self, owner: Owner, number: int) -> WrappedKey:
        """Make a key. Nothing is sealed under it before it stands in the database for good."""
        return self._wrapped(owner, number, os.urandom(32))

    def new_clinic_key(self, clinic_id: UUID, number: int) -> WrappedKey:
        """Make a key for a clinic that is just coming into being, and use it at once."""
        key = os.urandom(32)
        before = self._known.get(clinic_id, _Known({}, 0)).keys
        self._known[clinic_id] = _Known({**before, number: key}, time.monotonic())
        return self._wrapped(clinic_id, number, key)

    def rewrapped(self, row: WrappedKey) -> WrappedKey | None:
        """The same key under the first master key; None where it is. Raises Unreadable."""
        if encryption.key_number(row.wrapped) == self.masters.first:
            return None
        return self._wrapped(row.clinic_id, row.number, self._unwrapped(row))

    def seal(self, clinic_id: UUID, plain: bytes, place: bytes) -> bytes:
        """Seal under the clinic's newest data key. Raises Unreadable when it has none."""
        return self._seal(self._keys(clinic_id), plain, place)

    def unseal(self, clinic_id: UUID, sealed: bytes, place: bytes) -> bytes:
        """Open what any of the clinic's data keys sealed. Raises Unreadable."""
        return self._unseal(clinic_id, sealed, place)

    def seal_for_house(self, plain: bytes, place: bytes) -> bytes:
        """Seal what belongs to no clinic yet, under the newest data key of the house."""
        keys = self._keys(None)
        if not _data(keys):  # a new installation, before its first worker
            number = self.masters.first
            return encryption.seal(_house(self._master(number)), number, plain, place)
        return self._seal(keys, plain, place)

    def unseal_for_house(self, sealed: bytes, place: bytes) -> bytes:
        """Open what was sealed for the house. Raises Unreadable."""
        try:
            return self._unseal(None, sealed, place)
        except encryption.Unreadable:
            # From before the house had keys of its own.
            master = self._master(encryption.key_number(sealed))
            return encryption.unseal(_house(master), sealed, place)

    def blind_for_house(self, value: str) -> bytes:
        """A keyed hash of what belongs to no clinic yet; another one under another index key."""
        numbers = _index(self._keys(None))
        if not numbers:
            return derive(_house(self._master(self.masters.first)), b"index", value.encode())
        return derive(self._key(None, min(numbers)), b"index", value.encode())

    def blind(self, clinic_id: UUID, value: str) -> bytes:
        """A keyed hash of a value within one clinic that stays the same for ever."""
        return self.index(clinic_id, INDEX, value)

    def index(self, clinic_id: UUID, number: int, value: str) -> bytes:
        """What a value is found by in one clinic, under one of its index keys: see `under_index`.

        Raises Unreadable when the clinic has no such key.
        """
        digest = derive(self._key(clinic_id, number), b"index", clinic_id.bytes, value.encode())
        return digest if number == INDEX else (-number).to_bytes(2, "big") + digest

    def derive(self, number: int | None, *parts: bytes) -> tuple[int, bytes]:
        """32 bytes from the secret key `number` (None: the one that signs now), with its number.

        Raises KeyError when the key was retired.
        """
        chosen = self.secrets.first if number is None else number
        secret = self.secrets.get(chosen)
        if secret is None:
            self._ask_sources(command=True)
            secret = self.secrets.get(chosen)
        if secret is None:
            raise KeyError(chosen)
        return chosen, derive(secret, *parts)

    def for_copies(self, number: int | None, salt: bytes) -> tuple[int, bytes]:
        """32 bytes that seal one copy of the data, from the master key `number` (None: the newest).

        Returns them with the key's number. Raises KeyError when no master key has that number.
        """
        chosen = self.masters.first if number is None else number
        master = self.masters.get(chosen)
        if master is None:
            raise KeyError(chosen)
        return chosen, derive(master, b"copy", salt)

    def refresh(self, owner: Owner) -> None:
        """Read the owner's keys anew: from now on the newest seals."""
        self._read(owner)

    def _seal(self, keys: dict[int, bytes], plain: bytes, place: bytes) -> bytes:
        numbers = _data(keys)
        if not numbers:
            raise encryption.Unreadable
        return encryption.seal(keys[max(numbers)], max(numbers), plain, place)

    def _unseal(self, owner: Owner, sealed: bytes, place: bytes) -> bytes:
        number = encryption.key_number(sealed)
        if number == INDEX:
            raise encryption.Unreadable
        return encryption.unseal(self._key(owner, number), sealed, place)

    def _key(self, owner: Owner, number: int) -> bytes:
        keys = self._keys(owner)
        if number not in keys:
            keys = self._read(owner)  # another process made it lately
        if number not in keys:
            raise encryption.Unreadable
        return keys[number]

    def _keys(self, owner: Owner) -> dict[int, bytes]:
        known = self._known.get(owner)
        if known is None:
            return self._read(owner)
        is_old = time.monotonic() - known.read_at > FRESH_SECONDS
        # One looks for newer ones while the others go on with these.
        if is_old and self._reading.acquire(blocking=False):
            try:
                self._ask_sources(command=False)
                return self._read(owner)
            finally:
                self._reading.release()
        return known.keys

    def _read(self, owner: Owner) -> dict[int, bytes]:
        rows = self._load(owner)
        if any(self.masters.get(encryption.key_number(row.wrapped)) is None for row in rows):
            self._ask_sources(command=True)
        # What is known stays: a clinic that is just being opened stands in no database yet, and a
        # process whose master key was retired too early goes on until it is started anew.
        known = self._known.get(owner)
        keys = dict(known.keys) if known else {}
        for row in rows:
            if self.masters.get(encryption.key_number(row.wrapped)) is not None:
                keys[row.number] = self._unwrapped(row)
        self._known[owner] = _Known(keys, time.monotonic())
        return keys

    def _ask_sources(self, *, command: bool) -> None:
        now = time.monotonic()
        if self._sources is None or now - self._asked_at < _ASKED_AGAIN_SECONDS:
            return
        self._asked_at = now
        try:
            masters, secrets = self._sources(command)
            new_masters = self.masters if masters is None else KeyList(masters)
            self.secrets = self.secrets if secrets is None else KeyList(secrets)
            self.masters = new_masters
        except (NotRead, KeysAlike) as error:
            log.error("keys not read again", kind=type(error).__name__)

    def _master(self, number: int) -> bytes:
        if self.masters.get(number) is None:
            self._ask_sources(command=True)
        master = self.masters.get(number)
        if master is None:
            raise encryption.Unreadable
        return master

    def _wrapped(self, owner: Owner, number: int, key: bytes) -> WrappedKey:
        master = self.masters.first
        place = _place(owner, number)
        return WrappedKey(owner, number, encryption.seal(self._master(master), master, key, place))

    def _unwrapped(self, row: WrappedKey) -> bytes:
        master = self._master(encryption.key_number(row.wrapped))
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


def under_index(value: bytes) -> int:
    """The number of the index key that made a value of `KeyRing.index`."""
    return INDEX if len(value) == 32 else -int.from_bytes(value[:2], "big")


def _data(keys: dict[int, bytes]) -> list[int]:
    return [number for number in keys if number > INDEX]


def _index(keys: dict[int, bytes]) -> list[int]:
    return [number for number in keys if number <= INDEX]


def _house(master: bytes) -> bytes:
    return derive(master, b"house")


def _place(owner: Owner, number: int) -> bytes:
    whose = b"house_key" if owner is None else b"clinic_key" + owner.bytes
    if number >= 0:
        return whose + number.to_bytes(2, "big")
    return whose + b"-" + (-number).to_bytes(2, "big")
