"""Clinicians' calendars: who gives visits, what takes their time, and keeping them still."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people.models import Practitioner, Role
from app.scheduling.models import Appointment, AppointmentStatus, Service

OPEN = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)


def clinicians(db: Session, clinic_id: UUID) -> list[Practitioner]:
    """Those with whom visits can be booked, in the order in which they joined."""
    return list(
        db.scalars(
            select(Practitioner)
            .where(
                Practitioner.clinic_id == clinic_id,
                Practitioner.role == Role.CLINICIAN,
                Practitioner.disabled_at.is_(None),
            )
            .order_by(Practitioner.made_at, Practitioner.id)
        )
    )


def hold(db: Session, clinic_id: UUID, practitioner: Practitioner | None = None) -> None:
    """Let nobody else change a clinician's (or all of the clinic's) calendars until we commit.

    SQLite's writers take turns anyway; on PostgreSQL the rows are locked, always in one order.
    """
    whose = select(Practitioner.id).where(Practitioner.clinic_id == clinic_id)
    if practitioner is not None:
        whose = whose.where(Practitioner.id == practitioner.id)
    db.execute(whose.order_by(Practitioner.id).with_for_update(key_share=True)).all()


def hold_appointment(db: Session, appointment: Appointment) -> None:
    """Read an appointment anew and let nobody else change it until we commit."""
    db.refresh(appointment, with_for_update={"of": Appointment})


def is_free(
    db: Session,
    practitioner: Practitioner,
    starts_at: datetime,
    ends_at: datetime,
    *,
    ignoring: UUID | None = None,
) -> bool:
    """Whether no open visit of the clinician overlaps. Infusions take none of their time."""
    taken = taken_times(db, [practitioner.id], starts_at, ends_at, ignoring=ignoring)
    return not taken[practitioner.id]


def taken_times(
    db: Session,
    practitioner_ids: Sequence[UUID],
    start: datetime,
    end: datetime,
    *,
    ignoring: UUID | None = None,
) -> dict[UUID, list[tuple[datetime, datetime]]]:
    """Start and end of each clinician's open visits that overlap `start` to `end`."""
    taken: dict[UUID, list[tuple[datetime, datetime]]] = {whose: [] for whose in practitioner_ids}
    rows = db.execute(
        select(Appointment.practitioner_id, Appointment.starts_at, Appointment.ends_at).where(
            Appointment.practitioner_id.in_(practitioner_ids),
            Appointment.service != Service.INFUSION,
            Appointment.status.in_(OPEN),
            Appointment.starts_at < end,
            Appointment.ends_at > start,
            Appointment.id != ignoring,
        )
    )
    for whose, starts_at, ends_at in rows:
        assert whose is not None
        taken[whose].append((starts_at, ends_at))
    return taken


def patients_times(
    db: Session, patient_id: UUID, start: datetime, end: datetime, *, ignoring: UUID | None = None
) -> list[tuple[datetime, datetime]]:
    """Start and end of everything open that a patient has between two moments."""
    rows = db.execute(
        select(Appointment.starts_at, Appointment.ends_at).where(
            Appointment.patient_id == patient_id,
            Appointment.status.in_(OPEN),
            Appointment.starts_at < end,
            Appointment.ends_at > start,
            Appointment.id != ignoring,
        )
    )
    return [(starts_at, ends_at) for starts_at, ends_at in rows]
