"""Reads the two files back into an empty database."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, bindparam, create_engine, delete, inspect, select
from sqlalchemy.exc import DBAPIError, StatementError

from app.backups import rows
from app.backups.copying import reflected
from app.db import migrate
from app.refusal import Refusal

_AT_ONCE = 500  # rows


class NotRestored(Refusal):
    pass


def restore(url: str, data: Path, keys: Path) -> int:
    """Fill an empty database with a copy of the data and a copy of the keys. Returns the rows.

    The database gets the schema of the copy first and this version's after. Refuses (NotRestored)
    a database that holds a clinic, a file that is none of ours or not whole, and a copy made by a
    newer version; then the database holds no rows. Raises OSError.
    """
    schema = _schema_of(data, "data")
    _schema_of(keys, "keys")
    engine = create_engine(url)
    try:
        _refuse_full(engine)
        _prepare(url, schema)
        with engine.begin() as connection:
            count = _fill(connection, data) + _fill(connection, keys, empties=False)
    except (DBAPIError, StatementError, KeyError, TypeError, ValueError, AttributeError) as error:
        # Its words would hold a row.
        raise NotRestored(f"{data.name} does not fit this database.") from error
    finally:
        engine.dispose()
    migrate.upgrade(url)
    return count


def _schema_of(path: Path, kind: str) -> str:
    """Read the whole file once, so that a broken one changes nothing."""
    head: dict[str, Any] = {}
    last: dict[str, Any] = {}
    count = -2  # its first line and its last are no rows
    for value in _lines(path):
        head = head or value
        last = value
        count += 1
    if head.get("afterglow") != kind:
        raise NotRestored(f"{path.name} is no copy of Afterglow's {kind}.")
    if last.get("end") != count:
        raise NotRestored(f"{path.name} is not whole.")
    return str(head.get("schema"))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                value = json.loads(line)
                yield value if isinstance(value, dict) else {}
    except (EOFError, zlib.error, gzip.BadGzipFile, ValueError):
        raise NotRestored(f"{path.name} is not whole, or no copy of Afterglow's.") from None


def _refuse_full(engine: Engine) -> None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("clinic"):
            return
        clinic = reflected(connection).tables["clinic"]
        if connection.execute(select(clinic.c.id).limit(1)).first() is not None:
            raise NotRestored("The database is in use. Restore into an empty one.")


def _prepare(url: str, schema: str) -> None:
    if schema not in migrate.revisions():
        raise NotRestored("The copy was made by a newer version of Afterglow.")
    migrate.upgrade(url, schema)


def _fill(connection: Connection, path: Path, *, empties: bool = True) -> int:
    metadata = reflected(connection)
    if empties:
        # Migrations leave a row here and there; those of the copy take their place.
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
    count = 0
    batch: list[dict[str, Any]] = []
    current: Table | None = None
    later: list[tuple[Table, str, list[dict[str, Any]]]] = []
    for value in _lines(path):
        if "row" not in value:
            continue
        table = metadata.tables[value["table"]]
        if table is not current or len(batch) >= _AT_ONCE:
            later += _insert(connection, current, batch)
            current, batch = table, []
        batch.append(rows.read(table, connection.dialect, value["row"]))
        count += 1
    later += _insert(connection, current, batch)
    for table, column, values in later:
        _point(connection, table, column, values)
    return count


def _insert(
    connection: Connection, table: Table | None, batch: list[dict[str, Any]]
) -> list[tuple[Table, str, list[dict[str, Any]]]]:
    """Insert rows; what points at another row of the same table is returned for later."""
    if table is None or not batch:
        return []
    later = []
    for column in table.columns:
        if any(key.column.table is table for key in column.foreign_keys):
            found = [row for row in batch if row[column.name] is not None]
            later.append(
                (table, column.name, [{"_id": row["id"], "_to": row[column.name]} for row in found])
            )
            for row in found:
                row[column.name] = None
    connection.execute(table.insert(), batch)
    return [each for each in later if each[2]]


def _point(connection: Connection, table: Table, column: str, values: list[dict[str, Any]]) -> None:
    statement = table.update().where(table.c.id == bindparam("_id"))
    connection.execute(statement.values({column: bindparam("_to")}), values)
