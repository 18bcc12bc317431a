"""The patient of an address."""

from sqlalchemy.orm import Session
from starlette.requests import Request

from app.people.models import Patient
from app.web.pages import find_or_404, not_found


def patient_of(request: Request, db: Session, name: str = "id") -> Patient:
    """The clinic's patient whom the address names. One who went into another record is 404."""
    patient = find_or_404(db, Patient, request, name=name, clinic_id=request.state.clinic.id)
    if patient.merged_into_id is not None:
        not_found()
    return patient
