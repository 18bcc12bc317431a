"""One line a request, without anything personal: method, route, status, milliseconds."""

import time
from inspect import isfunction

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("request")


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

        try:
            await self._app(scope, receive, send_and_see)
        except BaseException:
            status = 500 if status == 499 else status
            raise
        finally:
            milliseconds = round((time.perf_counter() - began) * 1000, 1)
            log.info(
                "request",
                method=scope["method"],
                route=pattern(scope),
                status=status,
                ms=milliseconds,
            )


def pattern(scope: Scope) -> str:
    """`/visits/{id}` for `/visits/0193…`; `unmatched` where no route was found."""
    if not isfunction(scope.get("endpoint")):
        return "unmatched"  # nor below a mount, which is no function: such an address says anything
    path: str = scope["path"]
    for name, value in scope.get("path_params", {}).items():
        path = path.replace(str(value), "{" + name + "}") if value else path
    return path
