"""Nobody is in two places: the same booking made twice is one, and none lies upon another."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.i18n import gettext as _
from app.people.models import Patient
from app.refusal import Refusal
from app.scheduling import calendars
from app.scheduling.models import Appointment, Service


class AlreadyThere(Refusal):
    """The patient has something else at that time."""


def find(
    db: Session, patient: Patient, service: Service, starts_at: datetime, ends_at: datetime
) -> Appointment | None:
    """The same thing at the same time, booked before. Refuses (AlreadyThere) an overlap.

    Who asks holds the patient's calendar until the transaction ends: two posts of one form take
    turns here.
    """
    db.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update())
    there = db.scalar(
        select(Appointment).where(
            Appointment.patient_id == patient.id,
            Appointment.service == service,
            Appointment.starts_at == starts_at,
            Appointment.status.in_(calendars.OPEN),
        )
    )
    if there is None and calendars.patients_times(db, patient.id, starts_at, ends_at):
        raise AlreadyThere(
            _("%(name)s has another appointment then. Choose another time.")
            % {"name": patient.given_name},
            field="starts_at",
        )
    return there
