"""A talk as it takes place: the patient comes by the link in the text, and is let in."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import web_sessions
from app.access.models import SessionKind, Strength
from app.demo import people
from app.links import magic_links
from app.links.models import LinkState, MagicLink
from app.messaging.models import Message, Purpose
from app.scheduling.models import Appointment
from app.telehealth import presence, seats, visits

_PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Mobile/15E148 Safari/604.1"


def begin(db: Session, visit: Appointment) -> None:
    """They tap the link; the clinician sees their face and admits them."""
    dr_patel = people.house(db).dr_patel
    link = _link(db, visit)
    web_session, _token = web_sessions.start(
        db,
        SessionKind.JOIN,
        clinic_id=visit.clinic_id,
        patient=visit.patient,
        strength=Strength.LINK,
        user_agent=_PHONE,
        expires_at=max(link.expires_at, visit.ends_at + magic_links.JOIN_OUTLIVES_VISIT),
    )
    seat = seats.take(db, visit, web_session, link)
    magic_links.advance(link, LinkState.OPEN)
    seats.claim(db, seat)
    seats.admit(db, seat, by=dr_patel)
    presence.report(db, seat.visit, seat, connected=True, by=dr_patel)


def end(db: Session, visit: Appointment) -> None:
    """The clinician ends it."""
    visits.end(db, visits.of(db, visit), by=people.house(db).dr_patel)


def _link(db: Session, visit: Appointment) -> MagicLink:
    """The one in the text of five minutes before."""
    return db.scalars(
        select(MagicLink)
        .join(Message, Message.link_id == MagicLink.id)
        .where(
            Message.appointment_id == visit.id,
            Message.purpose == Purpose.JOIN,
            Message.sent_at.is_not(None),
        )
        .order_by(Message.sent_at.desc())
        .limit(1)
    ).one()
