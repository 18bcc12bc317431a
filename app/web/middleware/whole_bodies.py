"""Takes in a whole body before anything is done with it.

An endpoint runs in a thread, of which there are few, and most open a transaction, of which SQLite
writes one at a time. Neither may wait for somebody's line. And all bodies that are on their way at
once have so much room together: beyond it, 503 and when to come back.
"""

from collections.abc import Iterable

import anyio.from_thread
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOM = 96 * 1024 * 1024
_SMALL = 64 * 1024  # always finds room: a form, an entry, a signal
_COME_BACK = {"Retry-After": "5"}
_TAKEN = "afterglow.body"


class Room:
    """How many bytes of bodies are in memory."""

    def __init__(self, size: int = ROOM) -> None:
        self._size = size
        self._taken = 0

    def take(self, size: int) -> None:
        """Refuses (503) what there is no room for."""
        if self._taken + size > self._size:
            raise HTTPException(503, headers=_COME_BACK)
        self._taken += size

    def give_back(self, size: int) -> None:
        """It is done with."""
        self._taken -= size


room = Room()


class WholeBody:
    """Around one route: nothing behind it ever waits for a client."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        parts: list[bytes] = []
        taken = 0
        try:
            async for part in Request(scope, receive).stream():
                parts.append(part)
                size = sum(map(len, parts)) if taken == 0 else len(part)
                if taken or size > _SMALL:
                    room.take(size)
                    taken += size
            scope[_TAKEN] = body = b"".join(parts)
            await self._app(scope, _replay(body, receive), send)
        except ClientDisconnect:
            return  # nobody is there to be answered, and nothing was done
        finally:
            room.give_back(taken)


def of(request: Request) -> bytes:
    """The body of a request, from a plain `def` endpoint. Taken in before, it costs no waiting."""
    body: bytes | None = request.scope.get(_TAKEN)
    return anyio.from_thread.run(request.body) if body is None else body


def _replay(body: bytes, receive: Receive) -> Receive:
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def first(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """The same routes, each with its body taken in first. Done twice it is done once."""
    routes = list(routes)
    for route in routes:
        if isinstance(route, Mount):
            first(route.routes)
        elif isinstance(route, Route):
            _put_around(route)
    return routes


def _put_around(route: Route) -> None:
    limit = route.app if isinstance(route.app, RequestBodyLimitMiddleware) else None
    inside = limit.app if limit else route.app
    if isinstance(inside, WholeBody):
        return
    # Within the route's own limit, which may be more than that of the house.
    if limit:
        limit.app = WholeBody(inside)
    else:
        route.app = WholeBody(inside)
