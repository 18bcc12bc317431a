"""Lets a browser in to the one visit that its guest was invited to."""

from uuid import UUID

from sqlalchemy.orm import Session, joinedload
from starlette.requests import HTTPConnection

from app.access.models import SessionKind
from app.links.models import MagicLink
from app.people.models import Clinic
from app.scheduling.models import Appointment
from app.telehealth import guests, seats
from app.telehealth.models import Seat, VisitGuest
from app.web.visitors import session_of


def let_in(connection: HTTPConnection, db: Session) -> bool:
    """Whether this browser is a guest's, in the visit of the address. Notes guest and seat."""
    web_session = session_of(connection, db, SessionKind.GUEST)
    link = db.get(MagicLink, web_session.link_id) if web_session and web_session.link_id else None
    guest = guests.of_link(db, link) if link else None
    if guest is None or web_session is None or guest.appointment_id != _named(connection):
        return False
    appointment = db.get_one(
        Appointment, guest.appointment_id, options=[joinedload(Appointment.practitioner)]
    )
    seat = seats.of(db, appointment, web_session)
    if seat is None:
        return False
    state = connection.state
    state.web_session, state.clinic = web_session, db.get_one(Clinic, guest.clinic_id)
    state.guest, state.appointment, state.seat = guest, appointment, seat
    return True


def guest_of(connection: HTTPConnection) -> VisitGuest:
    """The guest that `let_in` noted."""
    guest: VisitGuest = connection.state.guest
    return guest


def seat_of(connection: HTTPConnection) -> Seat:
    """The seat that `let_in` noted."""
    seat: Seat = connection.state.seat
    return seat


def _named(connection: HTTPConnection) -> UUID | None:
    try:
        return UUID(connection.path_params["id"])
    except ValueError:
        return None
