"""What a patient agreed to, or did not, as a FHIR Consent. The words stand there by their hash."""

from typing import Any

from app.intake.models import Consent, ConsentCode
from app.people.models import Patient
from app.web.fhir.versions import instant

CODES = "urn:afterglow:consent"
SIGNED_WORDS = "urn:afterglow:signed-words-sha256"
_SCOPES = "http://terminology.hl7.org/CodeSystem/consentscope"
_DOCUMENT = {"system": "http://loinc.org", "code": "59284-0", "display": "Consent Document"}
_TREATMENT = (ConsentCode.TREATMENT, ConsentCode.TELEHEALTH)


def written(consent: Consent, *, holds: bool) -> dict[str, Any]:
    """One thing that was signed on a form. `holds`: it is the last word on it, and stands."""
    status = "active" if holds else "inactive" if consent.agreed else "rejected"
    resource = _common(consent.code, consent.patient_id, consent.clinic_id, status) | {
        "id": str(consent.id),
        "meta": {"lastUpdated": instant(consent.withdrawn_at or consent.signed_at)},
        "identifier": [{"system": SIGNED_WORDS, "value": consent.text_hash}],
        "dateTime": instant(consent.signed_at),
        "policy": [{"uri": consent.version}],
        "provision": {"type": "permit" if consent.agreed else "deny"},
    }
    if consent.response_id is not None:
        answers = {"reference": f"QuestionnaireResponse/{consent.response_id}"}
        resource["sourceReference"] = answers
    return resource


def spoken(patient: Patient) -> dict[str, Any] | None:
    """That they agreed to texts without a form: to staff, or by the system that enrolled them.

    It has the patient's own id. None when nothing of the kind is known.
    """
    if patient.texts_agreed_at is None:
        return None
    status = "active" if patient.opted_out_at is None else "inactive"
    changed_at = patient.opted_out_at or patient.texts_agreed_at
    return _common(ConsentCode.TEXTS, patient.id, patient.clinic_id, status) | {
        "id": str(patient.id),
        "meta": {"lastUpdated": instant(changed_at)},
        "dateTime": instant(patient.texts_agreed_at),
        "policyRule": {"text": "Told to the clinic, without a form"},
        "provision": {"type": "permit"},
    }


def _common(code: ConsentCode, patient_id: Any, clinic_id: Any, status: str) -> dict[str, Any]:
    patient = {"reference": f"Patient/{patient_id}"}
    scope = "treatment" if code in _TREATMENT else "patient-privacy"
    return {
        "resourceType": "Consent",
        "status": status,
        "scope": {"coding": [{"system": _SCOPES, "code": scope}]},
        "category": [
            {"coding": [_DOCUMENT]},
            {"coding": [{"system": CODES, "code": code.value}]},
        ],
        "patient": patient,
        "performer": [patient],
        "organization": [{"reference": f"Organization/{clinic_id}"}],
    }
