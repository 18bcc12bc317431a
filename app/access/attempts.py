"""Limits on tries, counted in rows: they hold across restarts and several processes.

Windows are fixed, so a source may get up to twice its limit around the edge of one; the limits
are set with that in mind. Sources (an address, a number) rest only as a keyed hash. Machine time.
"""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app import clock
from app.access.models import Attempt
from app.db.base import new_id
from app.security import keyring

_START_OF_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def allow(db: Session, source: str, *, limit: int, per: timedelta) -> bool:
    """Count one more try of `source`, unless it has had `limit` in this window of `per`.

    A refused try is not counted. The count stays only if the caller's transaction commits.
    """
    return _upsert(db, source, per, Attempt.tries < limit) is not None


def count(db: Session, source: str, *, per: timedelta) -> None:
    """Count one more try, whatever the limit: for limits on failures, known only afterwards."""
    _upsert(db, source, per, None)


def is_over(db: Session, source: str, *, limit: int, per: timedelta) -> bool:
    """Whether `source` has had its `limit` in this window of `per`. Counts nothing."""
    tries = db.scalar(
        select(Attempt.tries).where(
            Attempt.source_hash == _hash(source, per), Attempt.starts_at == _window(per)
        )
    )
    return tries is not None and tries >= limit


def forget(db: Session, source: str, *, per: timedelta) -> None:
    """Give a source its tries back: it has shown that it is who it says."""
    db.execute(
        delete(Attempt).where(
            Attempt.source_hash == _hash(source, per), Attempt.starts_at == _window(per)
        )
    )


def forget_old(db: Session) -> None:
    """Drop the counts of windows that are over. For the worker."""
    db.execute(delete(Attempt).where(Attempt.ends_at < clock.machine_now()))


def network(address: str | None) -> str:
    """The source that an address stands for: itself, or for IPv6 the /64 of its household."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return "unknown"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or parsed.exploded[:19])


def site(network: str) -> str:
    """The /48 of an IPv6 `network`: as much as one subscriber may have."""
    return network[:14]


def _upsert(
    db: Session, source: str, per: timedelta, while_: ColumnElement[bool] | None
) -> int | None:
    # One statement, so that two processes cannot both take the last try.
    starts_at = _window(per)
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    first = insert(Attempt).values(
        id=new_id(),
        source_hash=_hash(source, per),
        starts_at=starts_at,
        ends_at=starts_at + per,
        tries=1,
    )
    return db.scalar(
        first.on_conflict_do_update(
            index_elements=[Attempt.source_hash, Attempt.starts_at],
            set_={"tries": Attempt.tries + 1},
            where=while_,
        ).returning(Attempt.tries)
    )


def _window(per: timedelta) -> datetime:
    return _START_OF_TIME + (clock.machine_now() - _START_OF_TIME) // per * per


def _hash(source: str, per: timedelta) -> bytes:
    # The key in use now: when it is changed, counts begin anew, which does no harm.
    length = str(int(per.total_seconds()))
    return keyring.ring().derive(None, b"attempt", length.encode(), source.encode())[1]
