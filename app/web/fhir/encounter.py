"""What took place, as a FHIR Encounter."""

from typing import Any

from app.scheduling.models import Appointment, Encounter, Service
from app.web.fhir.appointment import SERVICES
from app.web.fhir.versions import instant

_CLASSES = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_HERE = {"system": _CLASSES, "code": "AMB", "display": "ambulatory"}
_BY_VIDEO = {"system": _CLASSES, "code": "VR", "display": "virtual"}


def status(encounter: Encounter) -> str:
    """How far it is."""
    return "in-progress" if encounter.ended_at is None else "finished"


def written(encounter: Encounter, appointment: Appointment) -> dict[str, Any]:
    """A session or visit that was begun, with whom, and when it ended."""
    period = {"start": instant(encounter.started_at)}
    if encounter.ended_at is not None:
        period["end"] = instant(encounter.ended_at)
    resource: dict[str, Any] = {
        "resourceType": "Encounter",
        "id": str(encounter.id),
        "meta": {"lastUpdated": instant(encounter.changed_at or encounter.started_at)},
        "status": status(encounter),
        "class": _HERE if appointment.service is Service.INFUSION else _BY_VIDEO,
        "serviceType": {"coding": [{"system": SERVICES, "code": appointment.service.value}]},
        "subject": {"reference": f"Patient/{appointment.patient_id}"},
        "appointment": [{"reference": f"Appointment/{appointment.id}"}],
        "period": period,
        "serviceProvider": {"reference": f"Organization/{encounter.clinic_id}"},
    }
    if appointment.practitioner_id and appointment.practitioner:
        individual = {
            "reference": f"Practitioner/{appointment.practitioner_id}",
            "display": appointment.practitioner.display_name,
        }
        resource["participant"] = [{"individual": individual}]
    return resource
