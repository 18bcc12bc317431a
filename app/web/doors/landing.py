"""The pages that links in texts open: static, the same bytes for everybody, spending nothing.

The token stands in the fragment, so it never reaches a server, a log or a preview. No cookie is
read or set.
"""

import hashlib

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.links.magic_links import PATHS
from app.links.models import LinkKind

_REVALIDATE = "no-cache"


async def show(request: Request) -> Response:
    """GET of `/j`, `/i`, `/w`, `/s`. Rendered once per process."""
    path = request.url.path
    bodies: dict[str, bytes] = request.app.state.landings
    if path not in bodies:
        bodies[path] = _render(request, _kind_of(path))
    tag = f'"{hashlib.sha256(bodies[path]).hexdigest()[:16]}"'
    headers = {"Cache-Control": _REVALIDATE, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(bodies[path], media_type="text/html; charset=utf-8", headers=headers)


def _kind_of(path: str) -> LinkKind:
    return next(kind for kind, known in PATHS.items() if known == path)


def _render(request: Request, kind: LinkKind) -> bytes:
    jinja = request.app.state.templates
    text: str = jinja.get_template("public/landing.html").render(kind=kind.value)
    return text.encode()


routes = [Route(path, show, name=f"landing-{kind.value}") for kind, path in PATHS.items()]
