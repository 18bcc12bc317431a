"""Waits for a database that is not there yet; gives up only at what waiting cannot mend."""

import threading
import time
from enum import StrEnum

import structlog
from sqlalchemy import Engine, NullPool, create_engine, make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.db import migrate

log = structlog.get_logger("database")
_LOOKS_EVERY = 1.0  # seconds
_SAYS_EVERY = 300.0
# libpq gives a failed connection no code, only words. A server that says them in another language
# is waited for, which is said again and again.
_NO_USE = (
    "authentication failed",
    "no password supplied",
    "does not exist",  # the role, or the database
    "no pg_hba.conf entry",
    "not permitted to log in",
    "unable to open database file",
    "file is not a database",
)


class Standing(StrEnum):
    HERE = "here"
    NOT_MIGRATED = "not migrated"
    AWAY = "away"


class Refused(Exception):
    """It will not come by waiting; the message says what an operator has to put right."""


def look(url: str) -> Standing:
    """How it stands with the database of an address. Raises Refused."""
    try:
        backend = make_url(url).get_backend_name()
        engine = create_engine(url, poolclass=NullPool)
    except (ArgumentError, ImportError):
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        raise Refused("AFTERGLOW_DATABASE_URL is no address of SQLite or PostgreSQL")
    return _look(engine)


def wait(engine: Engine, stopping: threading.Event) -> bool:
    """Wait until it is there and has a schema we work with. False when told to stop before.

    What it waits for is said once, and again every five minutes. Raises Refused.
    """
    told_at: float | None = None
    while not stopping.is_set():
        standing = _look(engine)
        if standing is Standing.HERE:
            if told_at is not None:
                log.info("database came")
            return True
        if told_at is None or time.monotonic() - told_at >= _SAYS_EVERY:
            told_at = time.monotonic()
            log.warning("waiting for the database", it_is=standing.value)
        stopping.wait(_LOOKS_EVERY)
    return False


def _look(engine: Engine) -> Standing:
    try:
        with engine.execution_options(write=False).connect() as connection:
            return Standing.HERE if migrate.fits(connection) else Standing.NOT_MIGRATED
    except (OperationalError, InterfaceError) as error:
        said = str(error.orig)
        if any(words in said for words in _NO_USE):
            raise Refused(
                "the database refuses: look at user, password and name in AFTERGLOW_DATABASE_URL"
            ) from None
        return Standing.AWAY
    except PoolTimeout:
        return Standing.AWAY
