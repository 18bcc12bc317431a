"""The texts that guests get: when the talk is, the way in just before it, or that it is off.

They follow the visit, whoever moves it: each time is told once. Guests are strangers to the inbox,
so what they write back stands there as from any number that nobody has.
"""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app import clock, i18n
from app.messaging import outbox, talk_texts, threads
from app.messaging.models import Purpose, Thread
from app.scheduling import visit_texts
from app.scheduling.models import Appointment, AppointmentStatus
from app.telehealth import guests
from app.telehealth.models import VisitGuest

_OPEN = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)


def follow(db: Session) -> None:
    """Tell every guest the time that their visit has now; and whom it was told to, that it is off.

    A job of the worker: run again it changes nothing.
    """
    for guest in _untold(db):
        thread = threads.of_stranger(db, guest.appointment.clinic, guest.phone)
        outbox.withdraw_link(db, guest.link_id)
        with i18n.using(guest.language):
            if guest.appointment.status.is_open:
                _tell(db, guest, thread)
            else:
                _call_off(db, guest, thread)


def _untold(db: Session) -> Sequence[VisitGuest]:
    """Those who know another time than the visit has, or none; and a visit that is off."""
    is_open = Appointment.status.in_(_OPEN)
    knows_another = or_(
        VisitGuest.told_starts_at.is_(None), VisitGuest.told_starts_at != Appointment.starts_at
    )
    is_off = Appointment.status == AppointmentStatus.CANCELLED
    return db.scalars(
        select(VisitGuest)
        .join(VisitGuest.appointment)
        .options(joinedload(VisitGuest.appointment), joinedload(VisitGuest.link))
        .where(
            VisitGuest.withdrawn_at.is_(None),
            VisitGuest.phone_sealed.is_not(None),  # else they wanted no texts
            Appointment.ends_at > clock.now(),
            (is_open & knows_another) | (is_off & VisitGuest.told_starts_at.is_not(None)),
        )
        .order_by(VisitGuest.made_at)
    ).all()


def _tell(db: Session, guest: VisitGuest, thread: Thread) -> None:
    visit = guest.appointment
    joins_at = visit_texts.joins_at(db, visit)
    clinician = visit_texts.clinician(visit)
    guest.told_starts_at = visit.starts_at
    if clock.now() < joins_at:
        outbox.enqueue(
            db,
            Purpose.GUEST,
            talk_texts.invited(visit.clinic, clinician, visit.starts_at, visit.zone),
            thread=thread,
            appointment_id=visit.id,
            link=guest.link,
            due_at=clock.now(),
            expires_at=joins_at,
        )
    outbox.enqueue(
        db,
        Purpose.GUEST,
        talk_texts.begins(visit.clinic, clinician, visit.starts_at, visit.zone),
        thread=thread,
        appointment_id=visit.id,
        link=guest.link,
        due_at=max(joins_at, clock.now()),
        expires_at=guests.ends_at(visit),
        at_any_hour=True,  # it leads into a visit that somebody agreed on
    )


def _call_off(db: Session, guest: VisitGuest, thread: Thread) -> None:
    visit = guest.appointment
    guest.told_starts_at = None
    outbox.enqueue(
        db,
        Purpose.GUEST,
        talk_texts.off(visit.clinic, visit.starts_at, visit.zone),
        thread=thread,
        appointment_id=visit.id,
        due_at=clock.now(),
        expires_at=visit.ends_at,
    )
