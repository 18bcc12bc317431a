"""What a client has at hand: lines, people, and how long each thing took."""

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection

from bench.reliability.lines import Line


class World:
    """One client's. Times are counted from the moment at which something was meant to begin."""

    def __init__(self, job: dict[str, Any], chance: random.Random) -> None:
        self.urls: list[str] = job["urls"]
        self.hooks: dict[str, Any] = job["hooks"]
        self.chance = chance
        self.taken: dict[str, list[float]] = {}
        self.errors: Counter[str] = Counter()
        self.waiting: list[ClientConnection] = []  # pages in waiting rooms, until the end
        self._job = job
        self._free: dict[str, deque[Any]] = {}
        self._lines: dict[str, deque[Line]] = {url: deque() for url in self.urls}

    def note(self, kind: str, began: float) -> None:
        """Something that was meant to begin at `began` is done."""
        self.taken.setdefault(kind, []).append(time.perf_counter() - began)

    def next(self, what: str) -> Any:
        """One of a kind, each in its turn."""
        pool = self._pool(what)
        pool.rotate(-1)
        return pool[-1]

    @asynccontextmanager
    async def alone(self, what: str) -> AsyncIterator[Any]:
        """One of a kind that nobody else has meanwhile. Waits for none: who is left out waits."""
        pool = self._pool(what)
        while not pool:
            await asyncio.sleep(0.01)
        one = pool.popleft()
        try:
            yield one
        finally:
            pool.append(one)

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Line]:
        """A line to one of the processes, kept open from visitor to visitor as a proxy does."""
        free = self._lines[self.chance.choice(self.urls)]
        line = free.popleft() if free else Line(self._url_of(free))
        try:
            yield line
        except BaseException:
            await line.close()
            raise
        free.append(line)

    def place(self) -> dict[str, str]:
        """Somebody's address, as the proxy names it."""
        first, second = self.chance.randrange(256), self.chance.randrange(256)
        return {"x-forwarded-for": f"10.{first}.{second}.7"}

    async def close(self) -> None:
        """Hang up everywhere."""
        opened = [line for lines in self._lines.values() for line in lines]
        closing = [*(line.close() for line in opened), *(page.close() for page in self.waiting)]
        await asyncio.gather(*closing, return_exceptions=True)

    def _pool(self, what: str) -> deque[Any]:
        if what not in self._free:
            shuffled = list(self._job[what])
            self.chance.shuffle(shuffled)
            self._free[what] = deque(shuffled)
        return self._free[what]

    def _url_of(self, wanted: deque[Line]) -> str:
        return next(url for url, lines in self._lines.items() if lines is wanted)
