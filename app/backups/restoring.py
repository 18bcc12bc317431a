"""Reads a copy back into an empty database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    Table,
    create_engine,
    delete,
    inspect,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.exc import DBAPIError, StatementError

from app.backups import reading, rows, tail
from app.backups.copying import reflected
from app.backups.reading import NotRestored as NotRestored
from app.backups.tail import Tail
from app.db import migrate

_AT_ONCE = 500  # rows


def restore(url: str, data: Path, keys: Path, beside: Path | None = None) -> int:
    """Fill an empty database with a copy of the data and a copy of the keys. Returns the rows.

    `beside`: what was written down of later changes (see `tail`); the data are then those of its
    last moment. The database gets the schema of the copy first and this version's after. Refuses
    (NotRestored) a database that holds a clinic, a file that is none of ours or not whole, and a
    copy made by a newer version; then the database holds no rows. Raises OSError.
    """
    schema = reading.schema_of(data, "data")
    reading.schema_of(keys, "keys")
    later = tail.read(beside, data) if beside else Tail()
    engine = create_engine(url)
    try:
        _refuse_full(engine)
        _prepare(url, schema)
        with engine.begin() as connection, _unchecked(connection):
            tables = reflected(connection)
            _empty(connection, tables)
            count = _fill(connection, tables, data, later)
            count += _fill(connection, tables, keys, Tail())
    except (DBAPIError, StatementError, KeyError, TypeError, ValueError, AttributeError) as error:
        # Its words would hold a row.
        raise NotRestored(f"{data.name} does not fit this database.") from error
    finally:
        engine.dispose()
    migrate.upgrade(url)
    return count


def _refuse_full(engine: Engine) -> None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("clinic"):
            return
        if connection.execute(select(literal_column("id")).select_from(table("clinic"))).first():
            raise NotRestored("The database is in use. Restore into an empty one.")


def _prepare(url: str, schema: str) -> None:
    if schema not in migrate.revisions():
        raise NotRestored("The copy was made by a newer version of Afterglow.")
    migrate.upgrade(url, schema)


@contextmanager
def _unchecked(connection: Connection) -> Iterator[None]:
    """Rows may come in any order; whether each points at one that is there is asked at the end."""
    if connection.dialect.name == "sqlite":
        yield  # it checks nothing unless it is told to
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise ValueError("a row points at none")
        return
    constraints = connection.execute(
        text(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
            "FROM pg_constraint WHERE contype = 'f' "
            "AND connamespace = current_schema()::regnamespace"
        )
    ).all()
    for its, name, _ in constraints:
        connection.exec_driver_sql(f'ALTER TABLE {its} DROP CONSTRAINT "{name}"')
    yield
    for its, name, definition in constraints:
        connection.exec_driver_sql(f'ALTER TABLE {its} ADD CONSTRAINT "{name}" {definition}')


def _empty(connection: Connection, metadata: MetaData) -> None:
    # Migrations leave a row here and there; those of the copy take their place.
    for each in reversed(metadata.sorted_tables):
        connection.execute(delete(each))


def _fill(connection: Connection, metadata: MetaData, path: Path, later: Tail) -> int:
    count = said = 0
    batch: list[dict[str, Any]] = []
    current: Table | None = None
    end: int | None = None
    for value in _all(path, later):
        end = value.get("end", end)
        if "row" not in value:
            continue
        said += value.get("at") is None
        its, row = metadata.tables[value["table"]], value["row"]
        if value.get("at") is None and later.has(its.name, row["id"]):
            continue
        if its is not current or len(batch) >= _AT_ONCE:
            _insert(connection, current, batch)
            current, batch = its, []
        batch.append(rows.read(its, connection.dialect, row))
        count += 1
    _insert(connection, current, batch)
    if end != said:
        raise ValueError("rows are missing")
    return count


def _all(path: Path, later: Tail) -> Iterator[dict[str, Any]]:
    yield from reading.lines(path)
    yield from later.rows()


def _insert(connection: Connection, its: Table | None, batch: list[dict[str, Any]]) -> None:
    if its is not None and batch:
        connection.execute(its.insert(), batch)
