"""A folder served from loopback as a careful deployment would: compressed beforehand."""

import mimetypes
import threading
from pathlib import Path

import brotli
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_SQUEEZED = (".html", ".css", ".js", ".svg", ".json")


class Site:
    """The folder's server, in a thread of this process. `bytes_of` says what each file weighs."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://localhost:{port}/"
        self._files = {
            path.relative_to(folder).as_posix(): _read(path)
            for path in folder.rglob("*")
            if path.is_file()
        }
        app = Starlette(routes=[Route("/{path:path}", self._show)])
        config = uvicorn.Config(app, "127.0.0.1", port, log_level="error", access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        """Serve until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for it."""
        self._server.should_exit = True
        self._thread.join(10)

    async def _show(self, request: Request) -> Response:
        found = self._files.get(request.path_params["path"] or "index.html")
        if found is None:
            return Response(status_code=404)
        body, headers = found
        return Response(body, headers=headers)


def _read(path: Path) -> tuple[bytes, dict[str, str]]:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kept = "no-store" if path.suffix == ".html" else "public, max-age=31536000, immutable"
    headers = {"Content-Type": kind, "Cache-Control": kept}
    body = path.read_bytes()
    if path.suffix in _SQUEEZED:
        return brotli.compress(body), headers | {"Content-Encoding": "br"}
    return body, headers
