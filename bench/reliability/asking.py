"""Asks an application in this process, as a server hands requests over: nothing is tidied up."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from anyio.from_thread import start_blocking_portal
from starlette.types import ASGIApp, Message, Scope

_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Asked:
    """One request. `target`: path and query as they go over the line, in ASCII."""

    method: str
    target: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    hangs_up: bool = False  # in the middle of the body


@dataclass(frozen=True)
class Answer:
    """What came of it. `broke`: the kind of what got through to the server, if anything did."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    broke: str = ""

    def header(self, name: str) -> str:
        """The first header of that name; empty without one."""
        return next((value for known, value in self.headers if known == name), "")


class Asking:
    """One line to an application, for as many requests as one likes, one after the other."""

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._host = host
        # On a thread of its own: the asker's may have a browser's loop running.
        self._portal = start_blocking_portal()

    def __enter__(self) -> "Asking":
        self._calls = self._portal.__enter__()
        return self

    def __exit__(self, *ended: Any) -> None:
        self._portal.__exit__(*ended)

    def ask(self, asked: Asked) -> Answer:
        """The answer. What never ends is a TimeoutError."""
        return self._calls.call(self._in_time, asked)

    async def _in_time(self, asked: Asked) -> Answer:
        return await asyncio.wait_for(self._answer(asked), _PATIENCE_SECONDS)

    async def _answer(self, asked: Asked) -> Answer:
        told: list[Message] = []

        async def send(message: Message) -> None:
            told.append(message)

        broke = ""
        try:
            await self._app(self._scope(asked), _receiver(asked), send)
        except Exception as error:  # noqa: BLE001 - the server logs whatever it is, and hangs up
            broke = type(error).__name__
        start = next((each for each in told if each["type"] == "http.response.start"), None)
        return Answer(
            start["status"] if start else 0,
            [
                (_text(name).lower(), _text(value))
                for name, value in (start or {"headers": []})["headers"]
            ],
            b"".join(each.get("body", b"") for each in told),
            broke,
        )

    def _scope(self, asked: Asked) -> Scope:
        path, _, query = asked.target.partition("?")
        named = {name for name, _ in asked.headers}
        headers = [(name, value) for name, value in asked.headers]
        if "host" not in named:
            headers.insert(0, ("host", self._host))
        if asked.body and not named & {"content-length", "transfer-encoding"}:
            headers.append(("content-length", str(len(asked.body))))
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": asked.method,
            "scheme": "https",
            "path": unquote(path),
            "raw_path": path.encode("ascii"),
            "query_string": query.encode("ascii"),
            "root_path": "",
            "headers": [(_bytes(name), _bytes(value)) for name, value in headers],
            "client": ("127.0.0.1", 40000),
            "server": ("127.0.0.1", 8000),
            "state": {},
        }


def _receiver(asked: Asked) -> Callable[[], Any]:
    half = len(asked.body) // 2
    parts = [asked.body[:half], asked.body[half:]]
    sent = 0

    async def receive() -> Message:
        nonlocal sent
        sent += 1
        if sent > (1 if asked.hangs_up else 2):
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": parts[sent - 1], "more_body": sent == 1}

    return receive


def _bytes(value: str) -> bytes:
    return value.encode("latin-1", "replace")


def _text(value: bytes) -> str:
    return value.decode("latin-1")
