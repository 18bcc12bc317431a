"""Rows as lines of JSON, the same from both databases and for both."""

import base64
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, DateTime, Dialect, LargeBinary, Table, Time, Uuid

_BYTES = "b64"


def written(values: Mapping[str, Any]) -> dict[str, Any]:
    """A row's values as JSON knows them: moments in UTC, ids as hex, bytes in base64."""
    return {name: _written(value) for name, value in values.items()}


def read(table: Table, dialect: Dialect, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values again as the columns of a table, reflected from this database, take them."""
    return {
        name: None if value is None else _read(table.columns[name], dialect, value)
        for name, value in values.items()
    }


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


def _read(column: Column[Any], dialect: Dialect, value: Any) -> Any:
    kind = column.type
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value[_BYTES])
    if isinstance(kind, DateTime):
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, Time):
        return time.fromisoformat(value)
    if isinstance(kind, Uuid):
        return UUID(value)
    return bool(value) if isinstance(kind, Boolean) else value
