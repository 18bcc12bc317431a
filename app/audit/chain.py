"""Links what was recorded to what was recorded before, and looks whether all links still hold.

Linking is the last thing a transaction does: the lock on a clinic's chain is held for a few
statements only, and whoever holds it waits for nothing else, so that nobody can wait in a circle.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Table, bindparam, event, func, select, text, update
from sqlalchemy.orm import Session

from app.audit.links import COLUMNS, FIRST, hash_of
from app.audit.models import AuditEvent

_RECORDED = "recorded_events"
_table = cast(Table, AuditEvent.__table__)
_c = _table.c
_HASHED = len(COLUMNS)
_AT_ONCE = 1000  # rows


@dataclass(frozen=True)
class Verdict:
    """How a chain stands: how many events, the last hash, and where it breaks (None: nowhere)."""

    length: int
    end: bytes
    broken_at: int | None = None
    why: str = ""


def expect(db: Session, event_id: UUID) -> None:
    """Link this event when its transaction commits."""
    db.info.setdefault(_RECORDED, []).append(event_id)


def verify(db: Session, clinic_id: UUID | None) -> Verdict:
    """Look at every link of a clinic's chain. Names the first that does not hold.

    None: what belongs to no clinic.
    """
    length, end = 0, FIRST
    for row in _linked(db, clinic_id):
        if row.seq != length + 1:
            return Verdict(length, end, length + 1, "missing")
        if row.previous_hash != end:
            return Verdict(length, end, row.seq, "does not follow")
        if row.hash != hash_of(row.seq, end, row[:_HASHED]):
            return Verdict(length, end, row.seq, "was changed")
        length, end = row.seq, row.hash
    if db.scalar(select(func.count()).where(_is_of(clinic_id), _c.seq.is_(None))):
        return Verdict(length, end, length + 1, "was put in beside the chain")
    return Verdict(length, end)


def chains(db: Session) -> list[UUID | None]:
    """Whose chains there are: clinics', and perhaps None for what belongs to none."""
    return list(db.scalars(select(_c.clinic_id).distinct()))


@event.listens_for(Session, "before_commit")
def _before_commit(db: Session) -> None:
    if db.in_nested_transaction():  # a savepoint: it may still be taken back
        return
    ids: list[UUID] = db.info.pop(_RECORDED, [])
    if not ids:
        return
    db.flush()
    _link(db, ids)


@event.listens_for(Session, "after_rollback")
def _after_rollback(db: Session) -> None:
    if not db.in_nested_transaction():
        db.info.pop(_RECORDED, None)


def _link(db: Session, ids: list[UUID]) -> None:
    # What a savepoint took back is not there any more.
    rows = {row.id: row for row in db.execute(_CONTENTS, {"ids": ids})}
    kept = [rows[each] for each in ids if each in rows]
    # In one order, or two transactions over the same two clinics could wait for each other.
    for clinic_id in sorted({row.clinic_id for row in kept}, key=str):
        _append(db, clinic_id, [row for row in kept if row.clinic_id == clinic_id])


def _append(db: Session, clinic_id: UUID | None, rows: Iterable[Row[Any]]) -> None:
    _hold(db, clinic_id)
    last = db.execute(
        select(_c.seq, _c.hash)
        .where(_is_of(clinic_id), _c.seq.is_not(None))
        .order_by(_c.seq.desc())
        .limit(1)
    ).first()
    seq, previous = (last.seq, last.hash) if last else (0, FIRST)
    links = []
    for row in rows:
        seq += 1
        link = hash_of(seq, previous, row)
        links.append({"_id": row.id, "_seq": seq, "_previous": previous, "_hash": link})
        previous = link
    db.connection().execute(_LINK, links)


def _hold(db: Session, clinic_id: UUID | None) -> None:
    """Nobody else appends to this chain until the commit. SQLite has one writer anyway."""
    if db.get_bind().dialect.name != "postgresql":
        return
    name = hashlib.sha256(b"trail " + (clinic_id.bytes if clinic_id else b"")).digest()
    number = int.from_bytes(name[:8], "big", signed=True)
    db.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def _linked(db: Session, clinic_id: UUID | None) -> Iterator[Row[Any]]:
    found = (
        select(*(_c[name] for name in COLUMNS), _c.seq, _c.previous_hash, _c.hash)
        .where(_is_of(clinic_id), _c.seq.is_not(None))
        .order_by(_c.seq)
        .execution_options(yield_per=_AT_ONCE)
    )
    with db.execute(found) as rows:  # closed too when nobody wants the rest
        yield from cast(Iterable[Row[Any]], rows)


def _is_of(clinic_id: UUID | None) -> Any:
    return _c.clinic_id.is_(None) if clinic_id is None else _c.clinic_id == clinic_id


_CONTENTS = select(*(_c[name] for name in COLUMNS)).where(
    _c.id.in_(bindparam("ids", expanding=True)), _c.seq.is_(None)
)
_LINK = (
    update(_table)
    .where(_c.id == bindparam("_id"))
    .values(seq=bindparam("_seq"), previous_hash=bindparam("_previous"), hash=bindparam("_hash"))
)
