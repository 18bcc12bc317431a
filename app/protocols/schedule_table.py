"""The day's schedule as CSV, in the columns in which one is brought, and how each stands."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import wall_time
from app.intake.tables import written
from app.people import phones
from app.people.models import Clinic
from app.protocols.schedule_lines import COLUMNS
from app.scheduling.models import Appointment


def booked_on(db: Session, clinic: Clinic, day: date) -> Sequence[Appointment]:
    """Everything that begins on this day of the clinic's calendar, in order."""
    first = wall_time.instant(datetime.combine(day, time(0)), clinic.zone)
    last = wall_time.instant(datetime.combine(day + timedelta(days=1), time(0)), clinic.zone)
    return db.scalars(
        select(Appointment)
        .options(
            joinedload(Appointment.patient),
            joinedload(Appointment.practitioner),
            joinedload(Appointment.location),
        )
        .where(
            Appointment.clinic_id == clinic.id,
            Appointment.starts_at >= first,
            Appointment.starts_at < last,
        )
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()


def table_of(rows: Sequence[Appointment], clinic: Clinic) -> str:
    """These as CSV. A spreadsheet takes every cell for words, whatever it begins with."""
    return written([[*COLUMNS, "status"], *(_cells(row, clinic) for row in rows)])


def _cells(row: Appointment, clinic: Clinic) -> list[str]:
    wall, patient = wall_time.wall(row.starts_at, clinic.zone), row.patient
    return [
        wall.date().isoformat(),
        wall.strftime("%H:%M"),
        str(round((row.ends_at - row.starts_at) / timedelta(minutes=1))),
        row.service.value,
        patient.given_name,
        patient.family_name,
        phones.spoken(patient.phone) if patient.phone else "",
        patient.birth_on.isoformat() if patient.birth_on else "",
        row.practitioner.display_name if row.practitioner else "",
        row.location.name if row.location else "",
        patient.language,
        "yes" if patient.takes_texts else "no",
        row.status.value,
    ]
