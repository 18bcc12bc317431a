"""Where a form may send a browser back to: a page of ours, nowhere else."""

import re
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.routing import Match

_OUR_PATH = re.compile(r"/(?:[A-Za-z0-9_\-][A-Za-z0-9_\-/]*)?")


def safe(to: str) -> str:
    """`to` when it is a plain path of ours, else home."""
    return to if _OUR_PATH.fullmatch(to) else "/"


def came_from(request: Request) -> str:
    """The page on which something was pressed; nothing when it is not known or opens no more."""
    path = safe(urlsplit(request.headers.get("referer", "")).path)
    if path in ("/", request.url.path):
        return ""
    asked = {**request.scope, "path": path, "method": "GET"}
    opens = any(route.matches(asked)[0] is Match.FULL for route in request.app.routes)
    return path if opens else ""
