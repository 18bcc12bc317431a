"""The service worker and what it keeps: the pages that open without a signal.

Each of them is the same for everybody. The worker's text names them and their styles and scripts
by fingerprint, so a change of any of them is a new worker, and a phone fetches all of it anew.
"""

import hashlib
import inspect
import json
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from app import i18n
from app.web.files.assets import joined_script
from app.web.pages import not_found

WORKER = Path(__file__).parents[3] / "service_worker" / "worker.js"
SHELLS = (
    "/w",
    "/j",
    "/i",
    "/s",
    *(f"/journal/shell/{language}" for language in i18n.LANGUAGES),
    *(f"/session/shell/{language}" for language in i18n.LANGUAGES),
    *(f"/offline/{language}" for language in i18n.LANGUAGES),
    *(f"/offline/safety/{language}" for language in i18n.LANGUAGES),
    "/safety/words.json",
)
_PLACE = '"SHELL_OF_THIS_VERSION"'
_ASSET = re.compile(rb"/static/[^\"'\s]+")
_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; connect-src 'self'; script-src 'self'",
}


async def worker(request: Request) -> Response:
    """GET /sw.js: made once per process, asked for again at every visit."""
    kept: dict[str, bytes] = request.app.state.landings
    if "/sw.js" not in kept:
        kept["/sw.js"] = await _made(request)
    return _same_for_everybody(request, kept["/sw.js"], "text/javascript; charset=utf-8", _HEADERS)


async def offline(request: Request) -> Response:
    """What stands there instead of a page that cannot be reached."""
    language = request.path_params["language"]
    if language not in i18n.LANGUAGES:
        not_found()
    with i18n.using(language):
        template = request.app.state.templates.get_template("public/offline.html")
        body = template.render(lang=language, mood="", clinic=None).encode()
    headers = {"Cache-Control": "no-cache"}
    return _same_for_everybody(request, body, "text/html; charset=utf-8", headers)


async def _made(request: Request) -> bytes:
    text = joined_script(WORKER)
    digest = hashlib.sha256(text.encode())
    files = list(SHELLS)
    for path in SHELLS:
        body = await _shell(request, path)
        digest.update(body)
        files += [found.decode() for found in _ASSET.findall(body)]
    shell = {"version": digest.hexdigest()[:16], "files": sorted(set(files))}
    assert text.count(_PLACE) == 1
    return text.replace(_PLACE, json.dumps(json.dumps(shell))).encode()


async def _shell(request: Request, path: str) -> bytes:
    """A page of ours as somebody without a cookie gets it."""
    scope = {**request.scope, "path": path, "query_string": b"", "headers": []}
    for route in request.app.routes:
        match, found = route.matches(scope)
        if match is Match.FULL:
            answer: Response = route.endpoint(Request({**scope, **found}))
            if inspect.isawaitable(answer):
                answer = await answer
            return bytes(answer.body)
    raise LookupError(path)


def _same_for_everybody(
    request: Request, body: bytes, media_type: str, headers: dict[str, str]
) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {**headers, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


routes = [
    Route("/sw.js", worker, name="service-worker"),
    Route("/offline/{language}", offline, name="offline"),
]
