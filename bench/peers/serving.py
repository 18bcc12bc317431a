"""A folder served from loopback as a careful deployment would: compressed beforehand."""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import brotli
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.loopback import served

_SQUEEZED = (".html", ".css", ".js", ".svg", ".json")


@contextmanager
def folder_served(folder: Path) -> Iterator[str]:
    """The folder's address, a slash at its end, while it is served."""
    files = {
        path.relative_to(folder).as_posix(): _read(path)
        for path in folder.rglob("*")
        if path.is_file()
    }

    async def show(request: Request) -> Response:
        found = files.get(request.path_params["path"] or "index.html")
        if found is None:
            return Response(status_code=404)
        body, headers = found
        return Response(body, headers=headers)

    with served(Route("/{path:path}", show)) as url:
        yield url


def _read(path: Path) -> tuple[bytes, dict[str, str]]:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kept = "no-store" if path.suffix == ".html" else "public, max-age=31536000, immutable"
    headers = {"Content-Type": kind, "Cache-Control": kept}
    body = path.read_bytes()
    if path.suffix in _SQUEEZED:
        return brotli.compress(body), headers | {"Content-Encoding": "br"}
    return body, headers
