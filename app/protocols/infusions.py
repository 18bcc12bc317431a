"""An infusion with all that the clinic does around it: its visit, its texts, what is asked before,
and the quiet minutes after it.

Whoever books, moves, calls off or ends an appointment comes through here; of what is no infusion
scheduling alone knows.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.db.base import Model
from app.intake import packets, taking_along
from app.journal import planning
from app.people.models import Patient, Practitioner
from app.plans.kinds import Route
from app.scheduling import booking, rescheduling
from app.scheduling.booking import Booked
from app.scheduling.models import Appointment, Service
from app.scheduling.rescheduling import Moved


def book(
    db: Session,
    *,
    patient: Patient,
    service: Service,
    starts_at: datetime,
    ends_at: datetime,
    practitioner: Practitioner | None = None,
    by: Model | None,
    zone: str | None = None,
    agreed: bool = False,
    protocol_id: UUID | None = None,
    route: Route | None = None,
) -> Booked:
    """Book as `booking.book` does; before an infusion the patient is asked what is wanted then."""
    booked = booking.book(
        db,
        patient=patient,
        service=service,
        starts_at=starts_at,
        ends_at=ends_at,
        practitioner=practitioner,
        by=by,
        zone=zone,
        agreed=agreed,
        protocol_id=protocol_id,
        route=route,
    )
    if service is Service.INFUSION:
        taking_along.give_to_the_first(db, patient)
        packets.assign(db, booked.appointment, by=by)
        planning.plan(db, booked.appointment)
    return booked


def reschedule(
    db: Session,
    appointment: Appointment,
    starts_at: datetime,
    *,
    ends_at: datetime | None = None,
    practitioner: Practitioner | None = None,
    by: Model | None,
) -> Moved:
    """Move as `rescheduling.reschedule` does; what is asked before an infusion goes along."""
    stood = appointment.starts_at
    moved = rescheduling.reschedule(
        db, appointment, starts_at, ends_at=ends_at, practitioner=practitioner, by=by
    )
    if appointment.service is Service.INFUSION and appointment.starts_at != stood:
        taking_along.take_along(db, appointment, by=by)
        taking_along.give_to_the_first(db, appointment.patient)
        planning.plan(db, appointment)
    return moved


def cancel(db: Session, appointment: Appointment, *, by: Model | None) -> None:
    """Call off as `booking.cancel` does; nothing is asked any more before an infusion."""
    booking.cancel(db, appointment, by=by)
    if appointment.service is Service.INFUSION:
        _ask_before_the_others(db, appointment, by=by)
        planning.plan(db, appointment)


def miss(db: Session, appointment: Appointment, *, by: Model | None) -> None:
    """Nobody came; what was asked before an infusion is asked no more."""
    booking.miss(db, appointment, by=by)
    if appointment.service is Service.INFUSION:
        _ask_before_the_others(db, appointment, by=by)
        planning.plan(db, appointment)


def record_end(
    db: Session, infusion: Appointment, ended_at: datetime, *, by: Model | None
) -> Booked:
    """Record an infusion's end as `booking.record_end` does. Its forms are nobody's task more.

    From then on the quiet minutes count from the real end.
    """
    booked = booking.record_end(db, infusion, ended_at, by=by)
    taking_along.is_over(db, infusion)
    planning.plan(db, infusion)
    return booked


def _ask_before_the_others(db: Session, infusion: Appointment, *, by: Model | None) -> None:
    """Nothing is asked any more before this one; a later one may have counted on its forms."""
    taking_along.withdraw(db, infusion, by=by)
    db.flush()  # what was withdrawn is not "asked already"
    for other in taking_along.ahead(db, infusion.patient_id):
        packets.assign(db, other, by=by)
