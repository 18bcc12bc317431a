"""Reads a copy back into an empty database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

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

from app.backups import copying, reading, rows, tail
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
            count -= _make_room(connection, tables, keys)
            count += _fill(connection, tables, keys, Tail())
            count -= _leave_out_later_clinics(connection, tables)
    except (DBAPIError, StatementError, KeyError, TypeError, ValueError, AttributeError) as error:
        # Its words would hold a row.
        raise NotRestored(f"{data.name} does not fit this database.") from error
    finally:
        engine.dispose()
    migrate.upgrade(url)
    return count


def _make_room(connection: Connection, metadata: MetaData, keys: Path) -> int:
    """Take out what comes again with the keys, newer; returns how many rows.

    The keys of entries are sealed under keys of their clinics that older data do not know.
    """
    count = 0
    for value in reading.lines(keys):
        if value.get("table") in copying.KEYS_TOO:
            its = metadata.tables[value["table"]]
            row_id: object = value["row"]["id"]
            if connection.dialect.name != "sqlite":
                row_id = UUID(str(row_id))
            count += connection.execute(delete(its).where(its.c.id == row_id)).rowcount
    return count


def _leave_out_later_clinics(connection: Connection, metadata: MetaData) -> int:
    """Take out keys of clinics that were opened after the data were copied. Returns how many."""
    known = select(metadata.tables["clinic"].c.id)
    count = 0
    for name in copying.KEY_TABLES | copying.KEYS_TOO:
        its = metadata.tables[name]
        gone = connection.execute(delete(its).where(its.c.clinic_id.not_in(known)))
        count += gone.rowcount
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
    end: int | None = None
    filling: _Filling | None = None
    for value in _all(path, later):
        end = value.get("end", end)
        if "row" not in value:
            continue
        is_later, name, row = "at" in value, value["table"], value["row"]
        said += not is_later
        if not is_later and later.has(name, row["id"]):
            continue
        if filling is None or filling.name != name:
            if filling is not None:
                filling.put()
            filling = _Filling(connection, metadata.tables[name])
        filling.add(row)
        count += 1
    if filling is not None:
        filling.put()
    if end != said:
        raise ValueError("rows are missing")
    return count


def _all(path: Path, later: Tail) -> Iterator[dict[str, Any]]:
    yield from reading.lines(path)
    yield from later.rows()


class _Filling:
    """Rows of one table on their way in, past all that SQLAlchemy would do for each of them."""

    def __init__(self, connection: Connection, its: Table) -> None:
        self.name = its.name
        self._connection = connection
        self._read = rows.reader(its, connection.dialect)
        self._batch: list[tuple[Any, ...]] = []
        names = [column.name for column in its.columns]
        columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
        self._insert = f'INSERT INTO "{its.name}" ({columns}) VALUES ({marks})'  # noqa: S608  ours
        self._copy = f'COPY "{its.name}" ({columns}) FROM STDIN'

    def add(self, row: dict[str, Any]) -> None:
        self._batch.append(self._read(row))
        if len(self._batch) >= _AT_ONCE:
            self.put()

    def put(self) -> None:
        """What was added is there from now on, as far as this transaction is."""
        if self._batch and self._connection.dialect.name == "sqlite":
            self._connection.exec_driver_sql(self._insert, self._batch)
        elif self._batch:
            self._stream()
        self._batch = []

    def _stream(self) -> None:
        raw: Any = self._connection.connection.driver_connection
        try:
            with raw.cursor() as cursor, cursor.copy(self._copy) as stream:
                for row in self._batch:
                    stream.write_row(row)
        except _raw_errors(self._connection) as error:
            raise ValueError("a row does not fit") from error


def _raw_errors(connection: Connection) -> type[Exception]:
    """What the driver raises when it is used by itself."""
    error: type[Exception] = connection.dialect.loaded_dbapi.Error
    return error
