"""The server itself, around a page or two, with little patience."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from types import SimpleNamespace

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from app.serving.connections import PromptConnection
from app.serving.lines import PromptLine
from app.serving.server import LeavingServer
from app.serving.state import Patience
from bench.reliability.installation import free_port

HURRIED = Patience(head=0.3, body=0.3, unread=0.3, linger=0.1, farewell=0.1, look_every=0.05)


class Served:
    """A server in a thread of its own."""

    def __init__(self, app: Starlette, patience: Patience) -> None:
        self.app = app
        if not hasattr(app.state, "worker"):
            app.state.worker = SimpleNamespace(stop=lambda: None)
            app.state.database = SimpleNamespace(close=lambda: None)
        self.port = free_port()
        config = uvicorn.Config(
            app,
            port=self.port,
            http=PromptConnection,
            ws=PromptLine,
            log_config=None,
            loop="asyncio",
        )
        self.server = LeavingServer(config, app, patience=patience)
        self.thread = threading.Thread(target=self.server.run)

    def __enter__(self) -> "Served":
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()
        self.thread.join(20)

    def leave(self) -> None:
        """As SIGTERM does."""
        self.server.should_exit = True

    @contextmanager
    def line(self, said: bytes = b"") -> Iterator[socket.socket]:
        """A bare connection on which this was said."""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=10)) as line:
            line.sendall(said)
            yield line

    def answer(self, said: bytes) -> bytes:
        """All that comes back until the server hangs up."""
        with self.line(said) as line:
            return all_of(line)


def all_of(line: socket.socket) -> bytes:
    """What arrives until the other side hangs up."""
    parts = []
    try:
        while part := line.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


async def _hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def _take(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"took {len(await request.body())}")


async def _slow(_: Request) -> PlainTextResponse:
    await asyncio.sleep(0.5)
    return PlainTextResponse("done")


async def _large(_: Request) -> PlainTextResponse:
    return PlainTextResponse("x" * 20_000_000)


async def _talk(socket) -> None:
    await socket.accept()
    while True:
        await socket.receive_text()


@pytest.fixture
def serve() -> Callable[..., Served]:
    """`with serve() as served:` a page that greets, one that takes, one that is slow, one large."""

    def start(patience: Patience = HURRIED) -> Served:
        routes = [
            Route("/", _hello),
            Route("/take", _take, methods=["POST"]),
            Route("/slow", _slow),
            Route("/large", _large),
            WebSocketRoute("/talk", _talk),
        ]
        return Served(Starlette(routes=routes, max_body_size=65536), patience)

    return start
