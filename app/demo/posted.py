"""What a script or a plain form posted to the demo, read alike, and the form's way back."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.web.forms import read_form, read_json

STAGE = "/demo"


def posted(request: Request, *, limit: int = 1024) -> dict[str, Any]:
    """The fields of a posted form or JSON object. What is neither is 400, 413 or 415."""
    if request.headers.get("content-type", "").startswith("application/json"):
        return read_json(request, limit=limit)
    return dict(read_form(request))


def to_stage(**kept: str) -> Response:
    """Back to the stage after a plain form, which looks at the same phone as before."""
    query = urlencode({name: value for name, value in kept.items() if value})
    return RedirectResponse(f"{STAGE}?{query}" if query else STAGE, 303)
