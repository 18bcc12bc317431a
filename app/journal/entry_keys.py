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
from app.db.base import KeyKind, Model, Sealed, SealedBytes, place
from app.security import encryption

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

    key = SealedBytes("wrapped")


class SealedUnderEntry(Sealed):
    """A text that rests encrypted under the key of the row's `key_id`.

    The row must be in a session. Raises Unreadable once the key is destroyed.
    """

    key = KeyKind.ENTRY

    def opened(self, row: Any, sealed: bytes) -> bytes:
        return encryption.unseal(_key(row), sealed, place(row, self._name))

    def closed(self, row: Any, plain: bytes) -> bytes:
        return encryption.seal(_key(row), _ONLY, plain, place(row, self._name))


class BytesUnderEntry(SealedBytes):
    """Bytes that rest encrypted so; None when absent."""

    key = KeyKind.ENTRY

    def opened(self, row: Any, sealed: bytes) -> bytes:
        return encryption.unseal(_key(row), sealed, place(row, self._name))

    def closed(self, row: Any, plain: bytes) -> bytes:
        return encryption.seal(_key(row), _ONLY, plain, place(row, self._name))


def make(db: Session, clinic_id: UUID) -> UUID:
    """A new key for one entry; returns its id."""
    row = EntryKey(clinic_id=clinic_id, key=os.urandom(32), made_at=clock.now())
    db.add(row)
    db.flush()  # from now on it is looked up by its id
    return row.id


def fetched(db: Session, key_ids: Iterable[UUID]) -> Sequence[EntryKey]:
    """The keys of many entries in one go: while the caller holds them, none is asked for again."""
    return db.scalars(select(EntryKey).where(EntryKey.id.in_(key_ids))).all()


def destroy(db: Session, key_id: UUID) -> None:
    """From now on nobody reads what was sealed under it. Twice changes nothing."""
    db.execute(delete(EntryKey).where(EntryKey.id == key_id))


def _key(row: Any) -> bytes:
    db = object_session(row)
    assert db is not None, "what is sealed under an entry's key stands in a session"
    kept = db.get(EntryKey, row.key_id)
    key = kept.key if kept else None
    if key is None:
        raise encryption.Unreadable
    return key
