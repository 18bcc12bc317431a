"""How many values still stand under older keys: of data, of look-ups, of the operator's lists."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, TableClause, and_, func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.db import rotating, sealed_columns
from app.db.base import KeyKind, Model
from app.db.keys import ClinicKey, HouseKey
from app.db.sealed_columns import SealedColumn, of
from app.security import encryption
from app.security.keyring import INDEX, Owner

_OVER = ("superseded", "revoked")  # links in these states are never sent again


def under_older(db: Session, owner: Owner, number: int) -> Counter[str]:
    """Values of a clinic or the house that stand under another data key than this; by table."""
    kind = KeyKind.HOUSE if owner is None else KeyKind.CLINIC
    found: Counter[str] = Counter()
    for table, columns in sealed_columns.all_of(kind).items():
        clause = sealed_columns.bare(table, columns)
        for column in columns:
            wanted = select(func.count()).select_from(clause)
            wanted = wanted.where(*whose(clause, owner), is_older(of(clause, column.name), number))
            found[table] += db.scalar(wanted) or 0
    return +found


def under_older_index(db: Session, clinic_id: UUID, number: int) -> Counter[str]:
    """Numbers of a clinic that are looked for under another index key than this; by table."""
    found: Counter[str] = Counter()
    for table, column in indexed():
        clause = sealed_columns.bare(table, [column])
        wanted = select(func.count()).select_from(clause)
        wanted = wanted.where(
            *whose(clause, clinic_id), is_older_index(of(clause, column.index or ""), number)
        )
        found[table] += db.scalar(wanted) or 0
    return +found


def wrapped_by_master(db: Session) -> Counter[int]:
    """Keys in the database by the number of the master key that wraps them."""
    found = Counter[int]()
    for kind in (ClinicKey, HouseKey):
        found.update(encryption.key_number(each) for each in db.scalars(select(kind.wrapped)))
    return found


def sealed_by_master(db: Session) -> Counter[int]:
    """Values that the house sealed right under a master key, before it had keys of its own.

    By the number of the master key.
    """
    keys = rotating.of(db, None)
    numbers = [key.number.to_bytes(2, "big") for key in keys if not rotating.is_index(key)]
    found = Counter[int]()
    for table, columns in sealed_columns.all_of(KeyKind.HOUSE).items():
        clause = sealed_columns.bare(table, columns)
        for column in columns:
            value = of(clause, column.name)
            number = func.substr(value, 2, 2)
            early = select(number, func.count()).where(value.is_not(None), number.not_in(numbers))
            for master, count in db.execute(early.group_by(number)):
                found[int.from_bytes(master, "big")] += count
    return found


def needed_secrets(db: Session) -> Counter[int]:
    """Links and codes that can still be sent or shown, by the number of their secret key."""
    now = min(clock.now(), clock.machine_now())
    found = Counter[int]()
    for table in Model.metadata.sorted_tables:
        if "key_number" in table.c and "expires_at" in table.c:
            wanted = select(table.c.key_number, func.count()).where(table.c.expires_at > now)
            if "state" in table.c:
                wanted = wanted.where(table.c.state.not_in(_OVER))
            for number, count in db.execute(wanted.group_by(table.c.key_number)):
                found[number] += count
    return found


def indexed() -> Sequence[tuple[str, SealedColumn]]:
    """Every column by which clinics look for a sealed value."""
    return [
        (table, column)
        for table, columns in sealed_columns.all_of(KeyKind.CLINIC).items()
        for column in columns
        if column.index
    ]


def is_older(value: ColumnElement[bytes], number: int) -> ColumnElement[bool]:
    """Whether a sealed value stands under another key than this one."""
    return and_(value.is_not(None), func.substr(value, 2, 2) != number.to_bytes(2, "big"))


def is_older_index(value: ColumnElement[bytes], number: int) -> ColumnElement[bool]:
    """Whether a number is looked for under another index key than this one."""
    if number == INDEX:
        return and_(value.is_not(None), func.length(value) != 32)
    prefix = (-number).to_bytes(2, "big")
    is_other = or_(func.length(value) == 32, func.substr(value, 1, 2) != prefix)
    return and_(value.is_not(None), is_other)


def whose(clause: TableClause, owner: Owner) -> list[ColumnElement[bool]]:
    """The rows of a clinic; of a table that belongs to the house, all."""
    return [] if owner is None else [clause.c.clinic_id == owner]
