"""Whose words a phone keeps, without saying so."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.people import merging
from app.people.models import Patient
from app.security import keyring

_SIGNS = 22


def owner_of(patient: Patient) -> str:
    """The opaque name under which a device files what it keeps for a patient.

    Always the same, and of no use to anybody else: a device that several people use never sends
    the words of one under the session of another.
    """
    return name_of(patient.clinic_id, patient.id)


def is_of(db: Session, patient: Patient, named: object) -> bool:
    """Whether a device means this patient: also by a record that has gone into theirs since."""
    if named == owner_of(patient):
        return True
    joined = merging.joined_to(db, patient) if named else ()
    return any(named == name_of(patient.clinic_id, each) for each in joined)


def name_of(clinic_id: UUID, patient_id: UUID) -> str:
    """The same by the ids alone."""
    digest = keyring.ring().blind(clinic_id, f"owner:{patient_id}")
    return digest.hex()[:_SIGNS]
