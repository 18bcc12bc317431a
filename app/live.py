"""Wake-ups between transactions: publish a topic after commit, subscribe to it elsewhere.

A wake-up carries nothing: whoever is woken reads the rows anew. So a lost or doubled one does no
harm as long as readers also look from time to time. In one process it is a call; on PostgreSQL
every process hears it through LISTEN/NOTIFY, which the database sends at commit.
"""

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy import event, make_url, text
from sqlalchemy.orm import Session

_CHANNEL = "afterglow"
_TOPICS = "live_topics"
_SPARED = "live_spared"
# pg_notify takes parameters; NOTIFY does not. One question for however many topics.
_NOTIFY = text("SELECT pg_notify(:channel, notice) FROM unnest(CAST(:notices AS text[])) AS notice")
_OURS = uuid4().hex[:12]
# It mostly waits: a server that is gone without a word is to be noticed all the same.
_SILENCE: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


@dataclass(eq=False)
class Subscription:
    """One listener's bell. `wait` sleeps until it rings or the time is up."""

    loop: asyncio.AbstractEventLoop
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_rung(self) -> bool:
        """Whether it rang since the last wait."""
        return self.bell.is_set()

    async def wait(self, timeout: float) -> bool:
        """True when woken, False after `timeout` seconds. Rings that came before count."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.bell.wait(), timeout)
        rung = self.bell.is_set()
        self.bell.clear()
        return rung


_listeners: dict[str, set[Subscription]] = {}
_lock = threading.Lock()


def publish(db: Session, topic: str) -> None:
    """Wake everybody subscribed to `topic` once this transaction has committed."""
    db.info.setdefault(_TOPICS, set()).add(topic)


def spare(db: Session, subscription: Subscription | None) -> None:
    """Do not wake this listener for what this transaction publishes: it knows already."""
    db.info[_SPARED] = subscription


@contextmanager
def unheard(db: Session) -> Iterator[None]:
    """Nobody is woken for what is published inside the block: it will be taken back."""
    before = set(db.info.get(_TOPICS, ()))
    try:
        yield
    finally:
        db.info[_TOPICS] = before


@contextmanager
def subscribe(*topics: str) -> Iterator[Subscription]:
    """Listen to topics for as long as the block runs. Only inside an event loop."""
    subscription = Subscription(asyncio.get_running_loop())
    with _lock:
        for topic in topics:
            _listeners.setdefault(topic, set()).add(subscription)
    try:
        yield subscription
    finally:
        with _lock:
            for topic in topics:
                _listeners.get(topic, set()).discard(subscription)
                if not _listeners.get(topic):
                    _listeners.pop(topic, None)


def ring(topic: str, *, but: Subscription | None = None) -> None:
    """Wake this process's listeners of `topic` but one, from any thread."""
    with _lock:
        listeners = list(_listeners.get(topic, ()))
    for listener in listeners:
        if listener is but:
            continue
        with suppress(RuntimeError):  # its loop has closed
            listener.loop.call_soon_threadsafe(listener.bell.set)


@event.listens_for(Session, "before_commit")
def _before_commit(db: Session) -> None:
    topics: set[str] = db.info.get(_TOPICS, set())
    if not topics or db.in_nested_transaction():  # a savepoint may still be taken back
        return
    if db.get_bind().dialect.name == "postgresql":
        notices = [f"{_sender()} {topic}" for topic in sorted(topics)]
        # Past the session: what waits to be written is linked to the audit chain first.
        db.connection().execute(_NOTIFY, {"channel": _CHANNEL, "notices": notices})


@event.listens_for(Session, "after_commit")
def _after_commit(db: Session) -> None:
    if db.in_nested_transaction():  # a savepoint: nobody else sees its rows yet
        return
    spared = db.info.pop(_SPARED, None)
    for topic in db.info.pop(_TOPICS, set()):
        ring(topic, but=spared)


@event.listens_for(Session, "after_rollback")
def _after_rollback(db: Session) -> None:
    if db.in_nested_transaction():  # what was published outside of it still holds
        return
    db.info.pop(_TOPICS, None)


def listen(url: str, stop: threading.Event) -> None:
    """Pass on what other processes publish, until `stop`.

    PostgreSQL only; runs in a thread of its own.
    """
    import psycopg  # a process on SQLite goes without its 6 MB

    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    while not stop.is_set():
        try:
            with psycopg.connect(address, autocommit=True, **_SILENCE) as connection:
                connection.execute(f"LISTEN {_CHANNEL}")
                _ring_everybody()  # what was published while nobody listened
                while not stop.is_set():
                    for notice in connection.notifies(timeout=1):
                        _hear(notice.payload)
        except psycopg.OperationalError:
            stop.wait(1)


def _hear(notice: str) -> None:
    sender, _, topic = notice.rpartition(" ")
    if sender != _sender():  # who published it here was heard here, at the commit
        ring(topic)


def _sender() -> str:
    return f"{_OURS}-{os.getpid()}"


def _ring_everybody() -> None:
    with _lock:
        topics = list(_listeners)
    for topic in topics:
        ring(topic)
