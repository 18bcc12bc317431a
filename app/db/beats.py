"""Signs of life of the workers, so that others can say when there is none. Machine time."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db.base import Model, new_id

EVERY = timedelta(seconds=10)
# Long jobs and a slow database are no death; five missed beats are.
DEAD_AFTER = timedelta(seconds=60)
_FORGOTTEN_AFTER = timedelta(days=1)


class WorkerBeat(Model):
    """One worker, and when it was last at work."""

    __tablename__ = "worker_beat"

    name: Mapped[str] = mapped_column(unique=True)
    seen_at: Mapped[datetime]


def beat(db: Session, name: str) -> None:
    """The worker `name` is at work now. Those long gone are forgotten."""
    now = clock.machine_now()
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    db.execute(
        insert(WorkerBeat)
        .values(id=new_id(), name=name, seen_at=now)
        .on_conflict_do_update(index_elements=[WorkerBeat.name], set_={"seen_at": now})
    )
    db.execute(delete(WorkerBeat).where(WorkerBeat.seen_at < now - _FORGOTTEN_AFTER))


def leave(db: Session, name: str) -> None:
    """The worker `name` has stopped working."""
    db.execute(delete(WorkerBeat).where(WorkerBeat.name == name))


def is_somebody_at_work(db: Session) -> bool:
    """Whether any worker was seen lately.

    After a clock was set back, what it wrote before lies ahead: that was no sign of life for as
    long as it lies further ahead than a beat may be old.
    """
    now = clock.machine_now()
    seen = db.scalar(
        select(func.count()).where(
            WorkerBeat.seen_at >= now - DEAD_AFTER, WorkerBeat.seen_at <= now + DEAD_AFTER
        )
    )
    return bool(seen)
