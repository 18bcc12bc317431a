"""At which clinics somebody is in care: where a text that may mean danger has to be read.

To have entered a number is not to care for somebody. An appointment is: one that lies ahead, or was
not long ago.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.people.models import Patient
from app.scheduling.models import Appointment, AppointmentStatus

LATELY = timedelta(days=180)


def where(db: Session, patients: Collection[Patient]) -> set[UUID]:
    """Which of these have an appointment ahead, or had one within half a year."""
    kept = select(Appointment.patient_id).where(
        Appointment.patient_id.in_([patient.id for patient in patients]),
        Appointment.status != AppointmentStatus.CANCELLED,
        Appointment.starts_at > clock.now() - LATELY,
    )
    return set(db.scalars(kept.distinct()))


def told_of_danger(db: Session, patients: Sequence[Patient]) -> list[Patient]:
    """Of one number's patients at several clinics: where words of danger raise an alert.

    Where they are in care, wherever the last text to them came from; if that is nowhere, at every
    clinic that has the number, for one of them has to look.
    """
    cared_for = where(db, patients)
    return (
        [patient for patient in patients if patient.id in cared_for]
        or [patient for patient in patients if patient.is_active]
        or list(patients)
    )
