"""Appointment as FHIR: reading what is asked for, writing what stands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.plans.kinds import Route
from app.plans.plan import STANDARD
from app.scheduling import therapeutic_window
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.web.fhir import plan_definition
from app.web.fhir.outcome import Fault, issue
from app.web.fhir.reading import element, elements, referenced, text
from app.web.fhir.versions import instant, stamp

SERVICES = "urn:afterglow:service"
PROTOCOL = "urn:afterglow:protocol"
ROUTE = "urn:afterglow:route"
_WARNINGS = "warnings"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_INFUSION_LENGTH = timedelta(hours=2)


@dataclass(frozen=True)
class Wanted:
    """What a posted Appointment asks for; None where it says nothing."""

    status: str
    service: Service | None
    starts_at: datetime | None
    ends_at: datetime | None
    patient_id: UUID | None
    names_patient: bool
    practitioner_id: UUID | None
    names_practitioner: bool
    agreed: bool  # the patient has accepted the time
    protocol_id: UUID | None  # what an infusion follows
    names_protocol: bool
    route: Route | None  # how its medicine is given


@dataclass(frozen=True)
class Advice:
    """What staff should know about a booking. `is_missing`: no visit could be booked along."""

    words: str
    better: Sequence[datetime]
    is_missing: bool


def read(resource: dict[str, Any]) -> Wanted:
    """The parts of an Appointment that Afterglow keeps. 400 for parts of the wrong shape."""
    patients, practitioners = _actors(resource)
    if len(patients) > 1:
        raise Fault(422, "Name one patient.", expression="Appointment.participant")
    starts_at, ends_at = _moment(resource, "start"), _moment(resource, "end")
    service, protocol = _service(resource), _protocol(resource)
    if starts_at is not None and ends_at is None:
        ends_at = starts_at + _length(resource, service)
    return Wanted(
        status=text(resource, "status", "Appointment"),
        service=service,
        starts_at=starts_at,
        ends_at=ends_at,
        patient_id=referenced(patients[0], "Patient") if patients else None,
        names_patient=bool(patients),
        practitioner_id=referenced(practitioners[0], "Practitioner") if practitioners else None,
        names_practitioner=bool(practitioners),
        agreed=_is_agreed(resource),
        protocol_id=referenced(protocol, "PlanDefinition") if protocol else None,
        names_protocol=bool(protocol),
        route=_route(resource),
    )


def written(db: Session, appointment: Appointment, advice: Advice | None = None) -> dict[str, Any]:
    """One appointment as FHIR, with what staff should know contained."""
    (resource,) = written_all(db, [appointment])
    if advice is not None:
        resource["contained"] = [_warnings(advice, appointment.zone)]
        warnings = {"reference": f"#{_WARNINGS}"}
        resource.setdefault("extension", []).insert(
            0, {"url": "urn:afterglow:warnings", "valueReference": warnings}
        )
    return resource


def written_all(db: Session, appointments: Sequence[Appointment]) -> list[dict[str, Any]]:
    """Appointments as FHIR, in the order given."""
    ids = [appointment.id for appointment in appointments]
    visits = therapeutic_window.visits_after(db, ids)
    ends = therapeutic_window.recorded_ends(db, ids)
    return [
        stamp(
            _written(appointment, visits.get(appointment.id), ends.get(appointment.id)),
            number=appointment.version,
        )
        for appointment in appointments
    ]


def _written(
    appointment: Appointment, visit: Appointment | None, ended_at: datetime | None
) -> dict[str, Any]:
    ends_at = ended_at or appointment.ends_at
    zone = ZoneInfo(appointment.zone)
    resource: dict[str, Any] = {
        "resourceType": "Appointment",
        "id": str(appointment.id),
        "meta": {"lastUpdated": instant(appointment.changed_at or appointment.made_at)},
        "status": appointment.status.value,
        "serviceType": [{"coding": [{"system": SERVICES, "code": appointment.service.value}]}],
        "start": appointment.starts_at.astimezone(zone).isoformat(),
        "end": ends_at.astimezone(zone).isoformat(),
        "minutesDuration": max(1, int((ends_at - appointment.starts_at).total_seconds() // 60)),
        "created": appointment.made_at.isoformat(timespec="seconds"),
        "participant": _participants(appointment),
    }
    extensions = _extensions(appointment)
    if extensions:
        resource["extension"] = extensions
    related = _related(appointment, visit)
    if related:
        resource["supportingInformation"] = [{"reference": f"Appointment/{id_}"} for id_ in related]
    return resource


def _extensions(appointment: Appointment) -> list[dict[str, Any]]:
    """What an infusion follows, and how the medicine is given where that was said."""
    found: list[dict[str, Any]] = []
    if appointment.service is not Service.INFUSION:
        return found
    if appointment.protocol_id is not None:
        plan = {"reference": f"PlanDefinition/{appointment.protocol_id}"}
        found.append({"url": PROTOCOL, "valueReference": plan})
    if appointment.route is not None:
        found.append({"url": ROUTE, "valueCode": appointment.route.value})
    return found


def _protocol(resource: dict[str, Any]) -> str:
    for extension in elements(resource, "extension", "Appointment"):
        if extension.get("url") == PROTOCOL:
            plan = element(extension, "valueReference", "Appointment.extension")
            return text(plan, "reference", "Appointment.extension.valueReference")
    return ""


def _route(resource: dict[str, Any]) -> Route | None:
    for extension in elements(resource, "extension", "Appointment"):
        if extension.get("url") == ROUTE:
            code = text(extension, "valueCode", "Appointment.extension")
            return plan_definition.route(code, "Appointment.extension")
    return None


def _related(appointment: Appointment, visit: Appointment | None) -> list[UUID]:
    """The visit after an infusion, the infusion before a visit."""
    if appointment.follows_id:
        return [appointment.follows_id]
    called_off = AppointmentStatus.CANCELLED
    if visit is None or (visit.status is called_off and appointment.status is not called_off):
        return []
    return [visit.id]


def _participants(appointment: Appointment) -> list[dict[str, Any]]:
    patient = {"reference": f"Patient/{appointment.patient_id}"}
    participants: list[dict[str, Any]] = [
        {"actor": patient, "status": _patients_answer(appointment)}
    ]
    if appointment.practitioner_id and appointment.practitioner:
        actor = {
            "reference": f"Practitioner/{appointment.practitioner_id}",
            "display": appointment.practitioner.display_name,
        }
        participants.append({"actor": actor, "status": "accepted"})
    return participants


def _patients_answer(appointment: Appointment) -> str:
    """`declined` while they look for another time: "not today" was said, and none picked yet."""
    if appointment.asked_at:
        return "declined"
    return "accepted" if appointment.confirmed_at else "needs-action"


def _warnings(advice: Advice, zone: str) -> dict[str, Any]:
    severity, code = "information", "informational"
    if advice.is_missing:
        severity, code = "warning", "business-rule"
    better = [at.astimezone(ZoneInfo(zone)).isoformat() for at in advice.better]
    diagnostics = f"better starts: {', '.join(better)}" if better else ""
    return {
        "resourceType": "OperationOutcome",
        "id": _WARNINGS,
        "issue": [issue(severity, code, advice.words, diagnostics)],
    }


def _service(resource: dict[str, Any]) -> Service | None:
    for service_type in elements(resource, "serviceType", "Appointment"):
        for coding in elements(service_type, "coding", "Appointment.serviceType"):
            code = text(coding, "code", "Appointment.serviceType.coding")
            if code not in list(Service):
                raise Fault(
                    422,
                    f"The service is one of {', '.join(Service)}.",
                    expression="Appointment.serviceType",
                )
            return Service(code)
    return None


def _moment(resource: dict[str, Any], name: str) -> datetime | None:
    said = text(resource, name, "Appointment")
    if not said:
        return None
    try:
        if _INSTANT.fullmatch(said):
            return datetime.fromisoformat(said).astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # a month 13, a year 0
    raise Fault(
        400,
        f"Appointment.{name} must be an instant with its offset.",
        expression=f"Appointment.{name}",
    )


def _length(resource: dict[str, Any], service: Service | None) -> timedelta:
    minutes = resource.get("minutesDuration")
    if minutes is None:
        return _INFUSION_LENGTH if service is Service.INFUSION else STANDARD.visit.length
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 0 < minutes <= 24 * 60:
        raise Fault(400, "Appointment.minutesDuration must be a number of minutes.")
    return timedelta(minutes=minutes)


def _actors(resource: dict[str, Any]) -> tuple[list[str], list[str]]:
    """References to patients and to practitioners, in order."""
    patients, practitioners = [], []
    for participant in elements(resource, "participant", "Appointment"):
        kind, reference = _actor(participant)
        if kind == "Patient":
            patients.append(reference)
        elif kind == "Practitioner":
            practitioners.append(reference)
    return patients, practitioners


def _is_agreed(resource: dict[str, Any]) -> bool:
    return any(
        _actor(each)[0] == "Patient"
        and text(each, "status", "Appointment.participant") == "accepted"
        for each in elements(resource, "participant", "Appointment")
    )


def _actor(participant: dict[str, Any]) -> tuple[str, str]:
    """Of which type somebody taking part is, and the reference to them."""
    actor = element(participant, "actor", "Appointment.participant")
    reference = text(actor, "reference", "Appointment.participant.actor")
    said = text(actor, "type", "Appointment.participant.actor")
    return (reference.split("/")[-2] if "/" in reference else said), reference
