"""Links what was recorded to what was recorded before, and looks whether all links still hold.

Linking is the last thing a transaction does: the lock on a clinic's chain is held for a few
statements only, and whoever holds it waits for nothing else, so that nobody can wait in a circle.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Table, event, func, inspect, select, text
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


def expect(db: Session, recorded: AuditEvent) -> None:
    """Link this event when its transaction commits."""
    db.info.setdefault(_RECORDED, []).append(recorded)


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
    recorded: list[AuditEvent] = db.info.pop(_RECORDED, [])
    kept = [each for each in recorded if each in db]  # what a savepoint took back is not
    if kept:
        _link(db, kept)


@event.listens_for(Session, "after_rollback")
def _after_rollback(db: Session) -> None:
    if not db.in_nested_transaction():
        db.info.pop(_RECORDED, None)


def _link(db: Session, events: list[AuditEvent]) -> None:
    # What waits to be written is written with its link; what stands there already gets it added.
    unwritten = [each for each in events if inspect(each).pending]
    for each in unwritten:
        db.expunge(each)
    db.flush()  # all else first: see above
    # In one order, or two transactions over the same two clinics could wait for each other.
    for clinic_id in sorted({each.clinic_id for each in events}, key=str):
        _append(db, clinic_id, [each for each in events if each.clinic_id == clinic_id])
    db.add_all(unwritten)


def _append(db: Session, clinic_id: UUID | None, events: list[AuditEvent]) -> None:
    _hold(db, clinic_id)
    last = db.execute(
        select(_c.seq, _c.hash)
        .where(_is_of(clinic_id), _c.seq.is_not(None))
        .order_by(_c.seq.desc())
        .limit(1)
    ).first()
    seq, previous = (last.seq, last.hash) if last else (0, FIRST)
    for each in events:
        seq += 1
        each.seq, each.previous_hash = seq, previous
        each.hash = previous = hash_of(seq, previous, [getattr(each, name) for name in COLUMNS])


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
