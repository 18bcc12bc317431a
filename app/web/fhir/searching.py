"""Searching: what was asked for, and the Bundle of what was found.

As FHIR has it, a parameter nobody knows here is left out and the answer says so; with
`Prefer: handling=strict` it is refused. A modifier that is not known is always refused: what it
asks for would be something else.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.people.models import Patient
from app.web.fhir import outcome, versions, whose
from app.web.fhir.outcome import Fault
from app.web.fhir.parameters import PARAMETERS, Parameter, is_include
from app.web.fhir.reading import referenced

PAGE = "_page"  # where a next page begins; nobody else's business, so the statement is silent on it
_ABOUT_THE_ANSWER = ("_format", "_pretty")
_STRICT = re.compile(r"(^|[,;\s])handling\s*=\s*\"?strict\b", re.IGNORECASE)


_TWICE = ("_lastUpdated", "date")  # the two ends of a span
_INCLUDE = "_include"


@dataclass(frozen=True)
class Asked:
    """A search as it was understood, and the names of what was left out."""

    values: Mapping[str, str]
    left_out: tuple[str, ...]
    spans: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # what may stand there twice
    includes: tuple[str, ...] = ()

    @property
    def said(self) -> dict[str, str | tuple[str, ...]]:
        """All of it, as an address says it again."""
        include = {_INCLUDE: self.includes} if self.includes else {}
        return {**self.values, **self.spans, **include}

    def tokens(self, name: str) -> list[str]:
        """The words of a token parameter, without the systems before them; none when unsaid."""
        said = self.values.get(name, "")
        return [each.rpartition("|")[2] for each in said.split(",")] if said else []


def read(request: Request, resource_type: str) -> Asked:
    """The parameters of a search. 400 for one said twice, and for a modifier nobody knows."""
    asked = understood(request.query_params.multi_items(), PARAMETERS[resource_type], resource_type)
    if asked.left_out and _STRICT.search(request.headers.get("prefer", "")):
        raise Fault(400, f"Not known here: {', '.join(asked.left_out)}.")
    return asked


def understood(
    said: Iterable[tuple[str, str]], parameters: Iterable[Parameter], resource_type: str = ""
) -> Asked:
    """Names and values as a search. What nobody knows is left out, and named."""
    known = {each.name: each.type for each in parameters} | {PAGE: "token"}
    values: dict[str, str] = {}
    left_out: list[str] = []
    spans: dict[str, tuple[str, ...]] = {}
    includes: list[str] = []
    for whole, value in said:
        name, _, modifier = whole.partition(":")
        if whole in _ABOUT_THE_ANSWER or not value:
            continue
        if whole == _INCLUDE:
            is_known = is_include(resource_type, value)
            (includes if is_known else left_out).append(value if is_known else f"{whole}={value}")
        elif name not in known:
            left_out.append(whole)
        elif modifier and (known[name] != "reference" or modifier != "Patient"):
            raise Fault(400, f"{name} takes no modifier {modifier}.")
        elif name in _TWICE and known[name] == "date":
            spans[name] = (*spans.get(name, ()), value)
        elif name in values:
            raise Fault(400, f"{name} stands there twice.")
        else:
            values[name] = value
    return Asked(values, tuple(left_out), spans, tuple(dict.fromkeys(includes)))


def ids_of(asked: Asked) -> list[UUID] | None:
    """The ids asked for; None when none are. What is no id of ours is nobody's."""
    if "_id" not in asked.values:
        return None
    found = []
    for said in asked.values["_id"].split(","):
        with suppress(ValueError):
            found.append(UUID(said))
    return found


def among(asked: Asked, resources: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those whose id and status are asked for, of resources that are few and read whole."""
    ids, statuses = ids_of(asked), asked.tokens("status")
    wanted = None if ids is None else {str(each) for each in ids}
    return [
        each
        for each in resources
        if (wanted is None or each["id"] in wanted)
        and ("status" not in asked.values or each["status"] in statuses)
    ]


def patient_of(request: Request, db: Session, asked: Asked, *names: str) -> Patient:
    """The clinic's patient that one of these parameters names. 400 for none, 404 for no such."""
    said = {asked.values[name] for name in names if name in asked.values}
    if len(said) != 1:
        raise Fault(400, f"Search by {names[0]}: one patient.")
    clinic_id = request.state.clinic.id
    return whose.patient(db, clinic_id, referenced(said.pop(), "Patient"))


def bundle(
    request: Request,
    asked: Asked,
    resources: list[dict[str, Any]],
    *,
    total: int | None = None,
    next_page: str | None = None,
    beside: Sequence[dict[str, Any]] = (),
    closed: Sequence[str] = (),
) -> Response:
    """A searchset: one page of `total`, or everything there is.

    `beside`: what those refer to; `closed`: scopes the key lacked.
    """
    base = f"{request.app.state.settings.base_url}/fhir/R4"
    here = f"{base}{request.url.path.removeprefix('/fhir/R4')}"
    links = [{"relation": "self", "url": _address(here, asked.said)}]
    if next_page is not None:
        following = _address(here, {**asked.said, PAGE: next_page})
        links.append({"relation": "next", "url": following})
    entries = [_entry(base, resource, "match") for resource in resources]
    entries += [_entry(base, resource, "include") for resource in beside]
    if asked.left_out:
        entries.append(_left_out(f"Not known here, and left out: {', '.join(asked.left_out)}."))
    if closed:
        entries.append(_left_out(f"Left out, since this key lacks {', '.join(closed)}."))
    found: dict[str, Any] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(resources) if total is None else total,
        "link": links,
    }
    return outcome.respond(found | ({"entry": entries} if entries else {}))


def _address(here: str, values: Mapping[str, str | tuple[str, ...]]) -> str:
    return f"{here}?{urlencode(values, doseq=True, safe='/')}" if values else here


def _entry(base: str, resource: dict[str, Any], mode: str) -> dict[str, Any]:
    return {
        "fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}",
        "resource": versions.stamp(resource),
        "search": {"mode": mode},
    }


def _left_out(words: str) -> dict[str, Any]:
    """Said after everything that was found: this part of the question went unheard."""
    told = {
        "resourceType": "OperationOutcome",
        "issue": [outcome.issue("warning", "not-supported", words)],
    }
    return {"resource": told, "search": {"mode": "outcome"}}
