"""Threads: what the inbox keeps of all texts with one patient, or with one unknown number.

A thread is open while a person still has to answer something in it, and unread while nobody has
looked at what came in last. Whatever changes one wakes the clinic's console.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Table,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, joinedload

from app import clock, live
from app.audit import trail
from app.db.base import UTCDateTime
from app.db.once import add_once
from app.messaging.models import Direction, Message, MessageStatus, Thread
from app.people import phones
from app.people.models import Clinic, Patient, Practitioner
from app.tasks import desk
from app.tasks.models import TaskCode

# The error code of a text that was kept from leaving because of what its patient wrote meanwhile.
HELD_BACK = "held-back"
_table = cast(Table, Thread.__table__)
_TOUCH = (
    update(_table)
    .where(_table.c.patient_id == bindparam("of"))
    .values(
        last_at=case(
            (_table.c.last_at < bindparam("at"), bindparam("at", type_=UTCDateTime())),
            else_=_table.c.last_at,
        )
    )
    .returning(_table.c.id)
)


def of(db: Session, patient: Patient) -> Thread:
    """The patient's thread, made when there is none yet."""
    db.flush()  # the thread points at the patient's row
    return _made_once(
        db,
        Thread(clinic_id=patient.clinic_id, patient_id=patient.id, last_at=clock.now(), unread=0),
        Thread.patient_id == patient.id,
    )


def of_stranger(db: Session, clinic: Clinic, number: str) -> Thread:
    """The thread with a normal number that nobody at the clinic has, made when there is none."""
    indexes = phones.indexes(db, {clinic.id: number})
    return _made_once(
        db,
        Thread(
            clinic_id=clinic.id,
            number=number,
            number_index=phones.index(db, clinic.id, number),
            last_at=clock.now(),
            unread=0,
        ),
        (Thread.clinic_id == clinic.id) & Thread.number_index.in_(indexes),
    )


def of_message(db: Session, message: Message) -> Thread | None:
    """The thread that a text belongs to. None for texts with staff."""
    if message.patient is not None:
        return of(db, message.patient)
    return db.get(Thread, message.thread_id) if message.thread_id else None


def touch_inbound(db: Session, message: Message, *, needs_person: bool) -> None:
    """A text came in. `needs_person`: somebody has to answer it, so the thread opens."""
    thread = of_message(db, message)
    if thread is None:
        return
    at = message.sent_at or message.made_at
    _change(
        db,
        thread,
        last_at=_later(at),
        unread=Thread.unread + 1,
        opened_at=_opened(at) if needs_person else Thread.opened_at,
    )


def touch_outbound(db: Session, message: Message) -> None:
    """A text has left. It answers nothing by itself: see `answered`."""
    at = message.sent_at or clock.now()
    if message.patient_id is not None:
        # Every text that leaves comes by here, and nearly all of them find a thread.
        touched = db.execute(_TOUCH, {"of": message.patient_id, "at": at})
        if touched.first() is not None:
            live.publish(db, f"desk:{message.clinic_id}")
            return
    thread = of_message(db, message)
    if thread is not None:
        _change(db, thread, last_at=_later(at))


def open_again(db: Session, thread: Thread) -> None:
    """Somebody has to answer after all, since its last text at the latest."""
    _change(db, thread, opened_at=func.coalesce(Thread.opened_at, Thread.last_at))


def mark_read(db: Session, thread: Thread) -> None:
    """Somebody has looked at it."""
    if thread.unread:
        _change(db, thread, unread=0)


def answered(
    db: Session,
    thread: Thread,
    *,
    by: Practitioner | None = None,
    seen: datetime | None = None,
) -> None:
    """Nothing waits for an answer any more: also the task to answer is done.

    `seen`: the newest text that whoever answered had before them; what came in after it, while they
    were typing, still waits.
    """
    db.execute(select(Thread.id).where(Thread.id == thread.id).with_for_update())
    db.refresh(thread)  # as it stands now that nobody else changes it
    unseen_at = _first_after(db, thread, seen) if seen and thread.opened_at else None
    if unseen_at is not None:
        _change(db, thread, opened_at=unseen_at)
    else:
        _change(db, thread, opened_at=None, unread=0)
    if thread.patient_id is not None and unseen_at is None:
        desk.settle_for(db, TaskCode.ANSWER, thread.patient_id, by=by)
    trail.record(db, "answer", agent=by, entity=thread)


def own(db: Session, thread: Thread, by: Practitioner | None) -> None:
    """Somebody takes it on; None gives it back to all."""
    _change(db, thread, owner_id=by.id if by else None)
    db.expire(thread, ["owner"])
    trail.record(db, "own-thread" if by else "release-thread", agent=by, entity=thread)


def of_clinic(
    db: Session,
    clinic_id: UUID,
    *,
    first: Collection[UUID] = (),
    limit: int = 100,
    skip: int = 0,
) -> Sequence[Thread]:
    """The clinic's threads: the open ones, oldest first, then the others, newest first.

    `first`: patients and threads that come before all, whatever was said.
    """
    is_first = or_(Thread.patient_id.in_(first), Thread.id.in_(first))
    return db.scalars(
        select(Thread)
        .options(joinedload(Thread.patient), joinedload(Thread.owner))
        .where(Thread.clinic_id == clinic_id)
        .order_by(
            case((is_first, 0), else_=1),
            Thread.opened_at.is_(None),
            Thread.opened_at,
            Thread.last_at.desc(),
        )
        .limit(limit)
        .offset(skip)
    ).all()


def texts(
    db: Session, thread: Thread, *, before: datetime | None = None, limit: int = 200
) -> Sequence[Message]:
    """What was said in it, oldest first: what was sent or received, waits, or was held back.

    The newest `limit` of all, or of those that are older than `before`.
    """
    older = [Message.made_at < before] if before is not None else []
    newest = db.scalars(
        select(Message)
        .options(joinedload(Message.link), joinedload(Message.written_by))
        .where(
            _is_in(thread),
            *older,
            or_(
                Message.status != MessageStatus.CANCELLED,
                Message.sent_at.is_not(None),
                Message.error_code == HELD_BACK,
            ),
        )
        .order_by(Message.made_at.desc(), Message.id.desc())
        .limit(limit)
    ).all()
    return newest[::-1]


def _first_after(db: Session, thread: Thread, seen: datetime) -> datetime | None:
    """When the first text after `seen` came in."""
    return db.scalar(
        select(func.min(Message.sent_at)).where(
            _is_in(thread), Message.direction == Direction.INBOUND, Message.sent_at > seen
        )
    )


def _is_in(thread: Thread) -> ColumnElement[bool]:
    if thread.patient_id is None:
        return Message.thread_id == thread.id
    return Message.patient_id == thread.patient_id


def _made_once(db: Session, wanted: Thread, same: ColumnElement[bool]) -> Thread:
    found = db.scalar(select(Thread).where(same))
    if found is None:
        add_once(db, wanted)
        found = db.scalars(select(Thread).where(same)).one()
    return found


def _opened(at: datetime) -> ColumnElement[datetime | None]:
    return func.coalesce(Thread.opened_at, literal(at, UTCDateTime()))


def _later(moment: datetime) -> ColumnElement[datetime]:
    """A thread's last moment never goes back: a text that was swept up may be an old one."""
    return case((Thread.last_at < moment, literal(moment, UTCDateTime())), else_=Thread.last_at)


def _change(db: Session, thread: Thread, **values: object) -> None:
    db.execute(
        update(Thread)
        .where(Thread.id == thread.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    db.refresh(thread)
    live.publish(db, f"desk:{thread.clinic_id}")
