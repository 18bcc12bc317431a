"""The guard of the FHIR door, and reading what arrives through it."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

import anyio.from_thread
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.refusal import Refusal
from app.web.fhir import outcome
from app.web.fhir.outcome import Fault
from app.web.guards import api_key_only

_MEDIA_TYPES = ("application/fhir+json", "application/json")

Endpoint = Callable[[Request, Session], Response]


def bearer_only(endpoint: Endpoint) -> Callable[[Request], Response]:
    """`api_key_only`, with every fault and refusal as an OperationOutcome. Those roll back.

    The body is read before the transaction opens: a slow sender must not keep writers waiting.
    """
    guarded = api_key_only(endpoint)

    @wraps(guarded)
    def run(request: Request) -> Response:
        try:
            if request.method in ("POST", "PUT"):
                request.state.body = anyio.from_thread.run(request.body)
            return guarded(request)
        except Fault as fault:
            return outcome.outcome(fault.status, fault.words, expression=fault.expression)
        except Refusal as refusal:
            return outcome.of_refusal(refusal)
        except HTTPException as error:
            return outcome.outcome(error.status_code)

    return run


def read_resource(request: Request, resource_type: str) -> dict[str, Any]:
    """The posted resource. 400 for anything that is none of this type, 415 for another format."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES:
        raise Fault(415, "Send application/fhir+json.")
    try:
        resource = json.loads(request.state.body)
    except (ValueError, RecursionError):
        raise Fault(400, "The body is not JSON.") from None
    if not isinstance(resource, dict):
        raise Fault(400, "The body is not a resource.")
    if resource.get("resourceType") != resource_type:
        raise Fault(400, f"The body is not a resource of type {resource_type}.")
    return resource


def elements(parent: dict[str, Any], name: str, path: str) -> list[dict[str, Any]]:
    """A repeating element, each an object. Absent is empty; another shape is 400."""
    value = parent.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Fault(400, f"{path}.{name} must be a list of objects.", expression=f"{path}.{name}")
    return value


def element(parent: dict[str, Any], name: str, path: str) -> dict[str, Any]:
    """A single element that is an object. Absent is empty; another shape is 400."""
    value = parent.get(name, {})
    if not isinstance(value, dict):
        raise Fault(400, f"{path}.{name} must be an object.", expression=f"{path}.{name}")
    return value


def text(parent: dict[str, Any], name: str, path: str, *, limit: int = 200) -> str:
    """A string, trimmed. Absent is empty; another shape, or one too long, is 400."""
    value = parent.get(name, "")
    if not isinstance(value, str) or len(value) > limit or "\x00" in value:
        raise Fault(400, f"{path}.{name} must be a short text.", expression=f"{path}.{name}")
    return value.strip()


def referenced(reference: str, resource_type: str) -> UUID | None:
    """The id of a reference to this type, relative or absolute; of a bare id too. Else None."""
    parts = reference.split("/")
    if len(parts) > 1 and parts[-2] != resource_type:
        return None
    try:
        return UUID(parts[-1])
    except ValueError:
        return None


def bundle(request: Request, resources: list[dict[str, Any]]) -> Response:
    """A searchset of everything found."""
    base = f"{request.app.state.settings.base_url}/fhir/R4"
    found: dict[str, Any] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(resources),
        "link": [{"relation": "self", "url": f"{base}{_asked(request)}"}],
    }
    if resources:
        found["entry"] = [
            {
                "fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}",
                "resource": resource,
                "search": {"mode": "match"},
            }
            for resource in resources
        ]
    return outcome.respond(found)


def _asked(request: Request) -> str:
    path = request.url.path.removeprefix("/fhir/R4")
    return f"{path}?{request.url.query}" if request.url.query else path
