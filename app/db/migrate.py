"""Brings a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(url: str, to: str = "head") -> None:
    """Run every migration up to one that this database has not seen. Safe to run twice."""
    command.upgrade(config(url), to)


def revisions() -> set[str]:
    """Every revision that this version of the code knows."""
    return {script.revision for script in ScriptDirectory.from_config(config("")).walk_revisions()}


def newest() -> str | None:
    """The revision that this version of the code wants."""
    return ScriptDirectory.from_config(config("")).get_current_head()


def current(connection: Connection) -> str | None:
    """The revision that the database has."""
    return MigrationContext.configure(connection).get_current_revision()


def is_current(url: str) -> bool:
    """Whether nothing is left to migrate."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return current(connection) == newest()
    finally:
        engine.dispose()


def config(url: str) -> Config:
    """Alembic's configuration for one database."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["url"] = url
    return config
