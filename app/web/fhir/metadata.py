"""CapabilityStatement: what is really there, derived from the routes."""

from collections.abc import Iterable
from typing import Any

from starlette.routing import Route

from app.access import scopes
from app.web.fhir.outcome import MEDIA_TYPE
from app.web.fhir.parameters import INCLUDES, PARAMETERS, Parameter

_CHANGED_ON = "2026-11-22"
_OPERATIONS = {
    "$everything": "http://hl7.org/fhir/OperationDefinition/Patient-everything",
    "$status": "urn:afterglow:operation:subscription-status",
    "$replay": "urn:afterglow:operation:subscription-replay",
}
# What a create may be made to depend on: see conditional.py.
_CONDITIONAL = ("Appointment", "Patient", "Task")
_SECURITY = (
    "Send a key of the clinic as `Authorization: Bearer ag_…`. What a key opens is said in SMART's "
    "system scopes, such as `system/Patient.read`; without the one that an interaction names it is "
    "answered 403. There is no token to fetch: an administrator of the clinic makes the key."
)


def statement(routes: Iterable[Route], base: str) -> dict[str, Any]:
    """The statement for a list of routes below `base`."""
    found: dict[str, set[str]] = {}
    for route in routes:
        parts = route.path.strip("/").split("/")
        if parts[0] == "metadata":
            continue
        for method in route.methods or ():
            interaction = _interaction(method, parts)
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
                "security": {
                    "service": [{"text": "Bearer key"}],
                    "description": _SECURITY,
                },
                "resource": [_resource(name, found[name]) for name in sorted(found)],
            }
        ],
    }


def _interaction(method: str, parts: list[str]) -> str | None:
    """Its code; an operation is called by its own name."""
    if len(parts) > 2:
        return parts[2] if method in ("GET", "POST") else None
    if method == "GET":
        return "read" if len(parts) > 1 else "search-type"
    return {"POST": "create", "PUT": "update", "DELETE": "delete"}.get(method)


def _resource(name: str, interactions: set[str]) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "type": name,
        "interaction": [
            {"code": code, "documentation": f"takes {_scope(name, code)}"}
            for code in sorted(interactions - _OPERATIONS.keys())
        ],
        "versioning": "versioned",
        "readHistory": False,
        "updateCreate": False,
        "conditionalCreate": name in _CONDITIONAL,
        "conditionalRead": "full-support",
    }
    includes = [f"{name}:{each}" for each in INCLUDES.get(name, {})]
    searches = PARAMETERS.get(name, ()) if "search-type" in interactions else ()
    parameters = [_parameter(each) for each in searches]
    operations = [
        {"name": code.removeprefix("$"), "definition": _OPERATIONS[code]}
        for code in sorted(interactions & _OPERATIONS.keys())
    ]
    parts = {"searchInclude": includes, "searchParam": parameters, "operation": operations}
    return resource | {part: told for part, told in parts.items() if told}


def _scope(name: str, interaction: str) -> str:
    return scopes.named(name, writes=interaction in ("create", "update", "delete"))


def _parameter(parameter: Parameter) -> dict[str, str]:
    return parameter._asdict()
