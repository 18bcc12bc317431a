"""All there is about a patient, in one answer."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from starlette.requests import Request
from starlette.responses import Response

from app.access import api_keys, scopes
from app.people.models import Patient
from app.scheduling.models import Appointment
from app.web.fhir import appointment, communications, responses, searching, tasks
from app.web.fhir import patient as patients
from app.web.fhir.door import bearer_only, note_view
from app.web.pages import find_or_404

_KINDS = ("Appointment", "Communication", "QuestionnaireResponse", "Task")


@bearer_only
def show(request: Request, db: Session) -> Response:
    """The patient, and whatever of theirs the key may read; the scopes it lacks are named."""
    asked = searching.read(request, "Patient")
    patient = find_or_404(db, Patient, request, clinic_id=request.state.clinic.id)
    note_view(request, patient)
    read = {
        "Appointment": _appointments,
        "Communication": communications.of_patient,
        "QuestionnaireResponse": responses.of_patient,
        "Task": tasks.of_patient,
    }
    key = request.state.api_key
    open_kinds = [kind for kind in _KINDS if api_keys.may(key, scopes.named(kind, writes=False))]
    closed = [scopes.named(kind, writes=False) for kind in _KINDS if kind not in open_kinds]
    resources = [patients.written(patient)]
    for kind in open_kinds:
        resources += read[kind](request, db, patient)
    return searching.bundle(request, asked, resources, closed=closed)


def _appointments(_request: Request, db: Session, patient: Patient) -> list[dict[str, Any]]:
    found = db.scalars(
        select(Appointment)
        .options(joinedload(Appointment.practitioner))
        .where(Appointment.patient_id == patient.id)
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()
    return appointment.written_all(db, found)
