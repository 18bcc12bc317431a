"""What every command opens first: settings, database, a clinic."""

import time

import typer
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import logs
from app.db import migrate as migrations
from app.db.engine import Database
from app.people.models import Clinic
from app.settings import Settings

_STARTS_WITHIN = 15.0  # seconds


class Failure(Exception):
    """Something an operator has to put right; the message says what."""


def open_for_production() -> tuple[Settings, Database]:
    """Settings and database for production. Refuses (Failure), naming all that is missing."""
    settings = Settings()
    missing = settings.missing_for_production()
    if missing:
        raise Failure("cannot start: " + "; ".join(missing))
    logs.configure(settings.log_format)
    if not _is_current(settings.database_url):
        raise Failure("the database is not migrated: run `afterglow migrate` first")
    return settings, Database(settings.database_url, settings)


def _is_current(url: str) -> bool:
    """Whether the database is migrated.

    A server that starts when we do is waited for, a quarter of a minute; then it is said.
    """
    end = time.monotonic() + _STARTS_WITHIN
    is_told = False
    while True:
        try:
            return migrations.is_current(url)
        except OperationalError:
            if url.startswith("sqlite") or time.monotonic() > end:
                raise
            if not is_told:
                typer.echo("Waiting for the database.")
            is_told = True
            time.sleep(1)


def database(settings: Settings | None = None) -> Database:
    """The installation's database. Refuses (Failure) while a setting is missing."""
    settings = settings or Settings()
    if not settings.database_url or not settings.encryption_keys or not settings.secret_keys:
        raise Failure("AFTERGLOW_DATABASE_URL, _SECRET_KEYS and _ENCRYPTION_KEYS must be set")
    return Database(settings.database_url, settings)


def clinic_named(db: Session, slug: str) -> Clinic:
    """The clinic of a short name. Refuses (Failure) when there is none."""
    clinic = db.scalar(select(Clinic).where(Clinic.slug == slug))
    if clinic is None:
        raise Failure(f"there is no clinic {slug}")
    return clinic


def only_clinic(db: Session) -> Clinic:
    """The clinic of an installation that has one alone. Refuses (Failure) any other."""
    clinics = db.scalars(select(Clinic).limit(2)).all()
    if len(clinics) != 1:
        raise Failure("say for which clinic: --clinic and its short name")
    return clinics[0]
