"""Patient as FHIR: reading what another system tells, writing what stands."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from app import i18n
from app.people.models import Patient
from app.web.fhir.outcome import Fault
from app.web.fhir.reading import element, elements, text, texts
from app.web.fhir.versions import instant

TIMEZONE = "http://hl7.org/fhir/StructureDefinition/timezone"
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_PART_OF_A_DAY = re.compile(r"\d{4}(-\d\d)?", re.ASCII)
_LANGUAGES = "urn:ietf:bcp:47"


@dataclass(frozen=True)
class Enrolment:
    """What a posted Patient tells."""

    given_name: str
    family_name: str
    phone: str
    birth_on: date | None
    language: str
    zone: str
    home_address: str


def read(resource: dict[str, Any]) -> Enrolment:
    """The parts of a Patient that Afterglow keeps. 400 for parts of the wrong shape."""
    names = elements(resource, "name", "Patient")
    name = next((each for each in names if each.get("use") == "official"), None) or (
        names[0] if names else {}
    )
    family = text(name, "family", "Patient.name")
    given = _given(name) or (text(name, "text", "Patient.name") if not family else "")
    return Enrolment(
        given_name=given,
        family_name=family,
        phone=_phone(resource),
        birth_on=_birth_on(resource),
        language=_language(resource),
        zone=_zone(resource),
        home_address=_home_address(resource),
    )


def written(patient: Patient) -> dict[str, Any]:
    """A patient as FHIR."""
    if patient.merged_into_id is not None:
        return _joined(patient)
    name: dict[str, Any] = {"use": "official", "given": [patient.given_name]}
    if patient.family_name:
        name["family"] = patient.family_name
    resource: dict[str, Any] = {
        "resourceType": "Patient",
        "id": str(patient.id),
        "extension": [{"url": TIMEZONE, "valueCode": patient.zone}],
        "meta": {"lastUpdated": instant(patient.changed_at or patient.made_at)},
        "active": patient.is_active,
        "name": [name],
        "telecom": [{"system": "phone", "value": patient.phone, "use": "mobile"}],
        "communication": [
            {
                "language": {"coding": [{"system": _LANGUAGES, "code": patient.language}]},
                "preferred": True,
            }
        ],
    }
    if patient.birth_on:
        resource["birthDate"] = patient.birth_on.isoformat()
    if patient.home_address:
        resource["address"] = [{"use": "home", "text": patient.home_address}]
    return resource


def _joined(patient: Patient) -> dict[str, Any]:
    """A record that was a second one of the same person: it says where they are."""
    other = {"reference": f"Patient/{patient.merged_into_id}"}
    return {
        "resourceType": "Patient",
        "id": str(patient.id),
        "meta": {"lastUpdated": instant(patient.changed_at or patient.made_at)},
        "active": False,
        "link": [{"other": other, "type": "replaced-by"}],
    }


def _given(name: dict[str, Any]) -> str:
    return " ".join(texts(name, "given", "Patient.name"))[:200]


def _phone(resource: dict[str, Any]) -> str:
    telecom = elements(resource, "telecom", "Patient")
    numbers = [each for each in telecom if each.get("system") in ("phone", "sms")]
    numbers.sort(key=lambda each: each.get("use") != "mobile")
    return text(numbers[0], "value", "Patient.telecom") if numbers else ""


def _birth_on(resource: dict[str, Any]) -> date | None:
    """A whole date; a year or a month alone is valid FHIR but tells us nothing."""
    said = text(resource, "birthDate", "Patient")
    if not said or _PART_OF_A_DAY.fullmatch(said):
        return None
    try:
        if _DAY.fullmatch(said):
            return date.fromisoformat(said)
    except ValueError:
        pass  # a February 30
    raise Fault(400, "Patient.birthDate is no date.", expression="Patient.birthDate")


def _language(resource: dict[str, Any]) -> str:
    spoken = elements(resource, "communication", "Patient")
    for each in sorted(spoken, key=lambda each: each.get("preferred") is not True):
        concept = element(each, "language", "Patient.communication")
        for coding in elements(concept, "coding", "Patient.communication.language"):
            known = i18n.known(text(coding, "code", "Patient.communication.language.coding"))
            if known:
                return known
    return ""


def _zone(resource: dict[str, Any]) -> str:
    for extension in elements(resource, "extension", "Patient"):
        if extension.get("url") == TIMEZONE:
            return text(extension, "valueCode", "Patient.extension")
    return ""


def _home_address(resource: dict[str, Any]) -> str:
    addresses = elements(resource, "address", "Patient")
    addresses = [each for each in addresses if each.get("use", "home") == "home"]
    if not addresses:
        return ""
    address = addresses[0]
    whole = text(address, "text", "Patient.address", limit=500)
    parts = texts(address, "line", "Patient.address") + [
        text(address, name, "Patient.address") for name in ("city", "state", "postalCode")
    ]
    return whole or ", ".join(part for part in parts if part)[:500]
