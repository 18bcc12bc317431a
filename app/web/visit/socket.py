"""The socket of the patient's room."""

from datetime import timedelta
from uuid import UUID

import anyio.to_thread
from sqlalchemy.orm import Session
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from app import clock
from app.access import web_sessions
from app.access.models import SessionKind, WebSession
from app.links.models import MagicLink
from app.telehealth import seats
from app.telehealth.line import SESSION_OVER
from app.telehealth.models import Seat
from app.telehealth.patient_line import PatientLine
from app.web import guards
from app.web.sockets import carry

# A call that runs over its time keeps its session: both connected, and then half an hour.
_CALL_KEEPS = timedelta(minutes=30)


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
        appointment = guards.let_in_visit(socket, db)
        seat: Seat | None = socket.state.seat if appointment else None
        if seat is None:
            return None
        socket.state.web_session_id = seat.web_session_id
        socket.state.language = guards.chosen_language(socket) or socket.state.patient.language
        return PatientLine(seat.id, seat.visit_id, socket.app.state.settings)


def still_let_in(db: Session, session_id: UUID, seat_id: UUID) -> bool:
    """Whether a seat's browser may go on. While it is connected its session lives on."""
    web_session = db.get(WebSession, session_id)
    seat = db.get(Seat, seat_id)
    if web_session is None or seat is None or not web_sessions.is_live(web_session):
        return False
    if seats.is_pulled_back(db, seat):
        return False
    if seat.connected:
        _keep_alive(db, web_session, seat)
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
