"""Which version of a resource an answer holds: ETag, Last-Modified, and what clients make of them.

`meta.versionId` is a mark of the content: it stays while the resource says the same, and is another
as soon as it says anything else, whatever row that stands in. An Appointment's begins with the
number of its version, and that number alone is taken in `If-Match` too.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.web.fhir.outcome import MEDIA_TYPE, Fault, respond

_ETAG = re.compile(r'(?:W/)?"([^"]*)"')


def instant(moment: datetime) -> str:
    """A moment as `meta.lastUpdated` writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def stamp(resource: dict[str, Any], *, number: int | None = None) -> dict[str, Any]:
    """The resource with its version in `meta`. `number` stands before the mark."""
    meta = resource.setdefault("meta", {})
    if "versionId" not in meta:
        bare = {name: each for name, each in meta.items() if name != "lastUpdated"}
        said = json.dumps(resource | {"meta": bare}, sort_keys=True).encode()
        mark = hashlib.sha256(said).hexdigest()[:12]
        meta["versionId"] = mark if number is None else f"{number}.{mark}"
    return resource


def answer(
    request: Request,
    resource: dict[str, Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One resource with its version; 304 without a body for who has just this one."""
    marks = _marks(stamp(resource)["meta"])
    if request.method in ("GET", "HEAD") and _is_known(request, marks):
        return Response(status_code=304, headers=marks, media_type=MEDIA_TYPE)
    return respond(resource, status, marks | dict(headers or {}))


def refuse_stale(request: Request, resource: dict[str, Any]) -> None:
    """`If-Match` is optional; one that names another version is 412."""
    asked = request.headers.get("if-match")
    if asked is None or asked.strip() == "*":
        return
    version: str = stamp(resource)["meta"]["versionId"]
    if not {version, version.partition(".")[0]} & set(_ETAG.findall(asked)):
        kind = resource["resourceType"]
        raise Fault(412, f"The {kind} has changed meanwhile. Read it again.")


def _marks(meta: dict[str, Any]) -> dict[str, str]:
    marks = {"ETag": f'W/"{meta["versionId"]}"'}
    if "lastUpdated" in meta:
        changed_at = datetime.fromisoformat(meta["lastUpdated"]).astimezone(UTC)
        marks["Last-Modified"] = format_datetime(changed_at, usegmt=True)
    return marks


def _is_known(request: Request, marks: Mapping[str, str]) -> bool:
    asked = request.headers.get("if-none-match")
    if asked is not None:
        return asked.strip() == "*" or _ETAG.findall(marks["ETag"])[0] in _ETAG.findall(asked)
    since = request.headers.get("if-modified-since")
    if since is None or "Last-Modified" not in marks:
        return False
    try:
        return parsedate_to_datetime(marks["Last-Modified"]) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
