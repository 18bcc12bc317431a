"""The first talk with a candidate: free times, booking one, and what staff decide afterwards."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, live, wall_time
from app.audit import trail
from app.i18n import gettext as _
from app.links import magic_links
from app.messaging import outbox, quiet_hours
from app.people.models import Clinic, Patient, Practitioner
from app.refusal import Refusal
from app.scheduling import booking, calendars, rescheduling, slots
from app.scheduling.models import Appointment, Service
from app.scheduling.slots import Slot
from app.tasks import desk
from app.tasks.models import TaskCode

INTRO_CALL = "intro-call"
CONSULTATION = "consultation"
_LENGTHS = {INTRO_CALL: timedelta(minutes=30), CONSULTATION: timedelta(minutes=60)}
_NOTICE = timedelta(hours=4)
_AHEAD = timedelta(days=14)
_SHOWN_A_DAY = 4
_SHOWN = 12


class TimeGone(Refusal):
    pass


def times(db: Session, patient: Patient) -> list[Slot]:
    """Free times of the next two weeks, a few a day, outside the candidate's quiet hours."""
    chosen: list[Slot] = []
    per_day: dict[date, int] = {}
    starts: set[datetime] = set()
    for slot in _free(db, patient):
        day = wall_time.wall(slot.starts_at, patient.zone).date()
        if slot.starts_at in starts or per_day.get(day, 0) >= _SHOWN_A_DAY:
            continue
        if any(slot.overlaps(other.starts_at, other.ends_at) for other in chosen):
            continue
        starts.add(slot.starts_at)
        per_day[day] = per_day.get(day, 0) + 1
        chosen.append(slot)
        if len(chosen) == _SHOWN:
            break
    return chosen


def book(db: Session, patient: Patient, starts_at: datetime) -> Appointment:
    """Book the talk at a free time. A talk that is booked already moves there.

    Refuses (TimeGone) a time that is no longer free.
    """
    calendars.hold(db, patient.clinic_id)
    wanted = [slot for slot in _free(db, patient) if slot.starts_at == starts_at]
    if not wanted:
        raise TimeGone(_("That time has just gone. Please choose another."), field="starts_at")
    slot, earlier = wanted[0], booked(db, patient)
    if earlier is not None:
        rescheduling.reschedule(
            db,
            earlier,
            slot.starts_at,
            ends_at=slot.ends_at,
            practitioner=slot.practitioner,
            by=patient,
        )
        return earlier
    return booking.book(
        db,
        patient=patient,
        service=Service.CONSULTATION,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        practitioner=slot.practitioner,
        by=patient,
        agreed=True,
    ).appointment


def booked(db: Session, patient: Patient) -> Appointment | None:
    """The talk ahead, if one is booked."""
    return db.scalar(
        select(Appointment)
        .where(
            Appointment.patient_id == patient.id,
            Appointment.service == Service.CONSULTATION,
            Appointment.status.in_(calendars.OPEN),
            Appointment.ends_at > clock.now(),
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    )


def ask_for_call(db: Session, patient: Patient) -> None:
    """No time suits: a person calls."""
    desk.open_task(db, TaskCode.CALL_BACK, patient, by=patient, note=patient.phone)


def candidates(db: Session, clinic: Clinic) -> Sequence[Patient]:
    """Who waits for an answer, the oldest first."""
    return db.scalars(
        select(Patient)
        .where(
            Patient.clinic_id == clinic.id,
            Patient.applied_at.is_not(None),
            Patient.accepted_at.is_(None),
            Patient.declined_at.is_(None),
        )
        .order_by(Patient.applied_at)
    ).all()


def accept(db: Session, patient: Patient, *, by: Practitioner) -> None:
    """A candidate becomes a patient. Twice changes nothing."""
    if patient.is_candidate:
        patient.accepted_at = clock.now()
        _settle(db, patient, "accept-candidate", by)


def decline(db: Session, patient: Patient, *, by: Practitioner) -> None:
    """The clinic cannot take them on. A talk that is booked stays: staff tell them themselves.

    What was queued for them to fill in is withdrawn, and its links open nothing.
    """
    if patient.is_candidate:
        patient.declined_at = clock.now()
        if booked(db, patient) is None:
            outbox.withdraw_from(db, patient)
            magic_links.revoke_all(db, patient.id)
        _settle(db, patient, "decline-candidate", by)


def _settle(db: Session, patient: Patient, action: str, by: Practitioner) -> None:
    desk.settle_for(db, TaskCode.CANDIDATE, patient.id, by=by)
    trail.record(db, action, agent=by, entity=patient)
    live.publish(db, f"desk:{patient.clinic_id}")


def _free(db: Session, patient: Patient) -> list[Slot]:
    length = _LENGTHS.get(patient.wants, _LENGTHS[INTRO_CALL])
    start = clock.now() + _NOTICE
    end = clock.now() + _AHEAD
    theirs = calendars.patients_times(db, patient.id, start, end + length)
    return [
        slot
        for slot in slots.free_slots(db, None, patient.clinic, start, end, length)
        if quiet_hours.is_awake(slot.starts_at, slot.ends_at, patient.zone)
        and not any(slot.overlaps(*time) for time in theirs)
    ]
