"""How old the last copy is, for whoever would have to live with it."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.backups.models import DataCopy
from app.people.models import Clinic

# A copy is made every day; one that was missed is worth a word, a slow one is not.
OLD_AFTER = timedelta(hours=36)
# Followed, it is never older than a second; the row says so once a minute.
LEFT_AFTER = timedelta(minutes=5)


def last(db: Session) -> DataCopy | None:
    """The copy that was made last."""
    return db.scalar(select(DataCopy).order_by(DataCopy.made_at.desc()).limit(1))


def troubles(db: Session, *, follows: bool) -> list[str]:
    """What is wrong with the copies, each a line for an operator. Machine time.

    `follows`: this installation is set to keep one up to the second.
    """
    newest, now = last(db), clock.machine_now()
    if newest is None:
        return _never(db, now)
    if now - newest.began_at > OLD_AFTER:
        return [f"the last copy is of {newest.began_at:%Y-%m-%d %H:%M} UTC: run `afterglow backup`"]
    until = newest.followed_until
    if follows and (until is None or now - until > LEFT_AFTER):
        return ["nobody follows the copies: is a worker running?"]
    return []


def _never(db: Session, now: datetime) -> list[str]:
    """An installation of today need not have a copy yet."""
    opened_at = db.scalar(select(func.min(Clinic.made_at)))
    if opened_at is None or now - opened_at < OLD_AFTER:
        return []
    return ["there is no copy of the data: run `afterglow backup`"]
