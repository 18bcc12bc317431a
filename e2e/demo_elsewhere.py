"""A demo on another database than its own file, for those who ask what a server does as well."""

from pathlib import Path

from sqlalchemy import select

from app.db import migrate
from app.db.engine import Database
from app.demo import seed, start
from app.people.models import Clinic
from app.settings import Settings

_settings, _prepare_file = start._settings, start._prepare


def stand_on(url: str) -> None:
    """From here on this process's demo keeps its data there, and tells its story there once."""

    def settings(folder: Path, port: int) -> Settings:
        return _settings(folder, port).model_copy(update={"database_url": url})

    start._settings, start._prepare = settings, _prepare


def stand_at_home() -> None:
    """And in its own file again."""
    start._settings, start._prepare = _settings, _prepare_file


def _prepare(path: Path, settings: Settings) -> None:
    del path
    migrate.upgrade(settings.database_url)
    database = Database(settings.database_url, settings)
    try:
        with database.session(write=False) as db:
            is_told = db.scalar(select(Clinic.id).limit(1)) is not None
        if not is_told:
            seed.seed(database, settings)
    finally:
        database.close()
