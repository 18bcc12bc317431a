"""Small servers of a bench's own: on loopback, in a thread of this process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from e2e.conftest import free_port


@contextmanager
def served(*routes: BaseRoute) -> Iterator[str]:
    """Routes that are answered inside the block; their address, a slash at its end."""
    port = free_port()
    app = Starlette(routes=routes)
    config = uvicorn.Config(app, "127.0.0.1", port, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{port}/"
    finally:
        server.should_exit = True
        thread.join(10)


class Introduction:
    """A socket that hands on to all others what one of them says. `offer`: the last one made."""

    def __init__(self) -> None:
        self.offer: dict[str, str] | None = None
        self._sockets: set[WebSocket] = set()

    async def meet(self, socket: WebSocket) -> None:
        """Take part until the line ends."""
        await socket.accept()
        self._sockets.add(socket)
        try:
            while True:
                said = await socket.receive_json()
                self.offer = said.get("offer", self.offer)
                for other in self._sockets - {socket}:
                    await other.send_json(said)
        except WebSocketDisconnect:
            self._sockets.discard(socket)
