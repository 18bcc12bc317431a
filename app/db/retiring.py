"""Destroys keys that nothing stands under any more."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import resealing, rotating
from app.db.keys import ClinicKey
from app.security.keyring import INDEX, Owner

# No process that knew an older key as the newest is still at the same work after so long.
RETIRES_AFTER = timedelta(days=1)


def retire(db: Session) -> int:
    """Destroy every older key under which nothing is left; returns how many.

    None is destroyed within a day of its successor. A clinic's first index key stays: it also names
    devices, and is used for nothing else once numbers have moved on. Copies of the data from before
    hold the keys that they need.
    """
    owners: list[Owner] = [None, *db.scalars(select(ClinicKey.clinic_id).distinct())]
    return sum(_retire(db, owner, index) for owner in owners for index in (False, True))


def _retire(db: Session, owner: Owner, index: bool) -> int:
    keys = rotating.of(db, owner, lock=True)
    newest = rotating.newest(keys, index=index)
    older = [
        key
        for key in keys
        if rotating.is_index(key) == index and key is not newest and key.number != INDEX
    ]
    if newest is None or not older or newest.settled_at is None:
        return 0
    if clock.machine_now() - newest.made_at < RETIRES_AFTER:
        return 0
    if resealing.left_under(db, owner, newest):
        return 0
    for key in older:
        db.delete(key)
    return len(older)
