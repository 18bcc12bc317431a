"""Putting one appointment on the calendar, elsewhere on it, or off it, with all that hangs on it.

No rules here: booking, rescheduling and integration refuse first, then come here.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock, live, wall_time
from app.audit import trail
from app.db.base import Model
from app.people.models import Patient, Practitioner
from app.plans import kept
from app.plans.kinds import Route
from app.scheduling import telling, visit_texts
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.tasks import desk
from app.tasks.models import TaskCode


def put_down(
    db: Session,
    *,
    patient: Patient,
    practitioner: Practitioner | None,
    service: Service,
    starts_at: datetime,
    ends_at: datetime,
    zone: str,
    by: Model | None,
    follows: Appointment | None = None,
    agreed: bool = False,
    protocol_id: UUID | None = None,
    route: Route | None = None,
) -> Appointment:
    """Make an appointment; a visit gets its link and text. `agreed`: made with the patient.

    A visit follows the protocol of its session; anything else the clinic's usual one, unless one is
    named.
    """
    appointment = Appointment(
        clinic_id=patient.clinic_id,
        clinic=patient.clinic,
        patient_id=patient.id,
        patient=patient,
        practitioner_id=practitioner.id if practitioner else None,
        practitioner=practitioner,
        follows_id=follows.id if follows else None,
        protocol_id=_protocol_of(db, patient, follows, protocol_id),
        route=route,
        service=service,
        status=AppointmentStatus.BOOKED,
        wall_start=wall_time.written(starts_at, zone),
        zone=zone,
        starts_at=starts_at,
        ends_at=ends_at,
        version=1,
        confirmed_at=clock.now() if agreed else None,
        made_at=clock.now(),
    )
    db.add(appointment)
    db.flush()  # links and texts point at the row
    if service.is_visit:
        visit_texts.plan(db, appointment)
        _settle(db, appointment)
    else:
        staff = by if isinstance(by, Practitioner) else None
        desk.settle_for(db, TaskCode.ANOTHER_SESSION, patient.id, by=staff)
    note(db, appointment, "book", by=by)
    return appointment


def move(
    db: Session,
    appointment: Appointment,
    starts_at: datetime,
    ends_at: datetime,
    *,
    practitioner: Practitioner | None,
    by: Model | None,
) -> None:
    """Give an appointment another time, and a clinician if one is named. Its id stays.

    The patient is texted the new time unless they picked it themselves.
    """
    appointment.starts_at, appointment.ends_at = starts_at, ends_at
    appointment.wall_start = wall_time.written(starts_at, appointment.zone)
    if practitioner is not None:
        appointment.practitioner_id, appointment.practitioner = practitioner.id, practitioner
    appointment.status = AppointmentStatus.BOOKED
    picked = isinstance(by, Patient)
    appointment.confirmed_at = clock.now() if picked else None
    appointment.asked_at = appointment.offered_at = None
    appointment.version += 1
    if appointment.service.is_visit:
        visit_texts.plan(db, appointment, told=not picked)
        if not picked:
            telling.moved(db, appointment)
        _settle(db, appointment)
    note(db, appointment, "reschedule", by=by)


def follow_zone(db: Session, appointment: Appointment, starts_at: datetime) -> None:
    """Put an appointment at another moment because clocks in its zone go by other rules now.

    On the clock it was agreed by it stays where it was, and so does the patient's word. Somebody
    whose own clock stands elsewhere is texted the time it shows.
    """
    appointment.ends_at += starts_at - appointment.starts_at
    appointment.starts_at = starts_at
    appointment.version += 1
    if appointment.service.is_visit:
        is_elsewhere = appointment.patient.zone != appointment.zone
        visit_texts.plan(db, appointment, told=is_elsewhere)
        if is_elsewhere:
            telling.moved(db, appointment)
    note(db, appointment, "reschedule", by=None)


def take_off(db: Session, appointment: Appointment, *, by: Model | None) -> None:
    """Cancel an appointment. The patient is texted that a visit is off unless they cancelled it."""
    appointment.status = AppointmentStatus.CANCELLED
    appointment.cancelled_at = clock.now()
    appointment.version += 1
    if appointment.service.is_visit:
        visit_texts.call_off(db, appointment)
        if not isinstance(by, Patient):
            telling.called_off(db, appointment)
    note(db, appointment, "cancel", by=by)


def note(db: Session, appointment: Appointment, action: str, *, by: Model | None) -> None:
    """Write the audit trail and wake whoever looks at the desk or sits in the visit."""
    db.flush()  # the readers' rows are there before they are woken
    trail.record(db, action, agent=by, entity=appointment)
    live.publish(db, f"desk:{appointment.clinic_id}")
    if appointment.service.is_visit:
        live.publish(db, f"visit:{appointment.id}")


def _protocol_of(
    db: Session, patient: Patient, follows: Appointment | None, wanted: UUID | None
) -> UUID:
    """Written down with each: who is booked under a protocol stays there when another is usual."""
    return wanted or (follows and follows.protocol_id) or kept.default_of(db, patient.clinic).id


def _settle(db: Session, visit: Appointment) -> None:
    """Nobody has to find a time any more, for the visit or after its infusion."""
    for appointment_id in (visit.id, visit.follows_id):
        if appointment_id is not None:
            desk.settle(db, TaskCode.FIND_A_TIME, appointment_id)
    desk.settle(db, TaskCode.OUTSIDE_WINDOW, visit.id)
