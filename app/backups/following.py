"""Keeps a copy up to the second: a whole one every day, and beside it what changes after.

One process at a time follows one folder. When it stops, the next begins with a whole copy.
"""

import fcntl
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

from sqlalchemy import Connection, Engine, Table, delete, func, select, update

from app import clock
from app.backups import copying, pruning, rows, tail, triggers
from app.backups.copying import Copied
from app.backups.models import CopyChange, DataCopy
from app.backups.tail import TailWriter
from app.db import migrate

WHOLE_EVERY = timedelta(days=1)
_SAID_EVERY = timedelta(minutes=1)
_LEFT_AFTER = timedelta(days=1)
_AT_ONCE = 500  # rows
# About copies alone; to follow them would never end.
_NOT_FOLLOWED = frozenset({DataCopy.__tablename__})


class Follower:
    """Called every second, it never lets more than that be missing from the copies. Machine time.

    `kept_for`: copies that are older are removed, but for the newest.
    """

    def __init__(
        self, engine: Engine, data_folder: Path, keys_folder: Path, *, kept_for: timedelta
    ) -> None:
        self._engine = engine
        self._data, self._keys, self._kept_for = data_folder, keys_folder, kept_for
        self._lock: TextIO | None = None
        self._copied: Copied | None = None
        self._writer: TailWriter | None = None
        self._tables: dict[str, Table] = {}
        self._schema = ""
        self._copy_id: UUID | None = None
        self._said_at: datetime | None = None

    def turn(self) -> None:
        """Write down what has changed since the last turn. Raises OSError and the database's."""
        if not self.is_ours():
            return
        if self._needs_whole():
            self._begin()
        self._look()

    def close(self) -> None:
        """Follow no more in this process; triggers stay for whoever follows next."""
        if self._writer is not None:
            self._writer.close()
        if self._lock is not None:
            self._lock.close()
        self._writer = self._lock = None

    def is_ours(self) -> bool:
        """Whether this process is the one that follows; the first to ask is."""
        if self._lock is None:
            self._data.mkdir(parents=True, exist_ok=True)
            lock = (self._data / ".following").open("w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                return False
            self._lock = lock
        return True

    def _needs_whole(self) -> bool:
        if self._copied is None or self._writer is None:
            return True
        if clock.machine_now() - self._copied.began_at >= WHOLE_EVERY:
            return True
        with self._engine.execution_options(write=False).begin() as connection:
            is_same = migrate.current(connection) == self._schema
            return not is_same or triggers.followed(connection) != {*self._tables}

    def _begin(self) -> None:
        with self._engine.execution_options(write=False).begin() as connection:
            self._schema = migrate.current(connection) or ""
            found = copying.reflected(connection).tables
        self._tables = {name: each for name, each in found.items() if name not in _NOT_FOLLOWED}
        triggers.put(self._engine, sorted(self._tables))
        copied = copying.copy(self._engine, self._data, self._keys)
        if self._writer is not None:
            self._writer.close()
        self._writer = TailWriter(copied.data)
        copying.keep_names(self._data)
        self._copied, self._copy_id = copied, copying.note(self._engine, copied).id
        self._said_at = None
        pruning.prune(self._data, self._kept_for)

    def _look(self) -> None:
        assert self._writer is not None, "a copy was begun"
        now = clock.machine_now()
        with copying.snapshot(self._engine) as connection:
            changes = connection.execute(
                select(CopyChange.id, CopyChange.name, CopyChange.row_id)
            ).all()
            changed: dict[str, set[UUID]] = defaultdict(set)
            for _, name, row_id in changes:
                changed[name].add(row_id)
            if changed:
                self._write(connection, changed, now)
        # Only now: what was written twice does no harm, what was not written at all does.
        self._forget([change.id for change in changes])
        self._say(now)

    def _write(self, connection: Connection, changed: dict[str, set[UUID]], now: datetime) -> None:
        assert self._writer is not None, "a copy was begun"
        if (copying.KEY_TABLES | copying.KEYS_TOO) & changed.keys():
            copying.copy_keys(connection, self._keys, self._schema, [*self._tables.values()])
        lines = [{"at": now.isoformat()}]
        for name, ids in changed.items():
            if name in self._tables and name not in copying.KEY_TABLES:
                lines += self._lines(connection, self._tables[name], ids)
        self._writer.write(lines)

    def _lines(
        self, connection: Connection, table: Table, ids: set[UUID]
    ) -> Iterator[dict[str, Any]]:
        gone, wanted = set(ids), sorted(ids)
        for start in range(0, len(wanted), _AT_ONCE):
            these = _as_stored(connection, wanted[start : start + _AT_ONCE])
            for row in connection.execute(select(table).where(table.c.id.in_(these))).mappings():
                yield {"table": table.name, "row": rows.written(dict(row))}
                gone.discard(UUID(str(row["id"])))
        for row_id in gone:
            yield {"table": table.name, "gone": row_id.hex}

    def _forget(self, ids: list[UUID]) -> None:
        for start in range(0, len(ids), _AT_ONCE):
            with self._engine.execution_options(write=True).begin() as connection:
                these = ids[start : start + _AT_ONCE]
                connection.execute(delete(CopyChange).where(CopyChange.id.in_(these)))

    def _say(self, now: datetime) -> None:
        if self._said_at is None or now - self._said_at >= _SAID_EVERY:
            self._said_at = now
            with self._engine.execution_options(write=True).begin() as connection:
                said = update(DataCopy).where(DataCopy.id == self._copy_id)
                connection.execute(said.values(followed_until=now))


def stop_if_left(engine: Engine) -> None:
    """Where nobody has followed for a day, changes are not written down for nobody."""
    with engine.execution_options(write=False).begin() as connection:
        if not triggers.of(connection):
            return
        last = connection.scalar(select(func.max(DataCopy.followed_until)))
    if last is None or clock.machine_now() - last > _LEFT_AFTER:
        triggers.take_away(engine)


def tail_of(data: Path) -> Path | None:
    """The changes that were written beside a copy, if any were."""
    path = tail.beside(data)
    return path if path != data and path.exists() else None


def shows(data: Path, beside: Path | None) -> datetime | None:
    """The moment that a copy shows, with its later changes if these are wanted."""
    until = tail.read(beside, data).until if beside else ""
    return datetime.fromisoformat(until) if until else pruning.when(data)


def _as_stored(connection: Connection, ids: list[UUID]) -> list[Any]:
    # A reflected SQLite column is plain text: it knows ids as they rest there.
    return [each.hex for each in ids] if connection.dialect.name == "sqlite" else list(ids)
