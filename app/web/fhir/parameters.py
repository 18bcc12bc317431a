"""By what the door can be searched, and what may come along: the statement says the same."""

from collections.abc import Mapping
from typing import NamedTuple


class Parameter(NamedTuple):
    """A search parameter of ours, as the statement tells it."""

    name: str
    type: str
    documentation: str


_COUNT = Parameter("_count", "number", "how many on one page; the rest follow by the link next")
_ID = Parameter("_id", "token", "its id; several after commas")
_SINCE = Parameter("_lastUpdated", "date", "with a prefix such as ge; twice for a span")
_ALWAYS = (_ID, _SINCE, _COUNT)
_PATIENT = (
    Parameter("patient", "reference", "whose; this, _id or _lastUpdated is required"),
    Parameter("subject", "reference", "the same as patient"),
)
PARAMETERS: Mapping[str, tuple[Parameter, ...]] = {
    "Appointment": (
        Parameter("patient", "reference", "whose; this, actor, date, _id or _lastUpdated"),
        Parameter("actor", "reference", "a Patient or a Practitioner"),
        Parameter("practitioner", "reference", "with whom"),
        Parameter("date", "date", "when it starts, with a prefix such as ge; twice for a span"),
        Parameter("status", "token", "such as booked; several after commas"),
        Parameter("service-type", "token", "such as infusion; several after commas"),
        *_ALWAYS,
    ),
    "Communication": (*_PATIENT, *_ALWAYS),
    "Consent": (
        *_PATIENT,
        Parameter("status", "token", "such as active; several after commas"),
        *_ALWAYS,
    ),
    "Encounter": (
        *_PATIENT,
        Parameter("appointment", "reference", "which appointment took place"),
        Parameter("date", "date", "when it began, with a prefix such as ge; twice for a span"),
        Parameter("status", "token", "such as finished; several after commas"),
        *_ALWAYS,
    ),
    "Patient": (
        Parameter("phone", "token", "their number; this, another or _lastUpdated is required"),
        Parameter("telecom", "token", "the same as phone"),
        Parameter("name", "string", "words that begin a name"),
        Parameter("given", "string", "the same as name"),
        Parameter("family", "string", "the same as name"),
        Parameter("birthdate", "date", "a whole day"),
        *_ALWAYS,
    ),
    "PlanDefinition": (
        Parameter("status", "token", "such as active; several after commas"),
        Parameter("name", "string", "the name it is kept under"),
        _ID,
        _COUNT,
    ),
    "Practitioner": (*_ALWAYS,),
    "Questionnaire": (
        Parameter("url", "uri", "its canonical url"),
        Parameter("version", "token", "together with url"),
        Parameter("status", "token", "such as active; several after commas"),
        *_ALWAYS,
    ),
    "QuestionnaireResponse": (
        *_PATIENT,
        Parameter("status", "token", "such as completed; several after commas"),
        Parameter("questionnaire", "reference", "the form: its url or url|version"),
        *_ALWAYS,
    ),
    "Subscription": (
        Parameter("status", "token", "such as active; several after commas"),
        Parameter("criteria", "string", "such as Appointment"),
        _ID,
        _COUNT,
    ),
    "Task": (
        *_PATIENT,
        Parameter("status", "token", "such as requested; several after commas"),
        *_ALWAYS,
    ),
}
EVERYTHING = (  # of an operation, not of a search
    Parameter("_since", "date", "only what has changed since then"),
    Parameter("_type", "token", "only these kinds, after commas"),
    _COUNT,
)


class Include(NamedTuple):
    """Where a resource names others, and of which types those are that may come along."""

    path: tuple[str, ...]
    kinds: tuple[str, ...]


_SUBJECT = Include(("subject",), ("Patient",))
INCLUDES: Mapping[str, Mapping[str, Include]] = {
    "Appointment": {
        "patient": Include(("participant", "actor"), ("Patient",)),
        "practitioner": Include(("participant", "actor"), ("Practitioner",)),
        "actor": Include(("participant", "actor"), ("Patient", "Practitioner")),
        "supporting-info": Include(("supportingInformation",), ("Appointment",)),
    },
    "Communication": {
        "patient": _SUBJECT,
        "subject": _SUBJECT,
        "sender": Include(("sender",), ("Patient", "Practitioner")),
    },
    "Consent": {"patient": Include(("patient",), ("Patient",))},
    "Encounter": {
        "patient": _SUBJECT,
        "subject": _SUBJECT,
        "appointment": Include(("appointment",), ("Appointment",)),
        "practitioner": Include(("participant", "individual"), ("Practitioner",)),
    },
    "QuestionnaireResponse": {"patient": _SUBJECT, "subject": _SUBJECT},
    "Task": {
        "patient": Include(("for",), ("Patient",)),
        "subject": Include(("for",), ("Patient",)),
        "focus": Include(("focus",), ("Questionnaire",)),
        "based-on": Include(("basedOn",), ("Appointment",)),
    },
}


def is_include(resource_type: str, said: str) -> bool:
    """Whether `Task:patient`, or `Task:patient:Patient`, is one of ours for this type."""
    kind, _, rest = said.partition(":")
    name, _, target = rest.partition(":")
    include = INCLUDES.get(resource_type, {}).get(name)
    return kind == resource_type and include is not None and target in ("", *include.kinds)
