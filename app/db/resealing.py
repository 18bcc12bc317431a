"""Seals anew what stands under an older key: in the background, a few rows at a time.

Which rows are left is written in the rows themselves. So it may be stopped anywhere and go on
anywhere, in one process or in several, and what was changed meanwhile is never written over.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import add
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, RowMapping, TableClause, func, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import key_counts, rotating, sealed_columns
from app.db.base import KeyKind
from app.db.engine import Database
from app.db.keys import ClinicKey
from app.db.sealed_columns import SealedColumn, of
from app.security import encryption, keyring
from app.security.keyring import FRESH_SECONDS, INDEX, Owner

log = structlog.get_logger("keys")
_AT_ONCE = 100  # rows: on SQLite nobody else writes meanwhile
_MOST_BYTES = 4_000_000  # at once, or one row
# Numbers are moved once nobody is left who began to look for one before the key was there.
MOVES_AFTER = timedelta(seconds=FRESH_SECONDS)
# By then no process seals under the older key any more, nor has one that did left it uncommitted.
SETTLES_AFTER = timedelta(minutes=10)
_LOOKS_AGAIN = timedelta(minutes=1)
_BEGINS_AFTER = timedelta(seconds=5)  # what a worker finds to do when it starts comes first
_FIRST = UUID(int=0)


@dataclass(frozen=True)
class Work:
    """What may be left under older keys of one kind, in one table."""

    owner: Owner
    number: int  # the newest key
    is_index: bool
    table: str
    columns: list[SealedColumn]


class Resealer:
    """Goes through all that is left, and remembers how far it came; a new one begins anew."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._going: Iterator[int] | None = None
        self._looks_at = clock.machine_now() + _BEGINS_AFTER
        self._at_work = threading.Lock()

    def run(self, seconds: float, pause: Callable[[float], object] = time.sleep) -> int:
        """Go on for about so long, or until nothing is left for now. Returns how many rows.

        None at all while another thread is at it: the demo's clock walks beside the worker.
        """
        if not self._at_work.acquire(blocking=False):
            return 0
        try:
            return self._run(seconds, pause)
        finally:
            self._at_work.release()

    def _run(self, seconds: float, pause: Callable[[float], object]) -> int:
        until, rows = time.monotonic() + seconds, 0
        if self._going is None:
            if self._rests():
                return 0
            self._going = self._pass()
        for count in self._going:
            rows += count
            if time.monotonic() >= until:
                return rows
            pause(0.02)  # others want to write, too
        self._going = None
        self._looks_at = clock.machine_now() + _LOOKS_AGAIN
        return rows

    def _rests(self) -> bool:
        """Whether it looked just now. Longer than it ever rests: the clock was set back since."""
        left = self._looks_at - clock.machine_now()
        return timedelta(0) < left <= _LOOKS_AGAIN

    def finish(self, told: Callable[[int], object] = lambda _: None) -> int:
        """One whole pass, however long it takes; `told` hears of each few rows."""
        rows = 0
        for count in self._pass():
            rows += count
            told(rows)
        return rows

    def _pass(self) -> Iterator[int]:
        _see_to_house(self._database)
        with self._database.session(write=False) as db:
            works = list(_works(db))
        for owner in {work.owner for work in works}:
            keyring.ring().refresh(owner)
        for work in works:
            cursor: UUID | None = _FIRST
            while cursor is not None:
                with self._database.session() as db:
                    cursor, count = _reseal(db, work, cursor)
                yield count
        settle(self._database)


def settle(database: Database) -> None:
    """Note of each newest key whether nothing is left under an older one."""
    with database.session(write=False) as db:  # counting takes a while
        settled = [key for key in _unsettled(db) if _is_settled(db, key)]
    if settled:
        with database.session() as db:
            for key in settled:
                kind = type(key)
                moment = clock.machine_now()
                db.execute(update(kind).where(kind.id == key.id).values(settled_at=moment))


def _see_to_house(database: Database) -> None:
    with database.session(write=False) as db:
        is_open = bool(rotating.of(db, None))
    if not is_open:
        with database.session() as db:
            rotating.open_house(db)


def _unsettled(db: Session) -> Iterator[rotating.Key]:
    for _, key in newest_keys(db):
        if key.settled_at is None:
            yield key


def _is_settled(db: Session, key: rotating.Key) -> bool:
    owner = rotating.owner_of(key)
    if _is_first(key) or (owner is None and rotating.is_index(key)):
        return True  # there is nothing older, or nothing that could be moved
    is_old = clock.machine_now() - key.made_at >= SETTLES_AFTER
    return is_old and not left_under(db, owner, key)


def _is_first(key: rotating.Key) -> bool:
    # Before the house had its first one, it sealed under master keys.
    return key.number in (INDEX, 1) and rotating.owner_of(key) is not None


