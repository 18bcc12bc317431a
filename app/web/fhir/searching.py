"""Searching: what was asked for, and the Bundle of what was found.

As FHIR has it, a parameter nobody knows here is left out and the answer says so; with
`Prefer: handling=strict` it is refused. A modifier that is not known is always refused: what it
asks for would be something else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.people.models import Patient
from app.web.fhir import outcome
from app.web.fhir import patient as patients
from app.web.fhir.outcome import Fault
from app.web.fhir.reading import referenced

PAGE = "_page"  # where a next page begins; nobody else's business, so the statement is silent on it
_ABOUT_THE_ANSWER = ("_format", "_pretty")
_STRICT = re.compile(r"(^|[,;\s])handling\s*=\s*\"?strict\b", re.IGNORECASE)


class Parameter(NamedTuple):
    """A search parameter of ours, as the statement tells it."""

    name: str
    type: str
    documentation: str


_COUNT = Parameter("_count", "number", "how many on one page; the rest follow by the link next")
PARAMETERS: Mapping[str, tuple[Parameter, ...]] = {
    "Appointment": (Parameter("patient", "reference", "whose appointments; required"),),
    "Communication": (
        Parameter("subject", "reference", "the patient whose thread; required"),
        Parameter("patient", "reference", "the same as subject"),
        _COUNT,
    ),
    "Patient": (),
    "Practitioner": (),
    "Questionnaire": (
        Parameter("url", "uri", "its canonical url"),
        Parameter("version", "token", "together with url"),
        Parameter("status", "token", "such as active; several after commas"),
    ),
    "QuestionnaireResponse": (
        Parameter("subject", "reference", "whose answers"),
        Parameter("patient", "reference", "the same as subject"),
        Parameter("status", "token", "such as completed; several after commas"),
        Parameter("questionnaire", "reference", "the form: its url or url|version"),
        Parameter("_lastUpdated", "date", "with a prefix such as ge; twice for a span"),
        _COUNT,
    ),
    "Task": (
        Parameter("patient", "reference", "what this patient was asked; required"),
        Parameter("status", "token", "such as requested; several after commas"),
    ),
}
_TWICE = ("_lastUpdated",)  # the two ends of a span


@dataclass(frozen=True)
class Asked:
    """A search as it was understood, and the names of what was left out."""

    values: Mapping[str, str]
    left_out: tuple[str, ...]
    spans: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # what may stand there twice

    @property
    def said(self) -> dict[str, str | tuple[str, ...]]:
        """All of it, as an address says it again."""
        return {**self.values, **self.spans}


def read(request: Request, resource_type: str) -> Asked:
    """The parameters of a search. 400 for one said twice, and for a modifier nobody knows."""
    known = {each.name: each.type for each in PARAMETERS[resource_type]} | {PAGE: "token"}
    values: dict[str, str] = {}
    left_out: list[str] = []
    spans: dict[str, tuple[str, ...]] = {}
    for said, value in request.query_params.multi_items():
        name, _, modifier = said.partition(":")
        if said in _ABOUT_THE_ANSWER or not value:
            continue
        if name not in known:
            left_out.append(said)
        elif modifier and (known[name] != "reference" or modifier != "Patient"):
            raise Fault(400, f"{name} takes no modifier {modifier}.")
        elif name in _TWICE:
            spans[name] = (*spans.get(name, ()), value)
        elif name in values:
            raise Fault(400, f"{name} stands there twice.")
        else:
            values[name] = value
    if left_out and _STRICT.search(request.headers.get("prefer", "")):
        raise Fault(400, f"Not known here: {', '.join(left_out)}.")
    return Asked(values, tuple(left_out), spans)


def patient_of(request: Request, db: Session, asked: Asked, *names: str) -> Patient:
    """The clinic's patient that one of these parameters names. 400 for none, 404 for no such."""
    said = {asked.values[name] for name in names if name in asked.values}
    if len(said) != 1:
        raise Fault(400, f"Search by {names[0]}: one patient.")
    clinic_id = request.state.clinic.id
    return patients.of_clinic(db, clinic_id, referenced(said.pop(), "Patient"))


def bundle(
    request: Request,
    asked: Asked,
    resources: list[dict[str, Any]],
    *,
    total: int | None = None,
    next_page: str | None = None,
    closed: Sequence[str] = (),
) -> Response:
    """A searchset: one page of `total`, or everything there is; `closed`: scopes it lacked."""
    base = f"{request.app.state.settings.base_url}/fhir/R4"
    here = f"{base}{request.url.path.removeprefix('/fhir/R4')}"
    links = [{"relation": "self", "url": _address(here, asked.said)}]
    if next_page is not None:
        following = _address(here, {**asked.said, PAGE: next_page})
        links.append({"relation": "next", "url": following})
    entries = [_match(base, resource) for resource in resources]
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


def _match(base: str, resource: dict[str, Any]) -> dict[str, Any]:
    return {
        "fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}",
        "resource": resource,
        "search": {"mode": "match"},
    }


def _left_out(words: str) -> dict[str, Any]:
    """Said after everything that was found: this part of the question went unheard."""
    told = {
        "resourceType": "OperationOutcome",
        "issue": [outcome.issue("warning", "not-supported", words)],
    }
    return {"resource": told, "search": {"mode": "outcome"}}
