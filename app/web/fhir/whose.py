"""The patient that a reference means."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.people.models import Patient
from app.web.fhir.outcome import Fault


def patient(db: Session, clinic_id: UUID, patient_id: UUID | None) -> Patient:
    """The clinic's patient with this id, else 404: another clinic's is as unknown as none.

    Whose record was joined to another is that other one.
    """
    found = db.get(Patient, patient_id) if patient_id else None
    if found is None or found.clinic_id != clinic_id:
        raise Fault(404, "There is no such Patient.")
    return patient(db, clinic_id, found.merged_into_id) if found.merged_into_id else found
