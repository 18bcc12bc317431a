"""How fast texts leave: one bucket for each sender, shared by every process, kept over restarts.

All of it is machine time. A sender takes so many segments a second; a little may go ahead, so that
a worker that looks twice a second keeps up with it. A sender that is said to be busy for longer
than it can be is free: the clock was set back since.

A clinic texts by its own sender, or by the installation's, which all others share. None of them
waits for another.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, bindparam, case, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db.once import add_once
from app.messaging.gateway import SmsGateway
from app.messaging.models import Message, Sender

_AHEAD = timedelta(seconds=0.5)
_LATELY = timedelta(minutes=1)
_LONGEST = timedelta(minutes=30)  # a gateway's longest pause with all that is added to it, and more
_MOST_LONGER = 0.5  # of a wait, by chance: so that not all come back at once

_IS_OWN = and_(Sender.clinic_id.is_not(None), Sender.left_at.is_(None))

# Every text that leaves comes by these: made once, and below the ORM.
_row = cast(Table, Sender.__table__).c
_IN_USE = select(
    _row.id,
    _row.name,
    _row.clinic_id,
    _row.segments_per_second,
    _row.next_free_at,
    _row.stopped_at,
).where(
    or_(_row.name == bindparam("shared"), and_(_row.clinic_id.is_not(None), _row.left_at.is_(None)))
)
_FREE = (
    select(_row.next_free_at)
    .where(
        _row.name == bindparam("named"),
        or_(_row.next_free_at <= bindparam("soon"), _row.next_free_at > bindparam("never")),
        _row.stopped_at.is_(None),
    )
    .with_for_update()
)
_BUSY = (
    update(cast(Table, Sender.__table__))
    .where(_row.name == bindparam("named"))
    .values(next_free_at=bindparam("until"))
)


@dataclass(frozen=True)
class Own:
    """A clinic's own sender: what its texts leave by, and how fast."""

    id: UUID
    name: str
    segments_per_second: float | None  # none: as the installation's


@dataclass(frozen=True)
class Roads:
    """By which senders texts may leave now; false when by none."""

    shared: bool  # whether by the installation's
    own: Mapping[UUID, Own]  # by clinic: all there are
    closed: frozenset[UUID]  # the clinics whose own one is busy, or stopped

    def __bool__(self) -> bool:
        return self.shared or len(self.closed) < len(self.own)

    @property
    def only(self) -> Collection[UUID] | None:
        """The clinics whose texts alone may leave; None: all but those that are closed."""
        return None if self.shared else self.own.keys() - self.closed


def open_now(db: Session, gateway: SmsGateway, aside: Collection[UUID | None] = ()) -> Roads:
    """By which senders texts may leave now. The installation's is first heard of here.

    `aside`: ids of senders that are to be passed over; None among them: the installation's.
    """
    now = clock.machine_now()
    own, closed, shared = {}, set(), None
    for row in db.execute(_IN_USE, {"shared": gateway.name}):
        is_free = row.stopped_at is None and _is_free(row.next_free_at, now)
        if row.clinic_id is None:
            shared = is_free
            continue
        own[row.clinic_id] = Own(row.id, row.name, row.segments_per_second)
        if not is_free or row.id in aside:
            closed.add(row.clinic_id)
    if shared is None:
        add_once(db, Sender(name=gateway.name, next_free_at=now))
        shared = True
    return Roads(shared and None not in aside, own, frozenset(closed))


def _is_free(next_free_at: datetime, now: datetime) -> bool:
    return next_free_at <= now + _AHEAD or next_free_at > now + _LONGEST


def take(db: Session, gateway: SmsGateway, segments: int, own: Own | None = None) -> bool:
    """Use up what a text needs of its clinic's `own` sender, or of the installation's.

    False when another worker was quicker, or the sender was stopped. A gateway without a pace takes
    all that comes.
    """
    per_second = gateway.segments_per_second
    if per_second is None:
        return True
    if own is not None and own.segments_per_second is not None:
        per_second = own.segments_per_second
    name = gateway.name if own is None else own.name
    now = clock.machine_now()
    # Locked rather than updated by condition: moments are not added to in SQL the same way
    # everywhere.
    values = {"named": name, "soon": now + _AHEAD, "never": now + _LONGEST}
    free_at = db.execute(_FREE, values).scalar()
    if free_at is None:
        return False
    begins_at = max(free_at, now) if free_at <= now + _AHEAD else now
    until = begins_at + timedelta(seconds=segments / per_second)
    db.execute(_BUSY, {"named": name, "until": until})
    return True


def sender_of(message: Message) -> ColumnElement[bool]:
    """The sender that a text went by, for `hold` and `stop`: the clinic's own, or the shared."""
    if message.sender_id is None:
        return Sender.clinic_id.is_(None)
    return Sender.id == message.sender_id


def holds_back(db: Session) -> bool:
    """Whether a sender that clinics text by was stopped, or has been busy within the minute."""
    return bool(_held(db))


def waits_for_none(db: Session) -> ColumnElement[bool]:
    """The texts that no sender holds back, for `outbox.lateness`.

    When such a text is late no worker is there, or it is a lame one. What waits for its sender says
    nothing of that, and must not hide what waits for none.
    """
    held = _held(db)
    own = select(Sender.clinic_id).where(_IS_OWN)
    by_own = Message.clinic_id.in_(own)
    of_held = Message.clinic_id.in_([clinic_id for clinic_id in held if clinic_id is not None])
    return and_(by_own, ~of_held) if None in held else ~of_held


def _held(db: Session) -> set[UUID | None]:
    """The clinics whose own sender holds texts back; None among them: the installation's does."""
    now = clock.machine_now()
    in_use = select(Sender.clinic_id, Sender.next_free_at, Sender.stopped_at)
    latest = in_use.where(Sender.clinic_id.is_(None)).order_by(Sender.next_free_at.desc()).limit(1)
    return {
        clinic_id
        for clinic_id, free_at, stopped_at in (
            *db.execute(in_use.where(_IS_OWN)),
            *db.execute(latest),
        )
        if stopped_at is not None or now - _LATELY < free_at <= now + _LONGEST
    }


def hold(db: Session, wait: timedelta, *which: ColumnElement[bool]) -> None:
    """Let nothing leave for `wait` and up to half of it more: the gateway asked for that.

    By `which` sender; by none at all, unless that is said. So are the two below.
    """
    now = clock.machine_now()
    until = now + _AHEAD + wait * (1 + uniform(0, _MOST_LONGER))  # noqa: S311
    stays = and_(Sender.next_free_at >= until, Sender.next_free_at <= now + _LONGEST)
    later = case((stays, Sender.next_free_at), else_=until)
    _change(db, *which, next_free_at=later)


def stop(db: Session, code: str, *which: ColumnElement[bool]) -> None:
    """Let nothing leave any more until somebody clears the alarm of this code."""
    now, runs = clock.machine_now(), Sender.stopped_at.is_(None)
    _change(db, runs, *which, stopped_at=now, stopped_code=code)


def restart(db: Session, code: str, *which: ColumnElement[bool]) -> None:
    """Let texts leave again that were stopped for this code."""
    _change(db, Sender.stopped_code == code, *which, stopped_at=None, stopped_code="")


def _change(db: Session, *which: ColumnElement[bool], **values: object) -> None:
    db.execute(
        update(Sender).where(*which).values(**values).execution_options(synchronize_session=False)
    )
