"""How fast texts leave: one bucket for each sender, shared by every process, kept over restarts.

All of it is machine time. A sender takes so many segments a second; a little may go ahead, so that
a worker that looks twice a second keeps up with it.
"""

from datetime import timedelta
from random import uniform

from sqlalchemy import ColumnElement, bindparam, case, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db.once import add_once
from app.messaging.gateway import SmsGateway
from app.messaging.models import Sender

_AHEAD = timedelta(seconds=0.5)
_LATELY = timedelta(minutes=1)
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
    return stopped_at is None and next_free_at <= now + _AHEAD


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
            Sender.next_free_at <= now + _AHEAD,
            Sender.stopped_at.is_(None),
        )
        .with_for_update()
    )
    if free_at is None:
        return False
    needs = timedelta(seconds=segments / per_second)
    _change(db, Sender.name == gateway.name, next_free_at=max(free_at, now) + needs)
    return True


def holds_back(db: Session) -> bool:
    """Whether texts wait for their sender: it was stopped, or has been busy within the minute.

    Then a late text does not mean that no worker is there.
    """
    busy = Sender.next_free_at > clock.machine_now() - _LATELY
    held = select(Sender.id).where(or_(Sender.stopped_at.is_not(None), busy))
    return db.scalar(held.limit(1)) is not None


def hold(db: Session, wait: timedelta) -> None:
    """Let nothing leave for `wait` and up to half of it more: the gateway asked for that."""
    until = clock.machine_now() + _AHEAD + wait * (1 + uniform(0, _MOST_LONGER))  # noqa: S311
    later = case((Sender.next_free_at < until, until), else_=Sender.next_free_at)
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
