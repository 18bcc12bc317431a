"""Refuses what another site's page makes a browser send."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from app.settings import Settings

_SAFE = {"GET", "HEAD", "OPTIONS"}
# They bring their own proof: a bearer key, a signature. Browsers never call them.
_OWN_PROOF = ("/fhir/", "/hooks/")


class CrossOrigin:
    """Every change must come from a page of ours: by Sec-Fetch-Site, else by Origin. Else 403."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._origins = settings.origins
        self._scripted = ("/demo/",) if settings.demo else ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            if Headers(scope=scope).get("origin") in self._origins:
                await self._app(scope, receive, send)
            else:
                await WebSocket(scope, receive, send).close(1008)
            return
        if scope["type"] == "http" and scope["method"] not in _SAFE and not self._is_ours(scope):
            refused = PlainTextResponse("This request came from another site.", 403)
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        if scope["path"].startswith(_OWN_PROOF):
            return True
        headers = Headers(scope=scope)
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site == "same-origin"
        if origin is not None:
            return origin in self._origins
        return bool(scope["path"].startswith(self._scripted))
