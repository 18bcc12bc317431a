"""The room as a guest of the visit has it: to wait in, to talk in, and to leave."""

from typing import Any
from uuid import UUID

import anyio.to_thread
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from app.telehealth import offers, seats
from app.telehealth.line import SESSION_OVER
from app.telehealth.models import Seat
from app.telehealth.patient_line import PatientLine
from app.web import guards
from app.web.doors import guest_doors
from app.web.guards import guest_only
from app.web.lines.sockets import carry
from app.web.pages import page, render
from app.web.visit import claiming, room
from app.web.visit.socket import still_let_in


@guest_only
def show(request: Request, _db: Session) -> Response:
    """The room of a guest's browser."""
    seat = guest_doors.seat_of(request)
    if not seat.visit.appointment.status.is_open and seat.visit.ended_at is None:
        return page(request, "visit/guest/off.html")
    return page(request, "visit/guest/room.html", **_context(request, seat, offer=None))


def fragment(request: Request, db: Session, seat: Seat) -> str:
    """The room's markup for a page that is already open; as `room.fragment` of a patient's."""
    offer = offers.take(db, seat)
    return render(request, "visit/guest/_room.html", **_context(request, seat, offer=offer))


@guest_only
def claim(request: Request, db: Session) -> Response:
    """Somebody is there: the clinician sees it from now on."""
    return claiming.answer(request, db, guest_doors.seat_of(request))


@guest_only
def signal(request: Request, db: Session) -> Response:
    """A signal of a page whose socket is not open yet."""
    return claiming.heard(request, db, guest_doors.seat_of(request))


@guest_only
def leave(request: Request, db: Session) -> Response:
    """They end the talk for themselves; it goes on for the others."""
    seats.leave(db, guest_doors.seat_of(request))
    return JSONResponse({"ok": True})


async def listen(socket: WebSocket) -> None:
    """Carry the line of a guest's seat."""
    line = await anyio.to_thread.run_sync(_line, socket)
    if line is None:
        await socket.accept()
        await socket.close(SESSION_OVER)
        return
    session_id: UUID = socket.state.web_session.id

    def is_let_in(db: Session) -> bool:
        return guest_doors.let_in(socket, db) and still_let_in(db, session_id, line.seat_id)

    await carry(socket, line, still_let_in=is_let_in, language=socket.state.language)


def _line(socket: WebSocket) -> PatientLine | None:
    with socket.app.state.database.session(write=False) as db:
        if not guest_doors.let_in(socket, db):
            return None
        guest, seat = guest_doors.guest_of(socket), guest_doors.seat_of(socket)
        socket.state.web_session_id = seat.web_session_id
        socket.state.language = guards.chosen_language(socket) or guest.language
        return PatientLine(seat.id, seat.visit_id, socket.app.state.settings)


def _context(request: Request, seat: Seat, *, offer: offers.Taken | None) -> dict[str, Any]:
    return {
        "appointment": seat.visit.appointment,
        "clinician": room.clinician_name(seat.visit.appointment),
        "start": room.start_of(request, seat, offer),
    }


routes = [
    Route("/guest/{id}", show, name="visit:guest-room"),
    Route("/guest/{id}/claim", claim, methods=["POST"], name="visit:guest-claim"),
    Route("/guest/{id}/signals", signal, methods=["POST"], name="visit:guest-signals"),
    Route("/guest/{id}/leaving", leave, methods=["POST"], name="visit:guest-leaving"),
    WebSocketRoute("/guest/{id}/socket", listen, name="visit:guest-socket"),
]
