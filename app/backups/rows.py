"""Rows as lines of JSON, the same from both databases and for both."""

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Dialect, LargeBinary, Table, Time

_BYTES = "b64"


def written(values: Mapping[str, Any]) -> dict[str, Any]:
    """A row's values as JSON knows them: moments in UTC, ids as hex, bytes in base64."""
    return {name: _written(value) for name, value in values.items()}


def reader(table: Table, dialect: Dialect) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """What makes of a row's values what this database's driver takes, in the columns' order.

    Ids, dates and moments stay text: PostgreSQL reads them itself, SQLite keeps them as such.
    Raises KeyError for a row that lacks a column.
    """
    of_sqlite = dialect.name == "sqlite"
    steps = [(column.name, _step(column, of_sqlite=of_sqlite)) for column in table.columns]

    def read(values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(
            value if step is None or value is None else step(value)
            for value, step in ((values[name], step) for name, step in steps)
        )

    return read


def _written(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {_BYTES: base64.b64encode(bytes(value)).decode()}
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return value


def _step(column: Column[Any], *, of_sqlite: bool) -> Callable[[Any], Any] | None:
    kind = column.type
    if isinstance(kind, LargeBinary):
        return _bytes
    if of_sqlite and isinstance(kind, DateTime):
        return _moment
    return _time if of_sqlite and isinstance(kind, Time) else None


def _bytes(value: Mapping[str, str]) -> bytes:
    return base64.b64decode(value[_BYTES])


def _moment(value: str) -> str:
    """`2026-11-22T03:15:00+00:00` as SQLAlchemy keeps it: `2026-11-22 03:15:00.000000`."""
    return f"{value[:10]} {value[11:19]}.{value[20:26] if value[19:20] == '.' else '000000'}"


def _time(value: str) -> str:
    return f"{value[:8]}.{value[9:15] if value[8:9] == '.' else '000000'}"
