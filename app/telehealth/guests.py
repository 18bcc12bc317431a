"""Who else takes part in a visit: family or friends, each by a link of their own.

A guest is neither patient nor staff: their link opens this one room and nothing beside it. It goes
on opening it when the visit moves. Four pictures at most: with the patient and the clinician, two
guests.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.audit import trail
from app.i18n import gettext as _
from app.links import magic_links
from app.links.models import LinkKind, LinkState, MagicLink
from app.messaging import outbox
from app.people import phones
from app.people.models import Practitioner
from app.refusal import Refusal
from app.scheduling.models import Appointment
from app.telehealth import seats, visits
from app.telehealth.models import VideoVisit, VisitGuest

MOST = 2
LONGEST_NAME = 40
_LINK_LIVES = timedelta(days=400)  # what it opens ends with the visit, wherever that is moved


class NoGuest(Refusal):
    pass


def invite(
    db: Session,
    appointment: Appointment,
    *,
    name: str,
    phone: str,
    language: str,
    by: Practitioner,
) -> VisitGuest:
    """Let somebody take part. They are texted the time at once, and the way in just before it.

    Refuses (NoGuest) a visit that is over, a third guest, a guest without a name and the patient's
    own number, (NotAPhoneNumber) a number nobody could text.
    """
    if not appointment.service.is_visit or not is_open(appointment):
        raise NoGuest(_("This visit is over. Nobody can be invited any more."))
    name, number = _name(name), _number(appointment, phone)
    if len(of(db, appointment)) >= MOST:
        raise NoGuest(_("Two guests can take part: a talk has four pictures at most."))
    guest = VisitGuest(
        clinic_id=appointment.clinic_id,
        appointment_id=appointment.id,
        link_id=_link(db, appointment).id,
        name=name,
        phone=number,
        language=language,
        invited_by_id=by.id,
        made_at=clock.now(),
    )
    db.add(guest)
    db.flush()  # the trail names its row
    trail.record(db, "invite-guest", agent=by, entity=guest)
    return guest


def withdraw(db: Session, guest: VisitGuest, *, by: Practitioner) -> None:
    """They do not take part after all: their link opens nothing, and who sits there leaves."""
    if guest.withdrawn_at is not None:
        return
    guest.withdrawn_at = clock.now()
    magic_links.revoke(guest.link)
    outbox.withdraw_link(db, guest.link_id)
    visit = visits.find(db, guest.appointment)
    if visit is not None:
        _send_away(db, visit, guest)
    trail.record(db, "withdraw-guest", agent=by, entity=guest)


def no_more_texts(db: Session, number: str, clinic_ids: Collection[UUID]) -> None:
    """Somebody with this number wants no texts of these clinics: it is forgotten with what waits
    for it. Where they have a link already, that goes on opening the room.
    """
    ahead = (
        select(VisitGuest)
        .join(VisitGuest.appointment)
        .where(
            VisitGuest.clinic_id.in_(clinic_ids),
            VisitGuest.withdrawn_at.is_(None),
            Appointment.ends_at > clock.now(),
        )
    )
    for guest in db.scalars(ahead):
        if guest.phone == number:
            guest.phone = ""
            outbox.withdraw_link(db, guest.link_id)


def of(db: Session, appointment: Appointment) -> list[VisitGuest]:
    """Who is invited, in the order in which they were."""
    return list(
        db.scalars(
            select(VisitGuest)
            .where(VisitGuest.appointment_id == appointment.id, VisitGuest.withdrawn_at.is_(None))
            .order_by(VisitGuest.made_at, VisitGuest.id)
        )
    )


def of_link(db: Session, link: MagicLink) -> VisitGuest | None:
    """Whose link it is; None for one that was pulled back, or is no guest's."""
    if link.kind is not LinkKind.GUEST or link.state is LinkState.REVOKED:
        return None
    return db.scalar(
        select(VisitGuest)
        .options(joinedload(VisitGuest.appointment).joinedload(Appointment.practitioner))
        .where(VisitGuest.link_id == link.id, VisitGuest.withdrawn_at.is_(None))
    )


def is_open(appointment: Appointment) -> bool:
    """Whether the visit still lies ahead or is going on, as far as its plan tells."""
    return appointment.status.is_open and clock.now() < ends_at(appointment)


def ends_at(appointment: Appointment) -> datetime:
    """Until when a guest's link opens the room."""
    return appointment.ends_at + magic_links.JOIN_OUTLIVES_VISIT


def _name(typed: str) -> str:
    name = " ".join(typed.split())[:LONGEST_NAME]
    if not name:
        raise NoGuest(_("Enter a name for the others to see."), field="name")
    return name


def _number(appointment: Appointment, typed: str) -> str:
    number = phones.normal(typed, appointment.clinic.country)
    if number == appointment.patient.phone:
        raise NoGuest(_("This is the patient's own number."), field="phone")
    return number


def _link(db: Session, appointment: Appointment) -> MagicLink:
    link = magic_links.mint(
        db,
        LinkKind.GUEST,
        clinic_id=appointment.clinic_id,
        patient_id=appointment.patient_id,
        appointment_id=appointment.id,
        expires_at=clock.now() + _LINK_LIVES,
    )
    db.flush()  # the guest points at its row
    return link


def _send_away(db: Session, visit: VideoVisit, guest: VisitGuest) -> None:
    for seat in seats.live_seats(db, visit.id):
        if seat.guest_id == guest.id:
            seats.leave(db, seat)
