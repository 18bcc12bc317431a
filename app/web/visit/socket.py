"""The socket of the patient's room."""

from datetime import timedelta
from uuid import UUID

import anyio.to_thread
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from app import clock
from app.access import web_sessions
from app.access.models import SessionKind, WebSession
from app.links.models import MagicLink
from app.people.models import Patient
from app.scheduling.models import Appointment, Service
from app.telehealth import seats
from app.telehealth.line import SESSION_OVER
from app.telehealth.models import Seat, VideoVisit
from app.telehealth.patient_line import PatientLine
from app.web import guards
from app.web.lines.sockets import carry

# A call that runs over its time keeps its session: both connected, and then half an hour.
_CALL_KEEPS = timedelta(minutes=30)
_WITH_IT = (
    joinedload(Seat.web_session),
    joinedload(Seat.link),
    joinedload(Seat.visit).joinedload(VideoVisit.appointment),
)


async def listen(socket: WebSocket) -> None:
    """Carry one seat's line, for the browser that sits in it."""
    line = await anyio.to_thread.run_sync(_line, socket)
    if line is None:
        await socket.accept()
        await socket.close(SESSION_OVER)
        return
    session_id: UUID = socket.state.web_session_id

    def is_let_in(db: Session) -> bool:
        return still_let_in(db, session_id, line.seat_id)

    await carry(socket, line, still_let_in=is_let_in, language=socket.state.language)


def _line(socket: WebSocket) -> PatientLine | None:
    with socket.app.state.database.session(write=False) as db:
        for kind in (SessionKind.JOIN, SessionKind.PATIENT):
            web_session = guards.session_of(socket, db, kind)
            found = _seat_of(db, socket.path_params["id"], web_session) if web_session else None
            if web_session is not None and found is not None:
                seat_id, visit_id, language = found
                socket.state.web_session_id = web_session.id
                socket.state.language = guards.chosen_language(socket) or language
                return PatientLine(seat_id, visit_id, socket.app.state.settings)
    return None


def _seat_of(db: Session, named: str, web_session: WebSession) -> tuple[UUID, UUID, str] | None:
    """The browser's seat in the visit of an appointment's id, the visit, the patient's language.

    As the guard of the room's pages finds it, but in one question: sockets come back by hundreds.
    """
    try:
        appointment_id = UUID(named)
    except ValueError:
        return None
    row = db.execute(
        select(Seat.id, Seat.visit_id, Patient.language, Seat.state, Seat.link_id, MagicLink.state)
        .join(VideoVisit, VideoVisit.id == Seat.visit_id)
        .join(Appointment, Appointment.id == VideoVisit.appointment_id)
        .join(Patient, Patient.id == Appointment.patient_id)
        .outerjoin(MagicLink, MagicLink.id == Seat.link_id)
        .where(
            Appointment.id == appointment_id,
            Appointment.service.in_([service for service in Service if service.is_visit]),
            Appointment.patient_id == web_session.patient_id,
            Seat.web_session_id == web_session.id,
        )
    ).first()
    if row is None:
        return None
    seat_id, visit_id, language, state, link_id, link_state = row
    is_open = seats.is_open(state, link_id, link_state)
    return (seat_id, visit_id, language) if is_open else None


def still_let_in(db: Session, session_id: UUID, seat_id: UUID) -> bool:
    """Whether a seat's browser may go on. While it is connected its session lives on."""
    seat = db.get(Seat, seat_id, options=_WITH_IT)
    if seat is None or seat.web_session_id != session_id:
        return False
    if not web_sessions.is_live(seat.web_session) or seats.is_pulled_back(db, seat):
        return False
    if seat.connected:
        _keep_alive(db, seat.web_session, seat)
    return True


def _keep_alive(db: Session, web_session: WebSession, seat: Seat) -> None:
    until = clock.now() + _CALL_KEEPS
    if web_session.kind in (SessionKind.JOIN, SessionKind.GUEST):
        web_session.expires_at = max(web_session.expires_at, until)
    else:
        web_sessions.touch(db, web_session)
    if seat.link_id and (link := db.get(MagicLink, seat.link_id)):
        link.expires_at = max(link.expires_at, until)  # a tap on it must lead back into the call


routes = [WebSocketRoute("/visits/{id}/socket", listen, name="visit:socket")]
