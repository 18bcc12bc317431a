"""The key of each entry, and the columns that only it opens.

An entry's key rests in a row of its own, wrapped by its clinic's keys. Once that row is destroyed
nobody reads the entry again, not even in an older copy of the data: copies keep the keys apart.
"""

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from app import clock
from app.db.base import Model, Sealed, SealedBytes, place
from app.security import encryption, keyring

_ONLY = 1  # the number of an entry's one key


class EntryKey(Model):
    """The key of one entry, wrapped by its clinic's. Destroyed, the entry is gone for good.

    Never part of a copy of the data: backups keep keys apart, and the newest copy of them replaces
    the one before. So no row may point here.
    """

    __tablename__ = "entry_key"

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    wrapped: Mapped[bytes]
    made_at: Mapped[datetime]


class SealedUnderEntry(Sealed):
    """A text that rests encrypted under the key of the row's `key_id`.

    The row must be in a session. Raises Unreadable once the key is destroyed.
    """

    def _open(self, row: Any) -> bytes | None:
        return _opened(row, self._name)

    def _close(self, row: Any, plain: bytes | None) -> None:
        _closed(row, self._name, plain)


class BytesUnderEntry(SealedBytes):
    """Bytes that rest encrypted so; None when absent."""

    def _open(self, row: Any) -> bytes | None:
        return _opened(row, self._name)

    def _close(self, row: Any, plain: bytes | None) -> None:
        _closed(row, self._name, plain)


def make(db: Session, clinic_id: UUID) -> UUID:
    """A new key for one entry; returns its id."""
    row = EntryKey(clinic_id=clinic_id, wrapped=b"", made_at=clock.now())
    row.wrapped = keyring.ring().seal(clinic_id, os.urandom(32), place(row, "wrapped"))
    db.add(row)
    db.flush()  # from now on it is looked up by its id
    return row.id


def fetched(db: Session, key_ids: Iterable[UUID]) -> Sequence[EntryKey]:
    """The keys of many entries in one go: while the caller holds them, none is asked for again."""
    return db.scalars(select(EntryKey).where(EntryKey.id.in_(key_ids))).all()


def destroy(db: Session, key_id: UUID) -> None:
    """From now on nobody reads what was sealed under it. Twice changes nothing."""
    db.execute(delete(EntryKey).where(EntryKey.id == key_id))


def _opened(row: Any, column: str) -> bytes | None:
    sealed: bytes | None = getattr(row, f"{column}_sealed")
    if sealed is None:
        return None
    return encryption.unseal(_key(row), sealed, place(row, column))


def _closed(row: Any, column: str, plain: bytes | None) -> None:
    sealed = None
    if plain is not None:
        sealed = encryption.seal(_key(row), _ONLY, plain, place(row, column))
    setattr(row, f"{column}_sealed", sealed)


def _key(row: Any) -> bytes:
    db = object_session(row)
    assert db is not None, "what is sealed under an entry's key stands in a session"
    key = db.get(EntryKey, row.key_id)
    if key is None:
        raise encryption.Unreadable
    return keyring.ring().unseal(key.clinic_id, key.wrapped, place(key, "wrapped"))
