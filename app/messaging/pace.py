"""How fast texts leave: one bucket for each sender, shared by every process, kept over restarts.

All of it is machine time. A sender takes so many segments a second; a little may go ahead, so that
a worker that looks twice a second keeps up with it. A sender that is said to be busy for longer
than it can be is free: the clock was set back since.
"""

from datetime import timedelta
from random import uniform

from sqlalchemy import ColumnElement, and_, bindparam, case, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db.once import add_once
from app.messaging.gateway import SmsGateway
from app.messaging.models import Sender

_AHEAD = timedelta(seconds=0.5)
_LATELY = timedelta(minutes=1)
_LONGEST = timedelta(minutes=30)  # a gateway's longest pause with all that is added to it, and more
_MOST_LONGER = 0.5  # of a wait, by chance: so that not all come back at once

_STATE = select(Sender.next_free_at, Sender.stopped_at).where(Sender.name == bindparam("name"))


def is_open(db: Session, gateway: SmsGateway) -> bool:
    """Whether a text may leave now. A sender is first heard of here."""
    now = clock.machine_now()
    found = db.execute(_STATE, {"name": gateway.name}).one_or_none()
    if found is None:
        add_once(db, Sender(name=gateway.name, next_free_at=now, stopped_code=""))
        return True
    next_free_at, stopped_at = found
    is_free = next_free_at <= now + _AHEAD or next_free_at > now + _LONGEST
    return stopped_at is None and is_free


def take(db: Session, gateway: SmsGateway, segments: int) -> bool:
    """Use up what a text needs. False when another worker was quicker, or the sender was stopped.

    A gateway without a pace takes all that comes.
    """
    per_second = gateway.segments_per_second
    if per_second is None:
        return True
    now = clock.machine_now()
    # Locked rather than updated by condition: moments are not added to in SQL the same way
    # everywhere.
    free_at = db.scalar(
        select(Sender.next_free_at)
        .where(
            Sender.name == gateway.name,
            or_(Sender.next_free_at <= now + _AHEAD, Sender.next_free_at > now + _LONGEST),
            Sender.stopped_at.is_(None),
        )
        .with_for_update()
    )
    if free_at is None:
        return False
    begins_at = max(free_at, now) if free_at <= now + _AHEAD else now
    needs = timedelta(seconds=segments / per_second)
    _change(db, Sender.name == gateway.name, next_free_at=begins_at + needs)
    return True


def holds_back(db: Session) -> bool:
    """Whether texts wait for their sender: it was stopped, or has been busy within the minute.

    Then a late text does not mean that no worker is there.
    """
    now = clock.machine_now()
    busy = and_(Sender.next_free_at > now - _LATELY, Sender.next_free_at <= now + _LONGEST)
    held = select(Sender.id).where(or_(Sender.stopped_at.is_not(None), busy))
    return db.scalar(held.limit(1)) is not None


def hold(db: Session, wait: timedelta) -> None:
    """Let nothing leave for `wait` and up to half of it more: the gateway asked for that."""
    now = clock.machine_now()
    until = now + _AHEAD + wait * (1 + uniform(0, _MOST_LONGER))  # noqa: S311
    stays = and_(Sender.next_free_at >= until, Sender.next_free_at <= now + _LONGEST)
    later = case((stays, Sender.next_free_at), else_=until)
    _change(db, next_free_at=later)


def stop(db: Session, code: str) -> None:
    """Let nothing leave any more until somebody clears the alarm of this code."""
    _change(db, Sender.stopped_at.is_(None), stopped_at=clock.machine_now(), stopped_code=code)


def restart(db: Session, code: str) -> None:
    """Let texts leave again that were stopped for this code."""
    _change(db, Sender.stopped_code == code, stopped_at=None, stopped_code="")


def _change(db: Session, *which: ColumnElement[bool], **values: object) -> None:
    db.execute(
        update(Sender).where(*which).values(**values).execution_options(synchronize_session=False)
    )