def newest_keys(db: Session) -> Iterator[tuple[Owner, rotating.Key]]:
    """The newest data key and the newest index key of every clinic and of the house."""
    for owner, keys in _all_keys(db):
        for is_index in (False, True):
            key = rotating.newest(keys, index=is_index)
            if key is not None:
                yield owner, key


def is_late(db: Session, after: timedelta) -> bool:
    """Whether anything is left that should long have been sealed anew."""
    now = clock.machine_now()
    return any(not _is_first(key) and now - key.made_at > after for key in _unsettled(db))


def left_under(db: Session, owner: Owner, key: rotating.Key) -> int:
    """How many values stand under older keys than this, the newest of its kind."""
    if not rotating.is_index(key):
        return key_counts.under_older(db, owner, key.number).total()
    return 0 if owner is None else key_counts.under_older_index(db, owner, key.number).total()


def _all_keys(db: Session) -> Iterator[tuple[Owner, list[rotating.Key]]]:
    yield None, list(rotating.of(db, None))
    theirs: dict[UUID, list[rotating.Key]] = {}
    for key in db.scalars(select(ClinicKey)):
        theirs.setdefault(key.clinic_id, []).append(key)
    yield from theirs.items()


def _works(db: Session) -> Iterator[Work]:
    for owner, keys in _all_keys(db):
        data, index = rotating.newest(keys), rotating.newest(keys, index=True)
        if data is not None and data.settled_at is None:
            kind = KeyKind.HOUSE if owner is None else KeyKind.CLINIC
            for table, columns in sealed_columns.all_of(kind).items():
                yield Work(owner, data.number, False, table, columns)
        if owner is None or index is None or index.settled_at is not None:
            continue
        if clock.machine_now() - index.made_at >= MOVES_AFTER:
            for table, column in key_counts.indexed():
                yield Work(owner, index.number, True, table, [column])


def _reseal(db: Session, work: Work, after: UUID) -> tuple[UUID | None, int]:
    """The next few rows. Returns the last one's id, None when there are no more; and how many.

    Rows that somebody has in hand are left for the next pass: nobody waits for anybody.
    """
    clause = sealed_columns.bare(work.table, work.columns)
    ids = _next(db, work, clause, after)
    found = select(clause).where(clause.c.id.in_(ids))
    rows = db.execute(found.with_for_update(skip_locked=True, key_share=True)).mappings()
    count = sum(_change(db, clause, work, row) for row in rows.all())
    return (ids[-1] if ids else None), count


def _next(db: Session, work: Work, clause: TableClause, after: UUID) -> list[UUID]:
    sizes = [func.coalesce(func.length(of(clause, each.name)), 0) for each in work.columns]
    rows = db.execute(
        select(clause.c.id, reduce(add, sizes))
        .where(clause.c.id > after, *key_counts.whose(clause, work.owner), _is_left(work, clause))
        .order_by(clause.c.id)
        .limit(_AT_ONCE)
    )
    ids: list[UUID] = []
    size = 0
    for each, its_size in rows:
        size += its_size
        if ids and size > _MOST_BYTES:
            break
        ids.append(each)
    return ids


def _is_left(work: Work, clause: TableClause) -> ColumnElement[bool]:
    if work.is_index:
        [column] = work.columns
        return key_counts.is_older_index(of(clause, column.index or ""), work.number)
    return or_(
        *(key_counts.is_older(of(clause, column.name), work.number) for column in work.columns)
    )


def _change(db: Session, clause: TableClause, work: Work, row: RowMapping) -> int:
    try:
        values = _indexed_anew(work, row) if work.is_index else _sealed_anew(work, row)
    except encryption.Unreadable:
        # Not ours to lose: it stays as it is, is counted, and the operator is told.
        log.error("not sealed anew", table=work.table)
        return 0
    # Nobody else holds the row; should anybody have changed it all the same, theirs stands.
    before = [clause.c[name] == row[name] for name in values]
    db.execute(update(clause).where(clause.c.id == row["id"], *before).values(values))
    return 1


def _sealed_anew(work: Work, row: RowMapping) -> dict[str, bytes]:
    as_row = sealed_columns.as_row(work.table, row)
    values = {
        column.name: column.seal.closed(as_row, column.seal.opened(as_row, row[column.name]))
        for column in work.columns
        if row[column.name] is not None
    }
    if any(encryption.key_number(each) < work.number for each in values.values()):
        raise encryption.Unreadable  # this process cannot open the newest key
    return values


def _indexed_anew(work: Work, row: RowMapping) -> dict[str, bytes]:
    [column] = work.columns
    if row[column.name] is None or work.owner is None:
        raise encryption.Unreadable
    plain = column.seal.opened(sealed_columns.as_row(work.table, row), row[column.name])
    number = keyring.ring().index(work.owner, work.number, plain.decode())
    return {column.index or "": number}
