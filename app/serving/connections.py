"""HTTP connections that end when their client does not get on.

uvicorn waits for ever for the rest of a request. Here whoever owes us a head has a few seconds, a
body has to move, and an answer has to be taken. Who was late reads 408 where that is possible.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from app.serving.state import Crowd

_LARGEST_READ = 256 * 1024
_VERSIONS = ("1.0", "1.1")


class PromptConnection(HttpToolsProtocol):
    """One connection, and since when its client owes what."""

    server_state: Crowd
    cycle: RequestResponseCycle | None  # type: ignore[assignment]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._patience = self.server_state.patience
        self._rest_since = self.loop.time()
        self._head_since: float | None = self._rest_since
        self._body_since: float | None = None
        self._answer_since: float | None = None
        self._closing_since: float | None = None
        self._unread, self._unread_since = 0, 0.0
        self._came = self._bare = self._head = 0
        self._status = 400
        if not self.server_state.make_room():
            self.refuse(503)

    @property
    def idle_since(self) -> float | None:
        """Since when it has held a place for nothing: no request of it is in hand. Else None."""
        is_at_rest = self.cycle is None or self.cycle.response_complete
        return self._rest_since if is_at_rest and self._body_since is None else None

    def look(self, now: float) -> None:
        """End it when its client is late. Asked about once a second."""
        if self.transport.is_closing():
            self._closing_since = self._closing_since or now
            if now - self._closing_since > self._patience.linger:
                self.transport.abort()
        elif self._is_unread(now) or _is_over(self._answer_since, self._patience.answer, now):
            self.transport.abort()
        elif _is_over(self._head_since, self._patience.head, now):
            self.refuse(408) if self._bare else self.transport.close()  # a browser's reserve
        elif self._body_since is not None:
            self._look_at_body(now)

    def refuse(self, status: int) -> None:
        """Say so where nothing was said yet, and close."""
        if self.cycle is not None and self.cycle.response_started and not self._is_answered():
            self.transport.abort()  # in the midst of an answer there is nothing to say
        elif self._body_since is not None and self._is_answered():
            self.transport.close()
        else:
            self._status = status
            self.send_400_response(STATUS_LINE[status][13:].decode().strip())

    def send_400_response(self, msg: str) -> None:
        """As uvicorn has it, but with the status that tells the truth, and nothing about us."""
        words = msg.encode("ascii")
        self.transport.write(
            STATUS_LINE[self._status]
            + b"content-type: text/plain; charset=utf-8\r\ncache-control: no-store\r\n"
            + (b"retry-after: 5\r\n" if self._status == 503 else b"")
            + b"connection: close\r\ncontent-length: %d\r\n\r\n" % len(words)
            + words
        )
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self.idle_since is not None and self._head_since is None:
            self._head_since = self.loop.time()  # the next request begins
        self._bare += len(data)
        super().data_received(data)
        if (
            self._bare > self._patience.largest_head + _LARGEST_READ
            and not self.transport.is_closing()
        ):
            self.refuse(431)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head = 0

    def on_url(self, url: bytes) -> None:
        self._count_head(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count_head(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self.parser.get_http_version() not in _VERSIONS:
            # The parser also reads what was never HTTP/1: a proxy may see its end elsewhere.
            self._status = 505
            raise ValueError("another version")
        now = self.loop.time()
        self._head_since, self._bare, self._came = None, 0, 0
        self._body_since = self._answer_since = now
        super().on_headers_complete()
        if self.server_state.leaving and self.cycle is not None:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        self._came += len(body)
        self._bare = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._body_since, self._bare = None, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self._answer_since = None
        self._rest_since = now = self.loop.time()
        if self._body_since is not None:
            self._body_since = now  # an answer before its question's end: a while to read it
        super().on_response_complete()

    def shutdown(self) -> None:
        """Nothing new; what has begun to come in is still taken and answered."""
        if self._head_since is not None and self._bare:
            return
        super().shutdown()

    def _look_at_body(self, now: float) -> None:
        since = self._body_since or now
        if self._is_answered():
            if now - since > self._patience.linger:
                self.refuse(408)
        elif self.flow.read_paused:
            self._body_since = now  # it is we who do not get on
        elif now - since > self._patience.body:
            if self._came < self._patience.least_body:
                self.refuse(408)
            else:
                self._body_since, self._came = now, 0

    def _is_unread(self, now: float) -> bool:
        size = self.transport.get_write_buffer_size()
        if size == 0 or size != self._unread:
            self._unread, self._unread_since = size, now
            return False
        return now - self._unread_since > self._patience.unread

    def _is_answered(self) -> bool:
        return self.cycle is not None and self.cycle.response_complete

    def _count_head(self, size: int) -> None:
        self._head += size
        if self._head > self._patience.largest_head:
            self._status = 431
            raise ValueError("head too large")  # the parser stops; `send_400_response` says 431


def _is_over(since: float | None, seconds: float, now: float) -> bool:
    return since is not None and now - since > seconds
