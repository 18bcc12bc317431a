"""Empties a PostgreSQL database between two tests, and lets its connections live.

A connection is a process on the server that must learn every table anew: opening one costs more
than most tests do. So engines and what rests in their pools go on to the next test.
"""

import atexit
from collections import deque
from collections.abc import Sequence
from functools import cache
from typing import Any

import psycopg
from sqlalchemy import Engine, QueuePool, event, make_url

MOST_AT_REST = 4  # more than a crowd's test leaves behind is not worth keeping
_STATEMENTS = 5000
_engines: dict[str, list[Engine]] = {}
# Pools of tests that ended while a thread had a connection in hand: it comes back to its own pool.
_left: deque[QueuePool] = deque(maxlen=50)


def keep_engines() -> None:
    """One engine for each address: a statement is compiled once a run, not once a test.

    An engine that was closed opens new connections when it is used again.
    """
    # Imported here, so that make test can ask for the server's binaries before the rest stands.
    from app.db import engine

    make = engine._engine

    @cache
    def kept(url: str, pool_size: int) -> Engine:
        made = make(url, pool_size)
        # All tests together ask more than one clinic does: nothing is forgotten and compiled anew.
        made._compiled_cache.capacity = _STATEMENTS
        if made.dialect.name == "sqlite":
            event.listen(made, "do_connect", _remember_more)
        _engines.setdefault(_name(url), []).append(made)
        return made

    engine._engine = kept


def _remember_more(_dialect: Any, _record: Any, _given: Any, named: dict[str, Any]) -> None:
    named["cached_statements"] = _STATEMENTS


def engines(url: str) -> Sequence[Engine]:
    """Every engine of this process to this database."""
    return _engines.get(_name(url), ())


def close_engines(url: str) -> None:
    """Give back every connection to this database."""
    for engine in engines(url):
        _dispose(engine)
    _close_what_came_back()


def delete_rows(url: str, home: str) -> None:
    """Every row gone, in one round trip with keys unchecked; what is not at rest is cut."""
    resting = _resting(url)
    emptier = _emptier(home, str(make_url(url).database))
    emptier.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL (%s)",
        [resting],
    )
    emptier.execute("SELECT pg_temp.delete_every_row()")


@cache
def _emptier(home: str, database: str) -> psycopg.Connection[tuple[object, ...]]:
    """This process's own connection to that database, beside those of the tests."""
    from app.db.migrate import newest

    emptier = psycopg.connect(host=home, user="afterglow", dbname=database, autocommit=True)
    atexit.register(emptier.close)
    tables = emptier.execute(
        "SELECT format('DELETE FROM %I; ', tablename) FROM pg_tables "
        "WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    )
    deletions = "".join(str(row[0]) for row in tables)
    emptier.execute("SET session_replication_role = replica")  # neither keys nor triggers
    # Of this session only: no test sees it. Its statements are planned once.
    emptier.execute(
        "CREATE FUNCTION pg_temp.delete_every_row() RETURNS void LANGUAGE plpgsql AS "
        f"$$ BEGIN {deletions} DELETE FROM alembic_version; "
        f"INSERT INTO alembic_version VALUES ('{newest()}'); END $$".encode()
    )
    return emptier


def _resting(url: str) -> list[int]:
    """The server's processes behind connections that nobody uses now."""
    found = []
    for engine in engines(url):
        pool = engine.pool
        if not isinstance(pool, QueuePool) or pool.checkedout() or pool.checkedin() > MOST_AT_REST:
            _dispose(engine)
            continue
        connections = [record.dbapi_connection for record in pool._pool.queue]  # type: ignore[attr-defined]
        found += [each.info.backend_pid for each in connections if each and not each.closed]
    _close_what_came_back()
    return found


def _name(url: str) -> str:
    """Of one database: its address is written in more than one way."""
    return str(make_url(url).database)


def _dispose(engine: Engine) -> None:
    if isinstance(engine.pool, QueuePool) and engine.pool.checkedout():
        _left.append(engine.pool)
    engine.dispose()


def _close_what_came_back() -> None:
    for pool in _left:
        pool.dispose()
