"""Writes the two files, while everything goes on."""

import gzip
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection, Engine, MetaData, Table, select

from app import clock
from app.backups import rows
from app.db import migrate

# What no copy of the data may hold: without its key, an entry is gone for good.
KEY_TABLES = frozenset({"entry_key"})
KEYS = "keys.jsonl.gz"
_AT_ONCE = 500  # rows


@dataclass(frozen=True)
class Copied:
    """Where the copy lies, and how many rows it holds."""

    data: Path
    keys: Path
    count: int


def copy(engine: Engine, data_folder: Path, keys_folder: Path) -> Copied:
    """Copy the data to a new dated file, and the keys over the keys' last copy.

    Both show one moment; nobody has to wait. Neither file is there before it is whole. Raises
    OSError.
    """
    data_folder.mkdir(parents=True, exist_ok=True)
    keys_folder.mkdir(parents=True, exist_ok=True)
    moment = clock.machine_now().strftime("%Y%m%dT%H%M%S%fZ")
    data, keys = data_folder / f"data-{moment}.jsonl.gz", keys_folder / KEYS
    with _snapshot(engine) as connection:
        schema = migrate.current(connection) or ""
        tables = reflected(connection).sorted_tables
        theirs = [table for table in tables if table.name not in KEY_TABLES]
        count = _write(connection, data, "data", schema, theirs)
        # Last: a copy that broke off half-way must leave the keys that fit the older one.
        apart = [table for table in tables if table.name in KEY_TABLES]
        _write(connection, keys, "keys", schema, apart)
    return Copied(data, keys, count)


def reflected(connection: Connection) -> MetaData:
    """The tables as they are in this database, whatever version of Afterglow made them."""
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: name != "alembic_version")
    return metadata


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    options: dict[str, object] = {"write": False}
    if engine.dialect.name != "sqlite":
        options["isolation_level"] = "REPEATABLE READ"
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _write(connection: Connection, path: Path, kind: str, schema: str, tables: list[Table]) -> int:
    partial = path.with_name(path.name + ".partial")
    count = 0
    try:
        with _private(partial) as file:
            _line(file, {"afterglow": kind, "schema": schema})
            for table in tables:
                for row in _rows(connection, table):
                    _line(file, {"table": table.name, "row": row})
                    count += 1
            _line(file, {"end": count})
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return count


def _rows(connection: Connection, table: Table) -> Iterator[dict[str, object]]:
    found = connection.execution_options(yield_per=_AT_ONCE).execute(select(table))
    for row in found.mappings():
        yield rows.written(dict(row))


@contextmanager
def _private(path: Path) -> Iterator[TextIO]:
    """A new compressed file that nobody else may read, on the disk when it is closed."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        with gzip.open(raw, "wt", encoding="utf-8") as file:
            yield file
        raw.flush()
        os.fsync(raw.fileno())


def _line(file: TextIO, value: object) -> None:
    file.write(json.dumps(value, separators=(",", ":")) + "\n")
