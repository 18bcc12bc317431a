"""Writes the two files, while everything goes on."""

import gzip
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection, Engine, MetaData, Table, func, select
from sqlalchemy.orm import Session

from app import clock
from app.backups import rows
from app.backups.models import CopyChange, DataCopy
from app.backups.sealing import SealingFile
from app.db import migrate

# What no copy of the data may hold: without its key, an entry is gone for good.
KEY_TABLES = frozenset({"entry_key"})
# What is in both: the keys of entries are sealed under keys of their clinics, and those of today
# stand in no copy of an older day.
KEYS_TOO = frozenset({"clinic_key"})
KEYS = "keys.copy"
# The same, as it was written before copies were sealed.
FORMER_KEYS = "keys.jsonl.gz"
# About copies alone: of no use in one.
_APART = frozenset({"alembic_version", CopyChange.__tablename__})
_AT_ONCE = 500  # rows
# What is sealed hardly shrinks: more effort would only take longer.
_EFFORT = 1


@dataclass(frozen=True)
class Copied:
    """Where the copy lies, how many rows it holds, and the moment (machine time) it shows."""

    data: Path
    keys: Path
    count: int
    began_at: datetime

    @property
    def size(self) -> int:
        """Bytes of both files."""
        return self.data.stat().st_size + self.keys.stat().st_size


def copy(engine: Engine, data_folder: Path, keys_folder: Path) -> Copied:
    """Copy the data to a new dated file, and the keys over the keys' last copy; both sealed.

    Both show one moment; nobody has to wait. Neither file is there before it is whole. Raises
    OSError.
    """
    data_folder.mkdir(parents=True, exist_ok=True)
    keys_folder.mkdir(parents=True, exist_ok=True)
    began_at = clock.machine_now()
    data = data_folder / f"data-{began_at.strftime('%Y%m%dT%H%M%S%fZ')}.copy"
    with snapshot(engine) as connection:
        schema = migrate.current(connection) or ""
        tables = reflected(connection).sorted_tables
        theirs = [table for table in tables if table.name not in KEY_TABLES]
        count = _write(connection, data, "data", schema, theirs)
        # Last: a copy that broke off half-way must leave the keys that fit the older one.
        keys, kept = copy_keys(connection, keys_folder, schema, tables)
    return Copied(data, keys, count + kept, began_at)


def copy_keys(
    connection: Connection, folder: Path, schema: str, tables: list[Table]
) -> tuple[Path, int]:
    """Copy the keys over their last copy. Returns the file and how many there are."""
    path = folder / KEYS
    theirs = [table for table in tables if table.name in KEY_TABLES | KEYS_TOO]
    count = _write(connection, path, "keys", schema, theirs)
    (folder / FORMER_KEYS).unlink(missing_ok=True)  # else what was deleted lives on in it
    twice = [table for table in theirs if table.name in KEYS_TOO]
    return path, count - sum(_size(connection, table) for table in twice)


def _size(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def note(engine: Engine, copied: Copied) -> DataCopy:
    """Write down that a copy was made, for whoever asks how old the last one is."""
    made = DataCopy(
        folder=str(copied.data.parent),
        count=copied.count,
        size=copied.size,
        began_at=copied.began_at,
        made_at=clock.machine_now(),
    )
    with Session(engine.execution_options(write=True), expire_on_commit=False) as db, db.begin():
        db.add(made)
    return made


def reflected(connection: Connection) -> MetaData:
    """The tables as they are in this database, whatever version of Afterglow made them."""
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: name not in _APART)
    return metadata


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection to which the data stand still."""
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
        keep_names(path.parent)
    finally:
        partial.unlink(missing_ok=True)
    return count


def keep_names(folder: Path) -> None:
    """What a folder's files are called survives a power cut, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _rows(connection: Connection, table: Table) -> Iterator[dict[str, object]]:
    found = connection.execution_options(yield_per=_AT_ONCE).execute(select(table))
    for row in found.mappings():
        yield rows.written(dict(row))


@contextmanager
def _private(path: Path) -> Iterator[TextIO]:
    """A new sealed file that nobody else may read, on the disk when it is closed."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        sealing = SealingFile(raw)
        buffered = io.BufferedWriter(sealing, 1 << 20)
        with (
            gzip.GzipFile("", "wb", _EFFORT, buffered, mtime=0) as packed,
            io.TextIOWrapper(packed, "utf-8") as file,
        ):
            yield file
        buffered.flush()
        sealing.finish()
        raw.flush()
        os.fsync(raw.fileno())


def _line(file: TextIO, value: object) -> None:
    file.write(json.dumps(value, separators=(",", ":")) + "\n")
