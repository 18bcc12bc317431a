"""One line a request, and one count: method, route, status, time. Nothing personal."""

import time
from inspect import isfunction

import structlog
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web import counting

log = structlog.get_logger("request")
_PROBES = ("/healthz", "/readyz", "/metrics")  # asked each second: a line when something is wrong


class RequestLog:
    """Logs the route's pattern, never the address: ids and queries stay out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 499  # nobody was there any more to be answered

        async def send_and_see(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        counting.IN_HAND.inc()
        try:
            await self._app(scope, receive, send_and_see)
        except BaseException:
            status = 500 if status == 499 else status
            raise
        finally:
            counting.IN_HAND.dec()
            seconds, route = time.perf_counter() - began, pattern(scope)
            counting.count(scope["method"], route, status, seconds)
            if status != 200 or route not in _PROBES:
                log.info(
                    "request",
                    method=scope["method"],
                    route=route,
                    status=status,
                    ms=round(seconds * 1000, 1),
                )


def pattern(scope: Scope) -> str:
    """`/visits/{id}` for `/visits/0193…`; `unmatched` where no route was found."""
    route = scope.get("route")
    if not isfunction(scope.get("endpoint")) or not isinstance(route, Route):
        return "unmatched"  # nor below a mount, which is no function: such an address says anything
    return str(scope.get("root_path", "")) + route.path_format
