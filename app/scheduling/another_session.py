"""Somebody who has had a session asks for another: staff are told, nothing is booked."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, literal, select
from sqlalchemy.orm import Session

from app import clock
from app.i18n import gettext as _
from app.people.models import Patient
from app.refusal import Refusal
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service
from app.tasks import desk
from app.tasks.models import StaffTask, TaskCode

_OPEN = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)
_NEVER_BEGAN = (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW)


class Asking(StrEnum):
    """How somebody stands with another session."""

    AHEAD = "ahead"  # one is booked
    ASKED = "asked"  # staff know, and have not closed it
    MAY = "may"
    NONE = "none"  # there was no first one yet


class NotNow(Refusal):
    pass


def standing(patient: Patient) -> ColumnElement[str]:
    """How a patient stands, as part of a larger question: one of `Asking`."""
    now = clock.now()
    of_theirs = select(Appointment.id).where(
        Appointment.patient_id == patient.id, Appointment.service == Service.INFUSION
    )
    ahead = of_theirs.where(Appointment.status.in_(_OPEN), Appointment.ends_at > now)
    ended_at = func.coalesce(Encounter.ended_at, Appointment.ends_at)
    held = of_theirs.outerjoin(Encounter, Encounter.appointment_id == Appointment.id).where(
        Appointment.status.not_in(_NEVER_BEGAN), ended_at <= now
    )
    return case(
        (ahead.exists(), literal(Asking.AHEAD.value)),
        (_open_task(patient).exists(), literal(Asking.ASKED.value)),
        (held.exists(), literal(Asking.MAY.value)),
        else_=literal(Asking.NONE.value),
    )


def of(db: Session, patient: Patient) -> Asking:
    """How a patient stands with another session."""
    return Asking(db.execute(select(standing(patient))).scalar_one())


def asked(db: Session, patient: Patient) -> StaffTask | None:
    """What stands on the clinic's desk for it, if anything does."""
    return db.scalar(select(StaffTask).where(StaffTask.id.in_(_open_task(patient))))


def ask(db: Session, patient: Patient) -> None:
    """Tell staff. Asking twice tells them once.

    Refuses (NotNow) while a session is booked, and before there was a first one.
    """
    stands = of(db, patient)
    if stands in (Asking.AHEAD, Asking.NONE):
        raise NotNow(_("There is nothing to ask for right now."))
    if stands is Asking.MAY:
        desk.open_task(db, TaskCode.ANOTHER_SESSION, patient, by=patient)


def _open_task(patient: Patient) -> Select[UUID]:
    return select(StaffTask.id).where(
        StaffTask.patient_id == patient.id,
        StaffTask.code == TaskCode.ANOTHER_SESSION,
        StaffTask.done_at.is_(None),
    )
