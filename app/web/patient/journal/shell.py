"""The writing page for nobody: the same bytes for everybody, kept on the phone for bad signal."""

import hashlib

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import i18n
from app.web import quiet_minute


async def show(request: Request) -> Response:
    """GET of a language's shell. Reads no row and no cookie; rendered once per process."""
    path = request.url.path
    bodies: dict[str, bytes] = request.app.state.landings
    if path not in bodies:
        with i18n.using(path.rpartition("/")[2]):
            bodies[path] = quiet_minute.shell(request).encode()
    tag = f'"{hashlib.sha256(bodies[path]).hexdigest()[:16]}"'
    headers = {"Cache-Control": "no-cache", "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(bodies[path], media_type="text/html; charset=utf-8", headers=headers)


routes = [
    Route(f"/journal/shell/{language}", show, name=f"journal-shell-{language}")
    for language in i18n.LANGUAGES
]
