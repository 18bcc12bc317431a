"""Brings a database to the newest schema."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, NullPool, create_engine, inspect, text

from app.db import telling

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"
FOLLOWING = "copied_"  # what triggers begin with that write down changes for a copy


def upgrade(url: str, to: str = "head") -> None:
    """Run every migration up to one that this database has not seen. Safe to run twice."""
    if to == "head" and is_current(url):
        _put_triggers(url)
        return
    if is_ahead(url):
        return  # a release was taken back: what the later one added stays, and does no harm
    from alembic import command  # 14 MB of a process that serves, and never migrates

    _take_triggers_away(url)
    command.upgrade(config(url), to)
    if to == "head":
        _put_triggers(url)


def _take_triggers_away(url: str) -> None:
    """SQLite cannot make a table anew that a trigger names. PostgreSQL's stay: others may write."""
    engine = _engine(url)
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            telling.take_away(connection)
            take_following_away(connection)  # whoever follows puts them there again


def take_following_away(connection: Connection) -> None:
    """Nothing is written down for a copy any more: see `backups.triggers`."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = (
            "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE NOT tgisinternal"
        )
    for name, table in connection.execute(text(query)).all():
        if name.startswith(FOLLOWING):
            of = "" if connection.dialect.name == "sqlite" else f' ON "{table}"'
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{of}")


def _put_triggers(url: str) -> None:
    with _engine(url).begin() as connection:
        telling.put(connection)


def revisions() -> set[str]:
    """Every revision that this version of the code knows."""
    return {path.name.split("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*_*.py")}


@cache
def newest() -> str | None:
    """The revision that this version of the code wants."""
    return max(revisions(), default=None)


def current(connection: Connection) -> str | None:
    """The revision that the database has."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def is_current(url: str) -> bool:
    """Whether nothing is left to migrate."""
    with _engine(url).connect() as connection:
        return current(connection) == newest()


def is_ahead(url: str) -> bool:
    """Whether a later release than this has migrated the database."""
    with _engine(url).connect() as connection:
        return _is_later(current(connection))


def fits(connection: Connection) -> bool:
    """Whether this version works with what the database has.

    That is its own schema, or that of the release after it, which only adds.
    """
    has = current(connection)
    return has == newest() or _is_later(has)


def fits_at(url: str) -> bool:
    """The same, for an address."""
    with _engine(url).connect() as connection:
        return fits(connection)


def _is_later(revision: str | None) -> bool:
    """Numbers only go up; ours are all known."""
    if revision is None or not revision.isdecimal() or revision in revisions():
        return False
    return int(revision) > int(newest() or 0)


def config(url: str) -> "Config":
    """Alembic's configuration for one database."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["url"] = url
    return config


def _engine(url: str) -> Engine:
    """An engine that keeps no connection: what fails half-way leaves none open."""
    return create_engine(url, poolclass=NullPool)
