"""The headers every answer carries."""

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings

LANDINGS = ("/j", "/i", "/w", "/s", "/e", "/g", "/invitation")
# A page in a frame has no more than the page around it: so the demo's stage is among them.
_CAMERA = ("/j", "/i", "/g", "/visits/", "/guest/", "/clinic/visits/", "/camera-check", "/demo")
_MICROPHONE = (*_CAMERA, "/w", "/journal", "/journal/")
_CHECK = re.compile(r"/intake/[^/]+/camera")


class Headers:
    """Content Security Policy, Permissions-Policy and their kin, by path.

    Pages are never stored.
    """

    def __init__(self, app: ASGIApp, settings: Settings, first_style: str) -> None:
        """`first_style`: the fingerprint of the one style that may stand in a page itself."""
        self._app = app
        framed = "'self'" if settings.demo else "'none'"
        self._csp = (
            "default-src 'none'; script-src 'self'; style-src 'self' "
            f"'{first_style}'; img-src 'self' data: blob:; font-src 'self'; "
            "connect-src 'self'; media-src 'self' blob:; worker-src 'self'; "
            f"manifest-src 'self'; frame-src {framed}; base-uri 'none'; form-action 'self'; "
            f"frame-ancestors {framed}; require-trusted-types-for 'script'; "
            "trusted-types htmx afterglow"
        )
        self._fixed = {
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        if settings.base_url.startswith("https://"):
            self._fixed["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._write(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _write(self, headers: MutableHeaders, path: str) -> None:
        for name, value in self._fixed.items():
            headers[name] = value
        headers.setdefault("Content-Security-Policy", self._csp)
        headers.setdefault("Cache-Control", "no-store")
        headers["Referrer-Policy"] = "no-referrer" if path in LANDINGS else "same-origin"
        headers["Permissions-Policy"] = permissions(path)


def permissions(path: str) -> str:
    """Camera and microphone where a talk or a spoken note happens, nothing anywhere else."""
    is_check = _CHECK.fullmatch(path) is not None
    camera = "(self)" if is_check or _is_under(path, _CAMERA) else "()"
    microphone = "(self)" if is_check or _is_under(path, _MICROPHONE) else "()"
    return (
        f"camera={camera}, microphone={microphone}, display-capture=(), geolocation=(), "
        "payment=(), usb=()"
    )


def _is_under(path: str, places: tuple[str, ...]) -> bool:
    return any(
        path == place or (place.endswith("/") and path.startswith(place)) for place in places
    )
