"""Empties an SQLite database between two tests, and lets its connections live.

A connection reads the whole schema before its first statement, and compiles each statement anew:
most of what a small test does. So the file stays, and its rows go.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import QueuePool, make_url

from tests import emptying

_TRAIL = "audit_event"  # the one table of which nothing may be deleted


class NotAsItWas(Exception):
    """A test left something behind that emptying does not undo."""


@dataclass(frozen=True)
class _Emptier:
    """This process's own connection to a file, and what the file was when it was new."""

    connection: sqlite3.Connection
    inode: int
    beside: tuple[int, ...]
    schema: int
    tables: tuple[str, ...]
    refusal: tuple[str, str]  # the trail's trigger by name, and how it is made
    revision: str


_emptiers: dict[str, _Emptier] = {}


def know(path: str) -> None:
    """A new copy of the template stands there, which will be emptied."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=0, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")  # as the application has it
    connection.execute("PRAGMA synchronous=OFF")
    made = "SELECT name, sql FROM sqlite_master WHERE type = ? AND tbl_name NOT LIKE 'sqlite_%'"
    tables = [name for name, _ in connection.execute(made, ("table",))]
    triggers = connection.execute(f"{made} AND tbl_name = ?", ("trigger", _TRAIL))
    [refusal] = [each for each in triggers if "BEFORE DELETE" in each[1]]
    _emptiers[path] = _Emptier(
        connection,
        Path(path).stat().st_ino,
        _beside(path),
        _schema(connection),
        tuple(name for name in tables if name != "alembic_version"),
        refusal,
        connection.execute("SELECT version_num FROM alembic_version").fetchone()[0],
    )


def forget(path: str) -> None:
    """The file goes."""
    if (known := _emptiers.pop(path, None)) is not None:
        known.connection.close()


def delete_rows(url: str) -> None:
    """Every row gone. Raises NotAsItWas, or SQLite's error while somebody writes."""
    path = str(make_url(url).database)
    emptier = _emptiers.get(path)
    if emptier is None or not _all_at_rest(url):
        raise NotAsItWas
    connection = emptier.connection
    if Path(path).stat().st_ino != emptier.inode or _beside(path) != emptier.beside:
        raise NotAsItWas
    if _schema(connection) != emptier.schema:
        raise NotAsItWas
    connection.execute("BEGIN IMMEDIATE")
    try:
        _delete(emptier)
    except sqlite3.Error:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _delete(emptier: _Emptier) -> None:
    connection = emptier.connection
    there = ", ".join(f"EXISTS (SELECT 1 FROM {name})" for name in emptier.tables)
    [found] = connection.execute(f"SELECT {there}")
    full = [name for name, is_full in zip(emptier.tables, found, strict=True) if is_full]
    for name in full:
        if name != _TRAIL:
            connection.execute(f"DELETE FROM {name}")
    if _TRAIL in full:
        name, made = emptier.refusal
        connection.execute(f"DROP TRIGGER {name}")
        connection.execute(f"DELETE FROM {_TRAIL}")
        connection.execute(made)
        # The same schema as before: who knows it need not read it again.
        connection.execute(f"PRAGMA schema_version = {emptier.schema}")
    connection.execute("UPDATE alembic_version SET version_num = ?", (emptier.revision,))


def _beside(path: str) -> tuple[int, ...]:
    """What SQLite keeps beside a file. Another process may take it away.

    A test that reads the file itself lets go of this process's locks: whoever closes it next
    elsewhere believes to be the last. Raises OSError when it is gone.
    """
    return tuple(Path(f"{path}{suffix}").stat().st_ino for suffix in ("-wal", "-shm"))


def _schema(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA schema_version").fetchone()[0])


def _all_at_rest(url: str) -> bool:
    """Whether nobody has a connection in hand; what is more than a few is closed."""
    pools = [engine.pool for engine in emptying.engines(url)]
    if any(isinstance(pool, QueuePool) and pool.checkedout() for pool in pools):
        return False
    for engine in emptying.engines(url):
        if isinstance(engine.pool, QueuePool) and engine.pool.checkedin() > emptying.MOST_AT_REST:
            engine.dispose()
    return True
