"""The least a page of the PHQ-9 can be: its nine questions in one plain form, made beforehand.

What our question page is measured against, in the same run on the same machine. One stylesheet of
our own hangs on it, as on ours; both are sent as brotli.
"""

import json
import threading
from pathlib import Path

import brotli
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FORM = Path(__file__).parents[1] / "app" / "questionnaires" / "library" / "phq-9.json"
_ANSWERS = ("Not at all", "Several days", "More than half the days", "Nearly every day")
_STYLE = b"body{font:18px/1.5 sans-serif;margin:1.5rem}label{display:block;padding:.75rem 0}"


class LimitForm:
    """The bare page's server, in a thread of this process."""

    def __init__(self, port: int) -> None:
        self.url = f"http://localhost:{port}/"
        self._page = brotli.compress(_html().encode())
        self._style = brotli.compress(_STYLE)
        app = Starlette(routes=[Route("/", self._show), Route("/style.css", self._styled)])
        config = uvicorn.Config(app, "127.0.0.1", port, log_level="error", access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    @property
    def bytes_sent(self) -> int:
        """The page and its stylesheet, without headers."""
        return len(self._page) + len(self._style)

    def start(self) -> None:
        """Serve until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for it."""
        self._server.should_exit = True
        self._thread.join(10)

    async def _show(self, _request: Request) -> Response:
        return _answer(self._page, "text/html; charset=utf-8")

    async def _styled(self, _request: Request) -> Response:
        return _answer(self._style, "text/css")


def _answer(body: bytes, media_type: str) -> Response:
    return Response(body, media_type=media_type, headers={"Content-Encoding": "br"})


def _html() -> str:
    questions = "".join(
        f"<fieldset><legend>{words}</legend>"
        + "".join(
            f"<label><input type=radio name=q{place} value={value} required> {said}</label>"
            for value, said in enumerate(_ANSWERS)
        )
        + "</fieldset>"
        for place, words in enumerate(_questions())
    )
    return (
        "<!doctype html><html lang=en><meta name=viewport content='width=device-width'>"
        "<title>limit</title><link rel=stylesheet href=/style.css>"
        f"<form method=post>{questions}<button>Continue</button></form></html>"
    )


def _questions() -> list[str]:
    found: list[str] = []

    def walk(items: list[dict]) -> None:
        for item in items:
            if item.get("type") == "choice":
                found.append(item["text"])
            walk(item.get("item", []))

    walk(json.loads(_FORM.read_text())["item"])
    return found[:9]
