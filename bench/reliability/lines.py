"""Many lines to the app processes at once: a client cheap enough for storms.

    heard = await line.ask("POST", "/x", {"x-forwarded-for": "203.0.113.7"}, b"{}")

It knows no cookies and no redirects; each request stands for itself. The headers are those of our
own pages, as the proxy hands them on.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from bench.reliability.browser import BASE_URL

_USUAL = {"host": urlsplit(BASE_URL).netloc, "sec-fetch-site": "same-origin"}
_PATIENCE = 60.0

Piece = TypeVar("Piece")


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer, whole, and how long it took."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    seconds: float

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for known, value in self.headers if known == name]

    def cookies(self) -> str:
        """The cookies that were set, as the browser sends them back."""
        return "; ".join(value.split(";", 1)[0] for value in self.all("set-cookie"))


class Line:
    """One connection to one process, kept open from request to request."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Heard:
        """Ask, and hear the whole answer. Raises OSError when the line breaks."""
        if self._ends is None:
            host, port = self._address.hostname or "", self._address.port
            self._ends = await asyncio.open_connection(host, port)
        sent = _USUAL | dict(headers or {})
        if body is not None:
            sent["content-length"] = str(len(body))
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        _, writer = self._ends
        began = time.perf_counter()
        writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + (body or b""))
        return await asyncio.wait_for(self._hear(method, began), _PATIENCE)

    async def _hear(self, method: str, began: float) -> Heard:
        assert self._ends is not None
        reader, _ = self._ends
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        except asyncio.IncompleteReadError as cut:
            await self.close()
            raise ConnectionResetError("the line broke off") from cut
        headers = [
            (name.lower(), value) for name, _, value in (at.partition(": ") for at in head[1:-2])
        ]
        status, known = int(head[0].split()[1]), dict(headers)
        length = (
            0 if method == "HEAD" or status in (204, 304) else int(known.get("content-length", 0))
        )
        body = await reader.readexactly(length) if length else b""
        if known.get("connection") == "close":
            await self.close()
        return Heard(status, headers, body, time.perf_counter() - began)

    async def close(self) -> None:
        """Hang up. The next request calls anew."""
        if self._ends is not None:
            self._ends[1].close()
            self._ends = None


@asynccontextmanager
async def lines(urls: Sequence[str], count: int) -> AsyncIterator[list[Line]]:
    """So many lines, shared out among the processes."""
    opened = [Line(urls[number % len(urls)]) for number in range(count)]
    try:
        yield opened
    finally:
        for line in opened:
            await line.close()


async def share(
    opened: Sequence[Line], work: Iterable[Piece], do: Callable[[Line, Piece], Awaitable[None]]
) -> None:
    """Do all of the work, each line one piece after another."""
    left = iter(work)

    async def go_on(line: Line) -> None:
        for piece in left:
            await do(line, piece)

    await asyncio.gather(*(go_on(line) for line in opened))
