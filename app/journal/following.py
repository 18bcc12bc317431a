"""What follows by itself: from a visit that took place, and for sessions nobody planned for yet."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from app import clock
from app.journal import lines, planning, timing
from app.journal.models import JournalPrompt, Moment, SharedLine
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service

_STANDS = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED, AppointmentStatus.FULFILLED)
_NEVER_WAS = (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW)
_LATELY = timedelta(days=7)
_SOON = timedelta(days=1)
_MOST_AT_ONCE = 50


def follow(db: Session) -> None:
    """Do what is due. A job of the worker."""
    for infusion in db.scalars(_unplanned().limit(_MOST_AT_ONCE)).all():
        planning.plan(db, infusion)
    for infusion in _texted_into_a_talk(db):
        planning.plan(db, infusion)
    for infusion, ended_at in db.execute(_talked_about().limit(_MOST_AT_ONCE)).all():
        planning.ask_about_goals(db, infusion, ended_at)
    for line, visit_id in _brought_loosely(db):
        line.appointment_id = visit_id


def _unplanned() -> Select[Appointment]:
    """Sessions ahead that were booked before quiet minutes were planned.

    Of earlier ones nobody is texted out of the blue; recording an end plans for them.
    """
    there = select(JournalPrompt.id).where(JournalPrompt.appointment_id == Appointment.id)
    return (
        select(Appointment)
        .where(
            Appointment.service == Service.INFUSION,
            Appointment.status.in_(_STANDS),
            Appointment.ends_at > clock.now(),
            ~there.exists(),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )


def _texted_into_a_talk(db: Session) -> list[Appointment]:
    """Sessions whose talk stands elsewhere by now: where the morning's text would come into it."""
    now = clock.now()
    talk = aliased(Appointment)
    nearest = db.execute(
        select(JournalPrompt, talk)
        .options(joinedload(JournalPrompt.appointment))
        .join(talk, talk.follows_id == JournalPrompt.appointment_id)
        .where(
            JournalPrompt.moment == Moment.MORNING,
            JournalPrompt.cancelled_at.is_(None),
            JournalPrompt.answered_at.is_(None),
            JournalPrompt.skipped_at.is_(None),
            JournalPrompt.due_at.between(now, now + _SOON),
            talk.status.in_(_STANDS),
        )
        .order_by(JournalPrompt.due_at, JournalPrompt.id)
    ).all()
    return [
        prompt.appointment
        for prompt, visit in nearest
        if timing.meets_talk(prompt.due_at, visit.starts_at, visit.ends_at)
    ][:_MOST_AT_ONCE]


def _talked_about() -> Select[Appointment, datetime]:
    """Sessions whose integration visit took place, and nobody was asked about goals since."""
    visit = aliased(Appointment)
    ended_at = func.coalesce(Encounter.ended_at, visit.ends_at)
    planned = select(JournalPrompt.id).where(
        JournalPrompt.appointment_id == Appointment.id, JournalPrompt.cancelled_at.is_(None)
    )
    return (
        select(Appointment, ended_at)
        .join(visit, visit.follows_id == Appointment.id)
        .outerjoin(Encounter, Encounter.appointment_id == visit.id)
        .where(
            visit.service == Service.INTEGRATION,
            visit.status == AppointmentStatus.FULFILLED,
            visit.ends_at > clock.now() - _LATELY,
            planned.exists(),
            ~planned.where(JournalPrompt.moment == Moment.GOALS).exists(),
        )
        .order_by(visit.starts_at, visit.id)
    )


def _brought_loosely(db: Session) -> Iterable[Row[SharedLine, UUID]]:
    """Lines that were picked before anybody knew the visit: they stay with the first that was."""
    planned = aliased(Appointment)
    visit = aliased(Appointment)
    return db.execute(
        select(SharedLine, visit.id)
        .outerjoin(planned, planned.id == SharedLine.appointment_id)
        .join(visit, visit.patient_id == SharedLine.patient_id)
        .join(Encounter, Encounter.appointment_id == visit.id)
        .where(
            SharedLine.taken_back_at.is_(None),
            or_(SharedLine.appointment_id.is_(None), planned.status.in_(_NEVER_WAS)),
            visit.service.in_(lines.ALONE),
            visit.status == AppointmentStatus.FULFILLED,
            Encounter.ended_at > clock.now() - _LATELY,
            SharedLine.made_at < Encounter.ended_at,
        )
        .order_by(visit.starts_at)
        .limit(_MOST_AT_ONCE)
    ).all()
