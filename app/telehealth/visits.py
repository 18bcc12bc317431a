"""The course of a video visit: found or made, started when both are there, ended."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import clock, live
from app.audit import trail
from app.db.base import Model
from app.people.models import Practitioner
from app.refusal import Refusal
from app.scheduling import booking, visit_texts
from app.scheduling.models import Appointment, AppointmentStatus, Encounter
from app.telehealth import provider, together
from app.telehealth.models import (
    Offer,
    ProviderName,
    Seat,
    SeatState,
    Signal,
    VideoVisit,
    VisitTiming,
)

_is_live = Seat.state.in_((SeatState.CLAIMED, SeatState.ADMITTED))


class VisitOver(Refusal):
    pass


def find(db: Session, appointment: Appointment) -> VideoVisit | None:
    """The video visit of an appointment, if anybody has opened it yet for the time it has now."""
    visit = _any(db, appointment)
    return None if visit is None or _is_of_former_time(db, visit, appointment) else visit


def of(db: Session, appointment: Appointment) -> VideoVisit:
    """The video visit of an appointment, made on first need; made anew for another time."""
    visit = opened(db, appointment, _any(db, appointment))
    db.flush()  # seats point at it
    return visit


def opened(db: Session, appointment: Appointment, visit: VideoVisit | None) -> VideoVisit:
    """The same where the appointment's visit, if there is any, was read already.

    A new one is written with the seat that is taken in it.
    """
    if visit is None:
        visit = planned(appointment)
        db.add(visit)
    elif _is_of_former_time(db, visit, appointment):
        _begin_anew(db, visit, appointment)
    return visit


def planned(appointment: Appointment) -> VideoVisit:
    """A visit that nobody has opened, to be looked at; it is stored by `of` alone."""
    visit = VideoVisit(
        clinic_id=appointment.clinic_id,
        appointment_id=appointment.id,
        provider=provider.chosen_for(appointment),
        planned_at=appointment.starts_at,
        made_at=clock.now(),
    )
    visit.appointment = appointment
    return visit


def lock(db: Session, visit_id: UUID) -> VideoVisit:
    """The visit, with every other writer of it waiting until this transaction is over."""
    visit = db.scalar(
        select(VideoVisit)
        .where(VideoVisit.id == visit_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    assert visit is not None, "visits are never deleted while somebody sits in them"
    return visit


def start(db: Session, visit: VideoVisit, *, by: Model | None) -> None:
    """Both sides are connected. The first time opens the Encounter; later times change nothing."""
    if visit.started_at is not None or visit.ended_at is not None:
        return
    visit.started_at = clock.now()
    appointment = visit.appointment
    if appointment.status is AppointmentStatus.BOOKED:
        _become(appointment, AppointmentStatus.ARRIVED)
    if booking.encounter_of(db, appointment) is None:
        _began(db, appointment, visit.started_at)
    trail.record(db, "start-visit", agent=by, entity=appointment)
    live.publish(db, visit.topic)


def end(db: Session, visit: VideoVisit, *, by: Practitioner) -> None:
    """Close the visit for every device and forget what the pages said to each other.

    A visit that took place is fulfilled; one that never started stays as it was planned.
    """
    if visit.ended_at is not None:
        return
    together.stop(db, visit)
    visit.ended_at, visit.ended_by_id = clock.now(), by.id
    visit_texts.is_there(db, visit.appointment)
    if visit.started_at is not None:
        _fulfil(db, visit)
    db.execute(
        update(Seat)
        .where(Seat.visit_id == visit.id, Seat.state != SeatState.GHOST)
        .values(state=SeatState.LEFT, connected=False, peer="")
    )
    db.execute(delete(Offer).where(Offer.visit_id == visit.id))
    db.execute(delete(Signal).where(Signal.visit_id == visit.id))
    trail.record(db, "end-visit", agent=by, entity=visit.appointment)
    live.publish(db, visit.topic)
    live.publish(db, f"desk:{visit.clinic_id}")


def reopen(db: Session, visit: VideoVisit, *, by: Practitioner) -> None:
    """Take an ending back: whoever comes now is admitted anew."""
    if visit.ended_at is None:
        return
    visit.ended_at = visit.ended_by_id = None
    trail.record(db, "reopen-visit", agent=by, entity=visit.appointment)
    live.publish(db, visit.topic)


def mark_held(db: Session, visit: VideoVisit, held: bool, *, by: Practitioner) -> None:
    """Write down whether a visit in a room elsewhere took place. Only staff can know.

    Refuses (VisitOver) a visit in our own room, which shows by itself whether it was held.
    """
    if visit.provider is not ProviderName.EXTERNAL:
        raise VisitOver("A visit in this room is marked by itself.")
    visit.held = held
    if held and visit.started_at is None:
        visit.started_at = visit.appointment.starts_at
    visit.ended_at, visit.ended_by_id = clock.now(), by.id
    visit_texts.is_over(db, visit.appointment)
    if held:
        _fulfil(db, visit)
    else:
        _become(visit.appointment, AppointmentStatus.NOSHOW)
    trail.record(db, "mark-held" if held else "mark-not-held", agent=by, entity=visit.appointment)
    live.publish(db, visit.topic)
    live.publish(db, f"desk:{visit.clinic_id}")


def took_place(db: Session, appointment: Appointment, began_at: datetime) -> None:
    """A visit took place after all, by what staff say: of what is known its end stays."""
    _become(appointment, AppointmentStatus.FULFILLED)
    encounter = booking.encounter_of(db, appointment) or _began(db, appointment, began_at)
    encounter.started_at = began_at
    encounter.ended_at = encounter.ended_at or max(clock.now(), began_at)
    visit_texts.is_over(db, appointment)


def did_not(db: Session, appointment: Appointment) -> None:
    """A visit did not take place, whatever the room saw of it."""
    _become(appointment, AppointmentStatus.NOSHOW)
    encounter = booking.encounter_of(db, appointment)
    if encounter is not None:
        db.delete(encounter)
    visit_texts.is_over(db, appointment)


def began_at(db: Session, appointment: Appointment) -> datetime | None:
    """When both sides were connected, or staff say that the talk began."""
    encounter = booking.encounter_of(db, appointment)
    return encounter.started_at if encounter else None


def _fulfil(db: Session, visit: VideoVisit) -> None:
    _become(visit.appointment, AppointmentStatus.FULFILLED)
    encounter = booking.encounter_of(db, visit.appointment)
    if encounter is None:
        assert visit.started_at is not None
        encounter = _began(db, visit.appointment, visit.started_at)
    encounter.ended_at = visit.ended_at


def _began(db: Session, appointment: Appointment, started_at: datetime) -> Encounter:
    encounter = Encounter(
        clinic_id=appointment.clinic_id, appointment_id=appointment.id, started_at=started_at
    )
    db.add(encounter)
    return encounter


def _become(appointment: Appointment, status: AppointmentStatus) -> None:
    # The version counts every change: other systems compare it before they write.
    if appointment.status is not status:
        appointment.status = status
        appointment.version += 1


def _any(db: Session, appointment: Appointment) -> VideoVisit | None:
    return db.scalar(select(VideoVisit).where(VideoVisit.appointment_id == appointment.id))


def _is_of_former_time(db: Session, visit: VideoVisit, appointment: Appointment) -> bool:
    """Whether all that is known of it belongs to a time that the visit no longer has.

    Who sits there is taken along to the new time, and what has taken place stays.
    """
    if visit.planned_at in (None, appointment.starts_at) or visit.started_at is not None:
        return False
    return db.scalar(select(Seat.id).where(Seat.visit_id == visit.id, _is_live).limit(1)) is None


def _begin_anew(db: Session, visit: VideoVisit, appointment: Appointment) -> None:
    """The next talk asks everything again, and the patient's own phone is their first device."""
    visit.planned_at = appointment.starts_at
    visit.provider = provider.chosen_for(appointment)
    visit.ended_at = visit.ended_by_id = visit.held = None
    visit.whereabouts = visit.whereabouts_at = visit.said_by_id = None
    visit.place = visit.callback = ""
    visit.phone_asked_at = visit.clinician_rung_at = visit.coordinator_rung_at = None
    visit.together_at, visit.together_seconds = None, 0
    db.execute(
        update(Seat)
        .where(Seat.visit_id == visit.id)
        .values(
            state=SeatState.GHOST, second_device=False, claimed_at=None, admitted_at=None, pages=0
        )
    )
    db.execute(delete(VisitTiming).where(VisitTiming.visit_id == visit.id))
    db.execute(delete(Offer).where(Offer.visit_id == visit.id))
    db.execute(delete(Signal).where(Signal.visit_id == visit.id))
