"""Answers only to its own names:

an address in a text or a signature is never built from a Host header.
"""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from app.settings import Settings

_PROBES = (
    "/healthz",
    "/readyz",
    "/metrics",
)  # asked for by machines that know an address, not a name


class OwnHosts:
    """400 for any other host name. The demo answers on the loopback address as well."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._names = {settings.host} | ({"localhost", "127.0.0.1"} if settings.demo else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or scope["path"] in _PROBES:
            await self._app(scope, receive, send)
            return
        said = Headers(scope=scope).getlist("host")
        name = said[0].rsplit(":", 1)[0].lower() if said else ""
        if name in self._names and len(said) == 1:  # of two, a proxy may have believed the other
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocket(scope, receive, send).close(1008)
        else:
            await PlainTextResponse("Unknown host.", 400)(scope, receive, send)
