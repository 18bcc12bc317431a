"""WebSocket connections that end when the other side is gone without a word."""

import asyncio
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from app.serving.state import Crowd


class PromptLine(WebSocketsSansIOProtocol):
    """One socket, and since when nothing of ours has reached its page."""

    def __init__(self, config: Config, server_state: Crowd, app_state: dict[str, Any]) -> None:
        super().__init__(config, server_state, app_state)
        self._crowd = server_state

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._patience = self._crowd.patience
        self._made_at = self.loop.time()
        self._closing_since: float | None = None
        self._unread, self._unread_since = 0, 0.0

    def look(self, now: float) -> None:
        """End it when its page takes nothing. Asked about once a second."""
        if self.transport.is_closing():
            self._closing_since = self._closing_since or now
            if now - self._closing_since > self._patience.farewell:
                self.transport.abort()
            return
        size = self.transport.get_write_buffer_size()
        if size == 0 or size != self._unread:
            self._unread, self._unread_since = size, now
        elif now - self._unread_since > self._patience.unread:
            self.transport.abort()
        if not self.handshake_initiated and now - self._made_at > self._patience.handshake:
            self.transport.abort()
