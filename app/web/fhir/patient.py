"""Patient: enrolled by another system, and read back."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app import i18n
from app.db.base import Model
from app.people import enrolment, phones
from app.people.models import Clinic, Patient
from app.web.fhir.door import bearer_only, note_view, read_resource
from app.web.fhir.outcome import Fault, respond
from app.web.fhir.reading import element, elements, text, texts
from app.web.pages import find_or_404

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


@bearer_only
def create(request: Request, db: Session) -> Response:
    """201 with the new patient; 200 with the one who has this number already, left as they are."""
    clinic: Clinic = request.state.clinic
    told = read(read_resource(request, "Patient"))
    patient, is_new = _enrol_once(db, clinic, told, by=request.state.api_key)
    location = {"Location": f"/fhir/R4/Patient/{patient.id}"}
    return respond(written(patient), 201 if is_new else 200, location)


@bearer_only
def show(request: Request, db: Session) -> Response:
    """One patient of the clinic. Looking is written into the audit trail."""
    patient = find_or_404(db, Patient, request, clinic_id=request.state.clinic.id)
    note_view(request, patient)
    return respond(written(patient))


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
    name: dict[str, Any] = {"use": "official", "given": [patient.given_name]}
    if patient.family_name:
        name["family"] = patient.family_name
    resource: dict[str, Any] = {
        "resourceType": "Patient",
        "id": str(patient.id),
        "extension": [{"url": TIMEZONE, "valueCode": patient.zone}],
        "active": True,
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


def _enrol_once(db: Session, clinic: Clinic, told: Enrolment, *, by: Model) -> tuple[Patient, bool]:
    number = phones.normal(told.phone, clinic.country)
    existing = enrolment.with_number(db, clinic.id, number)
    if existing is not None:
        return existing, False
    try:
        with db.begin_nested():
            return _enrol(db, clinic, told, by=by), True
    except (IntegrityError, enrolment.NumberTaken):  # the same number, posted twice at once
        winner = enrolment.with_number(db, clinic.id, number)
        if winner is None:
            raise
        return winner, False


def _enrol(db: Session, clinic: Clinic, told: Enrolment, *, by: Model) -> Patient:
    patient = enrolment.enrol(
        db,
        clinic,
        given_name=told.given_name,
        family_name=told.family_name,
        phone=told.phone,
        birth_on=told.birth_on,
        language=told.language,
        zone=told.zone,
        by=by,
    )
    patient.home_address = told.home_address
    db.flush()  # a number taken meanwhile shows now
    return patient


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


def of_clinic(db: Session, clinic_id: UUID, patient_id: UUID | None) -> Patient:
    """The clinic's patient with this id, else 404: another clinic's is as unknown as none."""
    patient = db.get(Patient, patient_id) if patient_id else None
    if patient is None or patient.clinic_id != clinic_id:
        raise Fault(404, "There is no such Patient.")
    return patient
