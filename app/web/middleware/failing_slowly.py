"""When very much fails at once somebody is guessing: then failures are told slowly, and only they.

Whoever gets what they asked for never waits. What waits holds no thread and no transaction. The
limits that hold over restarts and all processes are counted in rows (`access.attempts`); this one
costs nothing, so it stands before them where a flood would make the counting itself the burden.

A body that is too large (413) is no guess: it is refused by its head alone, which tells nothing and
costs less than holding its connection.
"""

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web import counting

_FAILURES = frozenset({400, 401, 403, 404, 405, 410, 411, 414, 415, 429, 431})
PER_SECOND = 100.0
SECONDS = 1.0
_MOST_WAITING = 500  # beyond, they are told at once: waiting itself must not become the burden


class FailingSlowly:
    """Delays failing answers by a second while there are more than so many of them a second."""

    def __init__(
        self, app: ASGIApp, *, per_second: float = PER_SECOND, seconds: float | None = None
    ) -> None:
        self._app = app
        self._per_second = per_second
        self._seconds = seconds
        self._level, self._looked_at = 0.0, 0.0  # a bucket that leaks
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_in_time(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in _FAILURES:
                await self._slow_down()
            await send(message)

        await self._app(scope, receive, send_in_time)

    async def _slow_down(self) -> None:
        now = anyio.current_time()
        leaked = (now - self._looked_at) * self._per_second
        self._level, self._looked_at = max(0.0, self._level - leaked) + 1, now
        self._level = min(self._level, 2 * self._per_second)  # it closes soon after
        if self._level <= self._per_second or self._waiting >= _MOST_WAITING:
            return
        self._waiting += 1
        counting.SLOWED.inc()
        try:
            await anyio.sleep(SECONDS if self._seconds is None else self._seconds)
        finally:
            self._waiting -= 1
