"""CapabilityStatement: what is really there, derived from the routes."""

from collections.abc import Iterable
from typing import Any

from starlette.routing import Route

from app.web.fhir.outcome import MEDIA_TYPE

_CHANGED_ON = "2026-11-01"
_SEARCHES = {"Appointment": [{"name": "patient", "type": "reference", "documentation": "required"}]}
_VERSIONED = ("Appointment",)


def statement(routes: Iterable[Route], base: str) -> dict[str, Any]:
    """The statement for a list of routes below `base`."""
    found: dict[str, set[str]] = {}
    for route in routes:
        parts = route.path.strip("/").split("/")
        if parts[0] == "metadata":
            continue
        one = len(parts) > 1
        for method in route.methods or ():
            interaction = _interaction(method, one)
            if interaction:
                found.setdefault(parts[0], set()).add(interaction)
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _CHANGED_ON,
        "kind": "instance",
        "software": {"name": "Afterglow"},
        "implementation": {"description": "Afterglow, beside the clinic's record", "url": base},
        "fhirVersion": "4.0.1",
        "format": [MEDIA_TYPE],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "Authorization: Bearer, with a key of the clinic"},
                "resource": [_resource(name, found[name]) for name in sorted(found)],
            }
        ],
    }


def _interaction(method: str, one: bool) -> str | None:
    if method == "GET":
        return "read" if one else "search-type"
    return {"POST": "create", "PUT": "update"}.get(method)


def _resource(name: str, interactions: set[str]) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "type": name,
        "interaction": [{"code": code} for code in sorted(interactions)],
        "versioning": "versioned" if name in _VERSIONED else "no-version",
        "readHistory": False,
        "updateCreate": False,
    }
    if name in _SEARCHES:
        resource["searchParam"] = _SEARCHES[name]
    return resource
