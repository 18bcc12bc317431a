"""What every table shares: ids, moments, enums, and columns that rest encrypted."""

import json
import os
import time
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Self, overload
from uuid import UUID

from sqlalchemy import DateTime, Dialect, Enum, Index, LargeBinary, MetaData, Uuid, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from app import clock
from app.security import keyring


def new_id() -> UUID:
    """A UUIDv7: opaque and unguessable outside (74 random bits), in order of time inside."""
    milliseconds = time.time_ns() // 1_000_000
    value = (
        (milliseconds << 80) | (0x7 << 76) | (int.from_bytes(os.urandom(10), "big") & ~(0xF << 76))
    )
    return UUID(int=(value & ~(0x3 << 62)) | (0x2 << 62))


class UTCDateTime(TypeDecorator[datetime]):
    """Aware moments in, aware UTC moments out, on both databases. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _lower_values(enum: type[StrEnum]) -> list[str]:
    return [member.value for member in enum]


class Model(DeclarativeBase):
    """A row. Gets its id when made, not when stored, so that encryption can bind to it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime(),
        UUID: Uuid(),
        bytes: LargeBinary(),
        StrEnum: Enum(
            StrEnum,
            native_enum=False,
            create_constraint=True,
            length=24,
            values_callable=_lower_values,
        ),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True)

    def __init__(self, **values: Any) -> None:
        self.id = values.pop("id", None) or new_id()
        # The clinic comes first: sealing the other values needs its key.
        for name, value in sorted(values.items(), key=lambda item: item[0] != "clinic_id"):
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no {name}")
            setattr(self, name, value)


def only(name: str, *columns: str, where: str) -> Index:
    """An index of those rows alone, the same on both databases."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Changing:
    """A row that other systems follow: when it was last changed, whoever changed it and how."""

    changed_at: Mapped[datetime | None] = mapped_column(default=clock.now, onupdate=clock.now)


class KeyKind(StrEnum):
    """Whose key a column is sealed under."""

    CLINIC = "clinic"
    HOUSE = "house"
    ENTRY = "entry"  # the entry's own, which is sealed under its clinic's


class Sealed:
    """A text that rests encrypted in the column `<name>_sealed` under its clinic's data key.

    The associated data binds it to table, column, row and clinic: moved anywhere else it is
    unreadable. `column`: another one that it rests in, and is bound to by that name.
    """

    key: ClassVar[KeyKind] = KeyKind.CLINIC

    def __init__(self, column: str = "") -> None:
        self.column = column
        self._name = column

    def __set_name__(self, owner: type, name: str) -> None:
        self.column = self.column or f"{name}_sealed"
        self._name = self._name or name

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: Any, owner: type) -> str: ...
    def __get__(self, row: Any, owner: type) -> Self | str:
        if row is None:
            return self
        plain = self._open(row)
        return "" if plain is None else plain.decode()

    def __set__(self, row: Any, value: str) -> None:
        self._close(row, value.encode() if value else None)

    def _open(self, row: Any) -> bytes | None:
        sealed: bytes | None = getattr(row, self.column)
        return None if sealed is None else self.opened(row, sealed)

    def _close(self, row: Any, plain: bytes | None) -> None:
        setattr(row, self.column, None if plain is None else self.closed(row, plain))

    def opened(self, row: Any, sealed: bytes) -> bytes:
        """What is sealed for this place of a row. Raises Unreadable."""
        return keyring.ring().unseal(row_clinic(row), sealed, place(row, self._name))

    def closed(self, row: Any, plain: bytes) -> bytes:
        """Sealed for this place of a row, under the newest key."""
        return keyring.ring().seal(row_clinic(row), plain, place(row, self._name))


class SealedBytes(Sealed):
    """Bytes that rest encrypted; None when absent."""

    @overload  # type: ignore[override]
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: Any, owner: type) -> bytes | None: ...
    def __get__(self, row: Any, owner: type) -> Self | bytes | None:
        return self if row is None else self._open(row)

    def __set__(self, row: Any, value: bytes | None) -> None:  # type: ignore[override]
        self._close(row, value)


class SealedForHouse(SealedBytes):
    """Bytes of a row that belongs to no clinic (yet). `bound_to`: by which words, before its id."""

    key = KeyKind.HOUSE

    def __init__(self, bound_to: bytes) -> None:
        super().__init__()
        self._bound_to = bound_to

    def opened(self, row: Any, sealed: bytes) -> bytes:
        return keyring.ring().unseal_for_house(sealed, self._bound_to + row.id.bytes)

    def closed(self, row: Any, plain: bytes) -> bytes:
        return keyring.ring().seal_for_house(plain, self._bound_to + row.id.bytes)


class SealedDate(Sealed):
    """A date that rests encrypted; None when unknown."""

    @overload  # type: ignore[override]
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: Any, owner: type) -> date | None: ...
    def __get__(self, row: Any, owner: type) -> Self | date | None:
        if row is None:
            return self
        plain = self._open(row)
        return None if plain is None else date.fromisoformat(plain.decode())

    def __set__(self, row: Any, value: date | None) -> None:  # type: ignore[override]
        self._close(row, None if value is None else value.isoformat().encode())


class SealedJSON(Sealed):
    """Anything JSON knows, resting encrypted; None when absent."""

    def __get__(self, row: Any, owner: type) -> Any:
        if row is None:
            return self
        plain = self._open(row)
        return None if plain is None else json.loads(plain)

    def __set__(self, row: Any, value: Any) -> None:
        self._close(row, None if value is None else json.dumps(value).encode())


def row_clinic(row: Any) -> UUID:
    """The clinic whose key seals a row; a clinic's own row is its own."""
    clinic_id: UUID = row.id if row.__tablename__ == "clinic" else row.clinic_id
    return clinic_id


def place(row: Any, column: str) -> bytes:
    """The associated data of a sealed value."""
    return place_of(row.__tablename__, column, row.id, row_clinic(row))


def place_of(table: str, column: str, row_id: UUID, clinic_id: UUID) -> bytes:
    """The same of a row of which only some columns were read."""
    return f"{table}.{column}.".encode() + row_id.bytes + clinic_id.bytes
