"""Whom the figures are about: the infusions that ended in some months, and which of them count.

One counts when it took place, its end is on record and its window has closed. Those whose window is
open stand apart; whatever else is left out is left out for a reason, and counted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row as SqlRow
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app import clock
from app.metrics.models import LeftOut, WhyLeftOut
from app.metrics.period import Period
from app.people.models import Clinic, Patient
from app.plans import kept
from app.plans.plan import Plan
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service
from app.scheduling.therapeutic_window import TherapeuticWindow

DEMO = "demo"
CALLED_OFF = "called-off"
DID_NOT_COME = "did-not-come"
NO_END = "no-end"
# No session is recorded to have ended further from its start.
_LONGEST = timedelta(days=3)


@dataclass(frozen=True)
class Infusion:
    """One infusion, as far as figures are concerned."""

    id: UUID
    patient_id: UUID
    status: AppointmentStatus
    booked_at: datetime
    starts_at: datetime
    ended_at: datetime  # the planned end while none is on record
    has_end: bool
    opens_at: datetime
    closes_at: datetime
    plans_visit: bool
    number_failed_at: datetime | None
    left_out: str  # what staff said, or "demo"
    month: date

    @property
    def why_not(self) -> str:
        """Why it does not count in anything; "" when it does."""
        if self.left_out:
            return self.left_out
        if self.status is AppointmentStatus.CANCELLED:
            return CALLED_OFF
        if self.status is AppointmentStatus.NOSHOW:
            return DID_NOT_COME
        return "" if self.has_end else NO_END


@dataclass(frozen=True)
class Cohort:
    """The infusions of some months. `ids` asks the database for them anew, inside another query."""

    clinic: Clinic
    period: Period
    now: datetime
    infusions: Mapping[UUID, Infusion]
    ids: Select[UUID]

    def __iter__(self) -> Iterator[Infusion]:
        return iter(self.infusions.values())


def load(db: Session, clinic: Clinic, period: Period, *, for_export: bool = False) -> Cohort:
    """Read them, in their order. `for_export`: a demo clinic's are all left out."""
    now = clock.now()
    ids = _ids(clinic, period, now)
    plans, left_out = _plans(db, clinic), _left_out(db, clinic)
    demo = DEMO if for_export and clinic.is_demo else ""
    found = {}
    for row in db.execute(_wanted(ids)):
        plan = plans.get(row.protocol_id) or plans[None]
        why = left_out.get((row.patient_id, row.id)) or left_out.get((row.patient_id, None), "")
        found[row.id] = _infusion(row, clinic, period, plan, demo or why)
    return Cohort(clinic, period, now, found, ids)


def _infusion(
    row: SqlRow[Any], clinic: Clinic, period: Period, plan: Plan, left_out: str
) -> Infusion:
    ended_at = row.recorded_at or row.ends_at
    window = TherapeuticWindow.after(ended_at, clinic, plan)
    return Infusion(
        id=row.id,
        patient_id=row.patient_id,
        status=row.status,
        booked_at=row.made_at,
        starts_at=row.starts_at,
        ended_at=ended_at,
        has_end=row.recorded_at is not None,
        opens_at=window.opens_at,
        closes_at=window.closes_at,
        plans_visit=plan.visit.is_on,
        number_failed_at=row.number_failed_at,
        left_out=left_out,
        month=period.month_of(ended_at),
    )


def _wanted(ids: Select[UUID]) -> Any:
    return (
        select(
            Appointment.id,
            Appointment.patient_id,
            Appointment.status,
            Appointment.made_at,
            Appointment.starts_at,
            Appointment.ends_at,
            Appointment.protocol_id,
            Encounter.ended_at.label("recorded_at"),
            Patient.number_failed_at,
        )
        .join(Patient, Patient.id == Appointment.patient_id)
        .outerjoin(Encounter, Encounter.appointment_id == Appointment.id)
        .where(Appointment.id.in_(ids))
        .order_by(Appointment.starts_at, Appointment.id)
    )


def _ids(clinic: Clinic, period: Period, now: datetime) -> Select[UUID]:
    ended_at = func.coalesce(Encounter.ended_at, Appointment.ends_at)
    return (
        select(Appointment.id)
        .outerjoin(Encounter, Encounter.appointment_id == Appointment.id)
        .where(
            Appointment.clinic_id == clinic.id,
            Appointment.service == Service.INFUSION,
            Appointment.starts_at >= period.starts_at - _LONGEST,
            Appointment.starts_at < period.ends_at,
            ended_at >= period.starts_at,
            ended_at < period.ends_at,
            ended_at <= now,
        )
    )


def _plans(db: Session, clinic: Clinic) -> dict[UUID | None, Plan]:
    plans: dict[UUID | None, Plan] = {each.id: each.plan for each in kept.of_clinic(db, clinic)}
    plans[None] = kept.default_of(db, clinic).plan
    return plans


def _left_out(db: Session, clinic: Clinic) -> dict[tuple[UUID, UUID | None], str]:
    rows = db.execute(
        select(LeftOut.patient_id, LeftOut.appointment_id, LeftOut.why).where(
            LeftOut.clinic_id == clinic.id
        )
    ).all()
    return {
        (patient_id, None if why is WhyLeftOut.STAFF_TEST else appointment_id): why.value
        for patient_id, appointment_id, why in rows
    }
