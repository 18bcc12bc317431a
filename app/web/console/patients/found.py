"""The patient of an address, and patients in the order in which they were found."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
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


def in_order(db: Session, ids: Sequence[UUID]) -> list[Patient]:
    """These patients, in this order; of one who is gone meanwhile nothing."""
    rows = {row.id: row for row in db.scalars(select(Patient).where(Patient.id.in_(ids)))}
    return [rows[each] for each in ids if each in rows]
