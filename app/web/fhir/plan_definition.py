"""A clinic's protocol as a FHIR PlanDefinition, there and back without losing anything.

Each step of a plan is an action. Its code, of the system `urn:afterglow:plan-step`, says which; its
extension `urn:afterglow:step` holds its values by name. A step that is left out is as standard.
"""

from dataclasses import dataclass
from datetime import time
from typing import Any

from app.plans.kept import Kept
from app.plans.kinds import ProtocolKind, Route
from app.plans.plan import Plan
from app.plans.steps import StepKind, Unit, fields_of
from app.web.fhir.outcome import Fault
from app.web.fhir.reading import elements, text
from app.web.fhir.versions import instant

STEPS = "urn:afterglow:plan-step"
VALUES = "urn:afterglow:step"
KIND = "urn:afterglow:protocol-kind"
USUAL = "urn:afterglow:protocol-usual"
_TYPES = "http://terminology.hl7.org/CodeSystem/plan-definition-type"
_NAMES = {  # of the element that holds a value
    Unit.FLAG: "valueBoolean",
    Unit.TIME: "valueTime",
    Unit.GAPS: "valueString",
    Unit.ROUTE: "valueCode",
}
_STATUSES = ("", "active", "draft", "retired")


@dataclass(frozen=True)
class Wanted:
    """What a posted PlanDefinition asks for; None where it says nothing."""

    title: str
    is_on: bool | None
    is_usual: bool
    kind: ProtocolKind | None
    steps: dict[str, dict[str, Any]] | None


def status(protocol: Kept) -> str:
    """`active` is offered at booking; `retired` is not, and what was booked under it goes on."""
    return "active" if protocol.is_on else "retired"


def written(protocol: Kept) -> dict[str, Any]:
    """A protocol with its newest plan."""
    meta = {"lastUpdated": instant(protocol.made_at)} if protocol.made_at else {}
    return {
        "resourceType": "PlanDefinition",
        "id": str(protocol.id),
        "meta": meta,
        "extension": [
            {"url": KIND, "valueCode": protocol.kind.value},
            {"url": USUAL, "valueBoolean": protocol.is_default},
        ],
        "url": f"urn:uuid:{protocol.id}",
        "version": str(protocol.number),
        "name": protocol.slug,
        "title": protocol.title,
        "type": {"coding": [{"system": _TYPES, "code": "clinical-protocol"}]},
        "status": status(protocol),
        "action": [_action(kind, protocol.plan) for kind in StepKind],
    }


def read(resource: dict[str, Any]) -> Wanted:
    """The parts of a PlanDefinition that Afterglow keeps. Whether they agree is for the rules."""
    said = text(resource, "status", "PlanDefinition")
    if said not in _STATUSES:
        raise Fault(422, "A plan is active or retired.", expression="PlanDefinition.status")
    kind, is_usual = None, False
    for extension in elements(resource, "extension", "PlanDefinition"):
        if extension.get("url") == KIND:
            kind = _kind(text(extension, "valueCode", "PlanDefinition.extension"))
        if extension.get("url") == USUAL:
            is_usual = extension.get("valueBoolean") is True
    return Wanted(
        title=text(resource, "title", "PlanDefinition"),
        is_on=None if not said else said == "active",
        is_usual=is_usual,
        kind=kind,
        steps=_steps(resource) if "action" in resource else None,
    )


def _action(kind: StepKind, plan: Plan) -> dict[str, Any]:
    step, values = plan.written()[kind.value], []
    for each in fields_of(kind):
        value = step[each.name]
        if value is None:
            continue
        if each.unit is Unit.TIME:
            value = f"{value}:00"
        elif each.unit is Unit.GAPS:
            value = ", ".join(map(str, value))
        values.append({"url": each.name, _NAMES.get(each.unit, "valueInteger"): value})
    return {
        "extension": [{"url": VALUES, "extension": values}],
        "code": [{"coding": [{"system": STEPS, "code": kind.value}]}],
    }


def _steps(resource: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for number, action in enumerate(elements(resource, "action", "PlanDefinition")):
        where = f"PlanDefinition.action[{number}]"
        code = _code(action, where)
        if code in found:
            raise Fault(422, f"The step {code} stands there twice.", expression=where)
        found[code] = _values(action, where)
    return found


def _code(action: dict[str, Any], where: str) -> str:
    for concept in elements(action, "code", where):
        for coding in elements(concept, "coding", f"{where}.code"):
            code = text(coding, "code", f"{where}.code.coding")
            if text(coding, "system", f"{where}.code.coding") == STEPS and code in list(StepKind):
                return code
    known = ", ".join(StepKind)
    raise Fault(422, f"The code of an action, of {STEPS}, is one of {known}.", expression=where)


def _values(action: dict[str, Any], where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for extension in elements(action, "extension", where):
        if extension.get("url") != VALUES:
            continue
        for each in elements(extension, "extension", f"{where}.extension"):
            names = [name for name in each if name.startswith("value")]
            if len(names) != 1 or not isinstance(each.get("url"), str):
                raise Fault(400, "A value has a url and one value.", expression=where)
            found[each["url"]] = _plain(names[0], each[names[0]])
    return found


def _plain(name: str, value: Any) -> Any:
    """A time without its seconds; anything else as it came."""
    if name == "valueTime" and isinstance(value, str):
        try:
            return time.fromisoformat(value).isoformat("minutes")
        except ValueError:
            return value
    return value


def _kind(code: str) -> ProtocolKind:
    if code not in list(ProtocolKind):
        known = ", ".join(ProtocolKind)
        raise Fault(422, f"A protocol is one of {known}.", expression="PlanDefinition.extension")
    return ProtocolKind(code)


def route(code: str, where: str) -> Route:
    """How the medicine is given, as another system says it."""
    if code not in list(Route):
        raise Fault(422, f"A route is one of {', '.join(Route)}.", expression=where)
    return Route(code)
