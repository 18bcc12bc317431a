"""How often a key may ask, over all processes and restarts: so many requests in a minute.

Rows are counted in blocks: a process takes leave for some requests at once and spends it from
memory, so that reading costs no write each time. What it took and did not spend is lost with it,
and counts against the key: never more than the limit goes through.
"""

import threading
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from app import clock
from app.access import attempts
from app.db.engine import Database

PER_MINUTE = 1200
_PER = timedelta(minutes=1)
_BLOCK = 20


@dataclass
class _Leave:
    until: float
    left: int


class KeyLimits:
    """One process's share of every key's minute."""

    def __init__(self, database: Database, *, limit: int = PER_MINUTE, block: int = _BLOCK) -> None:
        self._database = database
        self._limit, self._block = limit, block
        self._leaves: dict[str, _Leave] = {}
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def know(self, source: str) -> None:
        """`source` is a real key. What is none is not counted: anybody can make up any number."""
        self._known.add(source)

    def wait(self, source: str) -> int:
        """0 when `source` may ask once more; else after how many seconds it may."""
        if source not in self._known:
            return 0
        now = clock.machine_now().timestamp()
        length = _PER.total_seconds()
        with self._lock:
            until = (now // length + 1) * length
            leave = self._leaves.get(source)
            # A clock set back or on begins another minute: what was taken for this one is void.
            if leave is None or leave.until != until:
                self._forget(until)
                leave = self._leaves[source] = _Leave(until, self._take(source))
            elif leave.left == 0:
                leave.left = self._take(source)
            if leave.left > 0:
                leave.left -= 1
                return 0
            leave.left = -1  # until the minute is over there is nothing to ask the rows for
            return max(1, int(until - now) + 1)

    def _take(self, source: str) -> int:
        with self._database.session() as db:
            return _take_block(db, source, self._limit, self._block)

    def _forget(self, until: float) -> None:
        for source in [each for each, leave in self._leaves.items() if leave.until != until]:
            del self._leaves[source]


def _take_block(db: Session, source: str, limit: int, block: int) -> int:
    blocks = max(1, limit // block)
    return block if attempts.allow(db, f"key {source}", limit=blocks, per=_PER) else 0
