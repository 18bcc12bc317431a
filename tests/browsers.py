"""Test clients of one process: one event loop for all of them, one hop to it for each request.

Starlette's own start a thread and a loop for each request and cross over to it eight times: more
than most pages cost. Here the whole answer is had in one crossing. Sockets go on as before, on the
same loop.
"""

import os
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import unquote

import anyio
import anyio.from_thread
import httpx2 as httpx
from starlette import testclient
from starlette.testclient import TestClient, _TestClientTransport

_ends = ExitStack()
_portals: dict[int, anyio.from_thread.BlockingPortal] = {}  # by process: a fork has none yet


def share_one_loop() -> None:
    """From here on every TestClient of this process works so."""
    testclient._TestClientTransport = OneHop
    TestClient._portal_factory = _portal_of


def end() -> None:
    """The loop stops, and with it its threads."""
    if _portals.pop(os.getpid(), None) is not None:
        _ends.close()


@contextmanager
def _portal_of(client: TestClient):
    """A client's own, while it is used as a context: its application lives there. Else ours."""
    yield client.portal or _shared()


def _shared() -> anyio.from_thread.BlockingPortal:
    portal = _portals.get(os.getpid())
    if portal is None:
        portal = _ends.enter_context(anyio.from_thread.start_blocking_portal())
        _portals[os.getpid()] = portal
    return portal


class OneHop(_TestClientTransport):
    """Asks the application, and has the whole answer when it comes back."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """As Starlette's does, but for what nobody here reads: trailers and debug notes."""
        if request.url.scheme in ("ws", "wss"):
            return super().handle_request(request)
        exchange = _Exchange(request.read())
        with self.portal_factory() as portal:
            try:
                portal.call(self.app, self._scope(request), exchange.receive, exchange.send)
            except Exception:
                if self.raise_server_exceptions:
                    raise
        if exchange.status is None:
            assert not self.raise_server_exceptions, "no answer"
            return httpx.Response(500, content=b"", request=request)
        body = b"" if request.method == "HEAD" else b"".join(exchange.chunks)
        return httpx.Response(
            exchange.status,
            headers=exchange.headers,
            stream=httpx.ByteStream(body),
            request=request,
        )

    def _scope(self, request: httpx.Request) -> dict[str, Any]:
        url = request.url
        headers = [(key.lower().encode(), value.encode())
                   for key, value in request.headers.multi_items()]  # fmt: skip
        host = url.raw_host.decode("ascii")
        if "host" not in request.headers:
            headers.insert(0, (b"host", url.netloc))
        return {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "path": unquote(url.path),
            "raw_path": url.raw_path.split(b"?", 1)[0],
            "root_path": self.root_path,
            "scheme": url.scheme,
            "query_string": url.query,
            "headers": headers,
            "client": self.client,
            "server": [host, url.port or {"http": 80, "https": 443}[url.scheme]],
            "extensions": {},
            "state": self.app_state.copy(),
        }


class _Exchange:
    """One request, and what has been answered to it so far."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._done = anyio.Event()
        self.status: int | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self.chunks: list[bytes] = []

    async def receive(self) -> dict[str, Any]:
        if self._body is None:
            await self._done.wait()
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        return {"type": "http.request", "body": body}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            assert self.status is None, "answered twice"
            self.status, self.headers = message["status"], list(message.get("headers", ()))
            return
        assert message["type"] == "http.response.body"
        assert self.status is not None, "a body without a head"
        assert not self._done.is_set(), "more after the end"
        self.chunks.append(bytes(message.get("body", b"")))
        if not message.get("more_body", False):
            self._done.set()
