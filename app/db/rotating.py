"""Makes new keys. What stands under the older ones is sealed anew later: see `resealing`."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db.keys import ClinicKey, HouseKey, hold
from app.db.once import add_once
from app.security import keyring
from app.security.keyring import INDEX, Owner, WrappedKey

Key = ClinicKey | HouseKey
_MOST = 0xFFFF  # a sealed value has two bytes for its key's number


class Turn(StrEnum):
    """What is turned."""

    MASTER = "master"  # every key is wrapped under the first master key
    DATA = "data"  # each clinic's, which also wraps the keys of journal entries
    HOUSE = "house"
    INDEX = "index"


def turn(db: Session, kinds: Collection[Turn], clinic_ids: Sequence[UUID]) -> dict[Turn, int]:
    """Wrap anew or make new keys; returns how many. Nothing is used before the commit.

    Of two at once one waits for the other. Afterwards this process has to `refresh` what it knows.
    """
    done = dict.fromkeys(kinds, 0)
    if done.keys() & {Turn.HOUSE, Turn.INDEX}:
        open_house(db)
    for owner in (None, *clinic_ids):
        if owner is not None and Turn.INDEX in done:
            hold(db, owner, exclusive=True)
        keys = of(db, owner, lock=True)
        if Turn.MASTER in done:
            done[Turn.MASTER] += sum(_rewrap(key, owner) for key in keys)
        for kind in (Turn.HOUSE if owner is None else Turn.DATA, Turn.INDEX):
            if kind in done:
                _add(db, owner, _next(keys, kind is Turn.INDEX))
                done[kind] += 1
    db.flush()  # here the unique constraint speaks, and not at the commit
    return done


def open_house(db: Session) -> None:
    """See to it that the house has keys of its own. For the worker, and before they are turned."""
    if of(db, None):
        return
    for number in (INDEX, _free(1)):
        made = keyring.ring().new_key(None, number)
        row = HouseKey(number=number, wrapped=made.wrapped, made_at=clock.machine_now())
        add_once(db, row)


def of(db: Session, owner: Owner, *, lock: bool = False) -> Sequence[Key]:
    """The keys of a clinic or of the house, newest data key first."""
    if owner is None:
        wanted = select(HouseKey).order_by(HouseKey.number.desc())
        return db.scalars(wanted.with_for_update() if lock else wanted).all()
    theirs = select(ClinicKey).where(ClinicKey.clinic_id == owner)
    theirs = theirs.order_by(ClinicKey.number.desc())
    return db.scalars(theirs.with_for_update() if lock else theirs).all()


def newest(keys: Sequence[Key], *, index: bool = False) -> Key | None:
    """The one of them that seals, or under which numbers are looked for first."""
    if index:
        return min(filter(is_index, keys), key=lambda key: key.number, default=None)
    return max((key for key in keys if not is_index(key)), key=lambda key: key.number, default=None)


def owner_of(key: Key) -> Owner:
    """Whose it is."""
    return key.clinic_id if isinstance(key, ClinicKey) else None


def is_index(key: Key) -> bool:
    """Whether numbers are looked for under it; else it seals."""
    return key.number <= INDEX


def _rewrap(key: Key, owner: Owner) -> bool:
    again = keyring.ring().rewrapped(WrappedKey(owner, key.number, key.wrapped))
    if again is None:
        return False
    key.wrapped = again.wrapped
    return True


def _next(keys: Sequence[Key], index: bool) -> int:
    last = newest(keys, index=index)
    if index:
        return last.number - 1 if last else INDEX
    return _free(last.number + 1 if last else 1)


def _free(number: int) -> int:
    # What the house sealed before it had keys of its own bears the number of a master key.
    while number in keyring.ring().masters:
        number += 1
    if number > _MOST:
        raise OverflowError("no numbers are left for keys")
    return number


def _add(db: Session, owner: Owner, number: int) -> None:
    made = keyring.ring().new_key(owner, number)
    now = clock.machine_now()
    if owner is None:
        db.add(HouseKey(number=number, wrapped=made.wrapped, made_at=now))
    else:
        db.add(ClinicKey(clinic_id=owner, number=number, wrapped=made.wrapped, made_at=now))
