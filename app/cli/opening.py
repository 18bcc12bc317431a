"""What every command opens first: settings, database, a clinic."""

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import logs
from app.db import arriving
from app.db.arriving import Standing
from app.db.engine import Database
from app.people.models import Clinic
from app.settings import Settings

log = structlog.get_logger("database")


class Failure(Exception):
    """Something an operator has to put right; the message says what."""


def open_for_production() -> tuple[Settings, Database]:
    """Settings and database for production. Refuses (Failure), naming all that is missing.

    A database that is away for now is none of that: see `db.arriving`.
    """
    settings = Settings()
    missing = settings.missing_for_production()
    if missing:
        raise Failure("cannot start: " + "; ".join(missing))
    logs.configure(settings.log_format)
    standing = _standing(settings.database_url)
    if standing is Standing.NOT_MIGRATED:
        raise Failure("the database is not migrated: run `afterglow migrate` first")
    return settings, Database(settings.database_url, settings)


def _standing(url: str) -> Standing:
    """How it stands with the database; one that is away is waited for by whoever needs it."""
    try:
        standing = arriving.look(url)
    except arriving.Refused as refused:
        raise Failure(f"cannot start: {refused}") from None
    if standing is Standing.AWAY:
        log.warning("the database is away")
    return standing


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
