"""Opens the one database of this process: embedded SQLite, or PostgreSQL."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, create_engine, event, make_url, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from app.db.keys import ClinicKey, HouseKey
from app.db.turns import Threshold, Turns
from app.security import keyring
from app.security.keyring import KeyRing, WrappedKey
from app.settings import Settings

# FULL: a commit that was acknowledged survives a power cut. Losing one may lose a reply or an
# answer.
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=10000",
    "foreign_keys=ON",
    "secure_delete=ON",  # a destroyed key is overwritten, not only unlisted
    # Kilobytes a line. Whatever another line writes empties it anyway, and the pages lie in the
    # machine's own memory: the usual 2 MB for each of ten lines are better spent.
    "cache_size=-512",
)
_PATIENCE_SECONDS = 5
_PATIENCE_WITH_WRITERS = 10.0  # then SQLite itself decides, which waits as long again
_TURN = "turn"
_ALONE = "alone"
# Asked for again sooner than this, a line to PostgreSQL needs no trial: it was in use just now.
_SURELY_ALIVE_SECONDS = 1.0
_USED = "used"


class Database:
    """The engine, its sessions, and the key ring that opens what rests encrypted in it."""

    def __init__(self, url: str, settings: Settings, *, pool_size: int = 20) -> None:
        self.engine = _engine(url, pool_size)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        keyring.use(
            KeyRing(
                [key.get_secret_value() for key in settings.encryption_keys],
                [key.get_secret_value() for key in settings.secret_keys],
                self._load_keys,
                lambda command: (
                    settings.keys_now("encryption_keys", command=command),
                    settings.keys_now("secret_keys", command=command),
                ),
            )
        )

    @property
    def engine(self) -> Engine:
        """Where connections come from."""
        return self._engine

    @engine.setter
    def engine(self, engine: Engine) -> None:
        self._engine = engine
        # Made once: a copy of an engine for each transaction costs more than its BEGIN.
        self._engines = {write: engine.execution_options(write=write) for write in (True, False)}
        is_sqlite = engine.dialect.name == "sqlite"
        alone = {_ALONE: True} if is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._alone = engine.execution_options(**alone)

    @contextmanager
    def session(self, *, write: bool = True) -> Iterator[Session]:
        """A session in one transaction: commits when left in peace, rolls back on an exception.

        On SQLite a writer begins immediate, so that it waits its turn instead of failing half-way.
        """
        with Session(self._engines[write], expire_on_commit=False) as db, db.begin():
            yield db

    def one_statement(self) -> Connection:
        """A line on which one statement is read, which is its own transaction. To be closed."""
        return self._alone.connect()

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    def _load_keys(self, owner: UUID | None) -> list[WrappedKey]:
        kind = HouseKey if owner is None else ClinicKey
        wanted = select(kind.number, kind.wrapped)
        if owner is not None:
            wanted = wanted.where(ClinicKey.clinic_id == owner)
        with self.session(write=False) as db:
            return [WrappedKey(owner, number, wrapped) for number, wrapped in db.execute(wanted)]


def _engine(url: str, pool_size: int) -> Engine:
    # Last in, first out: few lines know all statements, instead of all of them.
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=10,
            pool_use_lifo=True,
            pool_timeout=_PATIENCE_SECONDS,
            connect_args=connect_args(),
        )
        event.listen(engine, "checkout", partial(_try_line, engine))
        event.listen(engine, "checkin", _note_use)
        return engine
    engine = create_engine(parsed, pool_size=pool_size, max_overflow=10, pool_use_lifo=True)
    event.listen(engine, "connect", _prepare_sqlite)
    is_file = parsed.database not in (None, "", ":memory:")
    turns = Turns()
    threshold = Threshold(Path(f"{parsed.database}-turn") if is_file else None)
    event.listen(engine, "begin", partial(_begin_sqlite, turns, threshold))
    event.listen(engine, "checkin", partial(_end_sqlite, turns))
    event.listen(engine, "engine_disposed", lambda _: threshold.close())
    return engine


def connect_args() -> dict[str, int]:
    """How long PostgreSQL may be silent: a server that is gone is known within half a minute."""
    return {
        "connect_timeout": _PATIENCE_SECONDS,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,  # milliseconds
    }


def _try_line(
    engine: Engine, dbapi: DBAPIConnection, record: ConnectionPoolEntry, _: PoolProxiedConnection
) -> None:
    """A line that lay still may be dead: all of them are made anew then."""
    if time.monotonic() - record.info.get(_USED, -math.inf) < _SURELY_ALIVE_SECONDS:
        return
    try:
        engine.dialect.do_ping(dbapi)
    except engine.dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _note_use(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info[_USED] = time.monotonic()


def _prepare_sqlite(dbapi: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    dbapi.isolation_level = None  # we begin ourselves
    cursor = dbapi.cursor()
    for pragma in _PRAGMAS:
        cursor.execute("PRAGMA " + pragma)
    cursor.close()


def _begin_sqlite(turns: Turns, threshold: Threshold, connection: Connection) -> None:
    options: dict[str, Any] = dict(connection.get_execution_options())
    if options.get(_ALONE):
        return
    if not options.get("write", True):
        connection.exec_driver_sql("BEGIN")
        return
    if _TURN not in connection.info:
        connection.info[_TURN] = turns.take(_PATIENCE_WITH_WRITERS)
    with threshold.crossing(_PATIENCE_WITH_WRITERS):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _end_sqlite(turns: Turns, _dbapi: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    if record.info.pop(_TURN, False):
        turns.give_back()
