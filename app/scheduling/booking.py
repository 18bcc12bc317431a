"""Booking, arriving, ending and calling off."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db.base import Model
from app.i18n import gettext as _
from app.people.models import Patient, Practitioner
from app.plans.kinds import Route
from app.scheduling import calendars, integration, moving, rules, visit_texts
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service

# A recorded end further than this from the start is a slip of the pen, not a long session.
_LONGEST_SESSION = timedelta(hours=24)


@dataclass(frozen=True)
class Booked:
    """What was put on the calendar, and what staff should know about it."""

    appointment: Appointment
    integration: Appointment | None = None
    warning: str | None = None
    better: list[datetime] = field(
        default_factory=list
    )  # starts that would suit an infusion better


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
    """Book an appointment, with its texts; an infusion books its integration visit along.

    `agreed`: the patient accepts a visit's time, as another system says; with staff they do. They
    are asked the day before all the same: it is the first text with the time. A visit without a
    named clinician goes to one who is free. `protocol_id`, `route`: what an infusion follows, and
    how the medicine is given; else the clinic's usual protocol, and what that says.

    Refuses times out of order, a visit in the past, one with somebody who gives none, and
    (SlotTaken) a clinician who has another visit then.
    """
    rules.refuse_disorder(starts_at, ends_at)
    rules.refuse_put_away(patient)
    put_down = partial(
        moving.put_down,
        db,
        patient=patient,
        service=service,
        starts_at=starts_at,
        ends_at=ends_at,
        zone=zone or patient.clinic.zone,
        by=by,
    )
    if service is Service.INFUSION:
        infusion = put_down(practitioner=practitioner, protocol_id=protocol_id, route=route)
        after, choice = integration.book_after(db, infusion, by=by)
        return Booked(infusion, after, choice.warning, choice.better)
    rules.refuse_past(ends_at)
    clinician = _clinician_for(db, patient, practitioner, starts_at, ends_at)
    is_staffed = rules.is_staffed(db, patient.clinic, clinician, starts_at, ends_at)
    follows = _infusion_before(db, patient, service, starts_at)
    visit = put_down(practitioner=clinician, follows=follows, agreed=isinstance(by, Patient))
    if visit.confirmed_at is None and (agreed or isinstance(by, Practitioner)):
        visit.confirmed_at = clock.now()
        visit_texts.let_through(db, visit)
    return Booked(visit, warning=_warning(visit, is_staffed=is_staffed))


def cancel(db: Session, appointment: Appointment, *, by: Model | None) -> None:
    """Call an appointment off: texts withdrawn, links say so; an infusion takes its visit along.

    Cancelling twice changes nothing. Refuses (AlreadyOver) what took place.
    """
    calendars.hold_appointment(db, appointment)
    if appointment.status is AppointmentStatus.CANCELLED:
        return
    rules.refuse_over(appointment)
    moving.take_off(db, appointment, by=by)
    if appointment.service is Service.INFUSION:
        visit = windows.visit_after(db, appointment)
        if visit is None:
            return
        calendars.hold_appointment(db, visit)
        if visit.status.is_open:
            moving.take_off(db, visit, by=by)


def arrive(db: Session, appointment: Appointment, *, by: Model | None) -> None:
    """The patient is here. Arriving twice changes nothing. Refuses (AlreadyOver) what is over."""
    if appointment.status is AppointmentStatus.ARRIVED:
        return
    rules.refuse_over(appointment)
    appointment.status = AppointmentStatus.ARRIVED
    appointment.version += 1
    if appointment.service.is_visit:
        visit_texts.is_there(db, appointment)
    moving.note(db, appointment, "arrive", by=by)


def miss(db: Session, appointment: Appointment, *, by: Model | None) -> None:
    """Nobody came. Refuses (AlreadyOver) what is over already."""
    if appointment.status is AppointmentStatus.NOSHOW:
        return
    rules.refuse_over(appointment)
    appointment.status = AppointmentStatus.NOSHOW
    appointment.version += 1
    visit_texts.is_over(db, appointment)
    moving.note(db, appointment, "miss", by=by)


def complete(
    db: Session, appointment: Appointment, ended_at: datetime, *, by: Model | None
) -> None:
    """A visit took place and ended. Completing again moves its end. Refuses a cancelled one."""
    if appointment.status is not AppointmentStatus.FULFILLED:
        rules.refuse_over(appointment)
    encounter = encounter_of(db, appointment)
    if encounter is None:
        started_at = min(appointment.starts_at, ended_at)
        encounter = Encounter(
            clinic_id=appointment.clinic_id, appointment_id=appointment.id, started_at=started_at
        )
        db.add(encounter)
    encounter.ended_at = ended_at
    appointment.status = AppointmentStatus.FULFILLED
    appointment.version += 1
    visit_texts.is_over(db, appointment)
    moving.note(db, appointment, "fulfil", by=by)


def record_end(
    db: Session, infusion: Appointment, ended_at: datetime, *, by: Model | None
) -> Booked:
    """Record when an infusion really ended. Its window moves, and its visit with it if need be.

    Recording again corrects the end. Refuses an end before the start or a day after it, one that
    staff say lies ahead, and (AlreadyOver) an infusion that was called off.
    """
    calendars.hold_appointment(db, infusion)
    _refuse_end(infusion, ended_at, by)
    complete(db, infusion, ended_at, by=by)
    visit, choice = integration.take_along(db, infusion, by=by)
    return Booked(infusion, visit, choice.warning)


def encounter_of(db: Session, appointment: Appointment) -> Encounter | None:
    """What took place of what was planned."""
    return db.scalar(select(Encounter).where(Encounter.appointment_id == appointment.id))


def _clinician_for(
    db: Session,
    patient: Patient,
    practitioner: Practitioner | None,
    starts_at: datetime,
    ends_at: datetime,
) -> Practitioner:
    if practitioner is not None:
        if not practitioner.is_clinician:
            raise rules.NoClinician(
                _("%(name)s gives no visits. Choose a clinician.")
                % {"name": practitioner.display_name},
                field="practitioner",
            )
        calendars.hold(db, patient.clinic_id, practitioner)
        rules.refuse_taken(db, practitioner, starts_at, ends_at)
        return practitioner
    calendars.hold(db, patient.clinic_id)
    everybody = calendars.clinicians(db, patient.clinic_id)
    taken = calendars.taken_times(db, [each.id for each in everybody], starts_at, ends_at)
    free = [each for each in everybody if not taken[each.id]]
    if free:
        return free[0]
    if not everybody:
        raise rules.NoClinician(_("The clinic has no clinician yet."), field="practitioner")
    raise rules.SlotTaken(_("No clinician is free then. Choose another time."), field="starts_at")


def _infusion_before(
    db: Session, patient: Patient, service: Service, starts_at: datetime
) -> Appointment | None:
    """The session whose window a visit at this time lies in."""
    if service is not Service.INTEGRATION:
        return None
    return windows.infusion_for(db, patient.id, starts_at)


def _warning(visit: Appointment, *, is_staffed: bool) -> str | None:
    if not is_staffed:
        return _("This time is outside staffed hours.")
    if visit.service is Service.INTEGRATION and visit.follows_id is None:
        return _("No session's window is open at this time, so this visit counts apart.")
    return None


def _refuse_end(infusion: Appointment, ended_at: datetime, by: Model | None) -> None:
    if infusion.service is not Service.INFUSION:
        raise rules.EndOutOfPlace(_("Only a session's end opens a window."), field="ended_at")
    if infusion.status is not AppointmentStatus.FULFILLED:
        rules.refuse_over(infusion)
    if not infusion.starts_at < ended_at <= infusion.starts_at + _LONGEST_SESSION:
        raise rules.EndOutOfPlace(
            _("The end must come after the start, %(start)s, and within a day of it.")
            % {"start": rules.said(infusion.starts_at, infusion.zone)},
            field="ended_at",
        )
    # Another system's clock may run before ours; the desk's is ours.
    if isinstance(by, Practitioner) and ended_at > clock.now():
        raise rules.EndOutOfPlace(_("That time lies ahead. Enter when it ended."), field="ended_at")
