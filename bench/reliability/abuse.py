"""People of no good will on one morning: they drip, sit, and pour. They know no way in.

async with Abuse(urls, drips=500, idle=200, floods=50, cookies=…) as abuse:
    …
abuse.longest_drip, abuse.unlike_413
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from bench.reliability.browser import BASE_URL

_HOST = urlsplit(BASE_URL).netloc
_HEAD = f"POST /x HTTP/1.1\r\nHost: {_HOST}\r\nSec-Fetch-Site: same-origin\r\n"
_DRIP_EVERY = 1.0
_POURED = 100 * 1024 * 1024  # said; nobody hears it out
_POUR_EVERY = 2.0


class Abuse:
    """So many connections of each kind at all times: one that is closed calls again."""

    def __init__(
        self, urls: Sequence[str], *, drips: int, idle: Sequence[tuple[str, str]], floods: int
    ) -> None:
        self.longest_drip = 0.0  # seconds until it was closed
        self.drips_closed = self.poured = self.unlike_413 = self.idle_closed = 0
        self.slowest_413 = 0.0
        self._ports = [urlsplit(url).port or 80 for url in urls]
        self._kinds = [
            *(self._drip(number) for number in range(drips)),
            *(self._sit(number, *where) for number, where in enumerate(idle)),
            *(self._pour(number) for number in range(floods)),
        ]
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Abuse":
        self._tasks = [asyncio.create_task(kind) for kind in self._kinds]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.1)  # what was aborted is closed a turn later

    async def _drip(self, number: int) -> None:
        """A head, or a body behind a whole one, a letter a second."""
        await asyncio.sleep(number % 100 / 100)
        begin = _HEAD if number % 2 else _HEAD + "Content-Length: 60000\r\n\r\n"
        while True:
            async with self._call(number) as (reader, writer):
                began = time.monotonic()
                with suppress(OSError):
                    writer.write(begin.encode())
                    while not reader.at_eof():
                        writer.write(b"x")
                        with suppress(TimeoutError):
                            await asyncio.wait_for(reader.read(1024), _DRIP_EVERY)
                self.longest_drip = max(self.longest_drip, time.monotonic() - began)
                self.drips_closed += 1

    async def _sit(self, number: int, path: str, cookie: str) -> None:
        """A socket that was let in, and never says a word."""
        shake = (
            f"GET {path} HTTP/1.1\r\nHost: {_HOST}\r\nOrigin: {BASE_URL}\r\nCookie: {cookie}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        while True:
            async with self._call(number) as (reader, writer):
                with suppress(OSError):
                    writer.write(shake.encode())
                    while await reader.read(4096):
                        pass
                self.idle_closed += 1
            await asyncio.sleep(1)

    async def _pour(self, number: int) -> None:
        """A body that is said to be enormous, poured as fast as it goes."""
        await asyncio.sleep(number % 20 / 10)
        while True:
            async with self._call(number) as (reader, writer):
                with suppress(OSError, asyncio.IncompleteReadError):
                    await self._pour_out(reader, writer)
                self.poured += 1
            await asyncio.sleep(_POUR_EVERY)

    async def _pour_out(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        began = time.monotonic()
        writer.write(f"{_HEAD}Content-Length: {_POURED}\r\n\r\n".encode() + b"x" * 65536)
        head = await reader.readuntil(b"\r\n\r\n")
        self.slowest_413 = max(self.slowest_413, time.monotonic() - began)
        self.unlike_413 += not head.startswith(b"HTTP/1.1 413")
        while not reader.at_eof():
            writer.write(b"x" * 65536)
            await writer.drain()
            await asyncio.sleep(0.05)

    @asynccontextmanager
    async def _call(
        self, number: int
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        port = self._ports[number % len(self._ports)]
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                break
            except OSError:
                await asyncio.sleep(0.2)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()
