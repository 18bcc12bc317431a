"""The clinician's room: who waits, admit, the talk, and what became of it."""

from uuid import UUID

import anyio.to_thread
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from app.access import web_sessions
from app.access.models import WebSession
from app.audit import trail
from app.db.base import Model
from app.refusal import Refusal
from app.scheduling.models import Appointment
from app.telehealth import provider, seats, visits, whereabouts
from app.telehealth.clinician_line import ClinicianLine
from app.telehealth.line import SESSION_OVER
from app.telehealth.models import ProviderName, VideoVisit
from app.web import guards
from app.web.console import looking
from app.web.console.desk import desk_page
from app.web.console.patients import brought
from app.web.console.visits.outcome_shown import asked_of
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.lines.sockets import carry
from app.web.pages import find_or_404, not_found, redirect


@staff_only
def show(request: Request, db: Session) -> Response:
    """The room of one visit, or for a room elsewhere what staff know and say about it."""
    appointment = _appointment(request, db)
    looking.note(request, "view-visit", appointment)
    visit = visits.find(db, appointment)
    carrier_name = visit.provider if visit else provider.chosen_for(appointment)
    shown = visit or visits.planned(appointment)
    here = seats.live_seats(db, shown.id)
    template = "room" if carrier_name is ProviderName.PEER else "external"
    return desk_page(
        request,
        db,
        f"console/visits/{template}.html",
        section="today",
        appointment=appointment,
        visit=shown,
        facts=whereabouts.facts(shown),
        said_elsewhere=whereabouts.was_said_elsewhere(shown, here),
        brought=brought.to_visit(request, db, appointment),
        seats=here,
        asked=asked_of(request, db, appointment),
        room_url=provider.named(carrier_name).room_for(appointment),
    )


@staff_only
def reopen(request: Request, db: Session) -> Response:
    """Take an ending back."""
    appointment = _appointment(request, db)
    visits.reopen(db, visits.of(db, appointment), by=request.state.practitioner)
    return redirect(request, "console:visit", id=appointment.id)


@staff_only
def mark(request: Request, db: Session) -> Response:
    """Held, or not held: what staff say about a visit in a room elsewhere."""
    appointment = _appointment(request, db)
    held = text(read_form(request), "held") == "yes"
    try:
        visits.mark_held(db, visits.of(db, appointment), held, by=request.state.practitioner)
    except Refusal:
        not_found()
    return redirect(request, "console:visit", id=appointment.id)


async def listen(socket: WebSocket) -> None:
    """Carry the line of one page of staff."""
    line = await anyio.to_thread.run_sync(_line, socket)
    if line is None:
        await socket.accept()
        await socket.close(SESSION_OVER)
        return
    session_id: UUID = socket.state.web_session_id

    def still_let_in(db: Session) -> bool:
        return _still_let_in(db, session_id, line.visit_id)

    await carry(socket, line, still_let_in=still_let_in, language=socket.state.language)


def _appointment(request: Request, db: Session) -> Appointment:
    clinic_id = request.state.clinic.id
    appointment = find_or_404(db, Appointment, request, clinic_id=clinic_id)
    if not appointment.service.is_visit:
        not_found()
    return appointment


def _line(socket: WebSocket) -> ClinicianLine | None:
    with socket.app.state.database.session() as db:
        practitioner = guards.let_in_staff(socket, db)
        appointment = _of_clinic(db, socket.path_params["id"], practitioner)
        if practitioner is None or appointment is None:
            return None
        socket.state.web_session_id = socket.state.web_session.id
        socket.state.language = guards.chosen_language(socket) or socket.state.clinic.language
        visit = visits.of(db, appointment)
        trail.record(db, "open-room", agent=practitioner, entity=appointment)
        return ClinicianLine(visit.id, practitioner.id, socket.app.state.settings)


def _of_clinic(db: Session, named: str, practitioner: Model | None) -> Appointment | None:
    try:
        appointment = db.get(Appointment, UUID(named))
    except ValueError:
        return None
    if appointment is None or practitioner is None or not appointment.service.is_visit:
        return None
    same_clinic = appointment.clinic_id == getattr(practitioner, "clinic_id", None)
    return appointment if same_clinic else None


def _still_let_in(db: Session, session_id: UUID, visit_id: UUID) -> bool:
    web_session = db.get(WebSession, session_id)
    if web_session is None or not web_sessions.is_live(web_session):
        return False
    if _somebody_sits(db, visit_id):
        web_sessions.touch(db, web_session)  # a talk is activity: idling never cuts it
    return True


def _somebody_sits(db: Session, visit_id: UUID) -> bool:
    visit = db.get(VideoVisit, visit_id)
    return visit is not None and any(
        not seat.is_reconnecting for seat in seats.live_seats(db, visit_id)
    )


routes = [
    Route("/visits/{id}", show, name="visit"),
    Route("/visits/{id}/reopening", reopen, methods=["POST"], name="visit-reopen"),
    Route("/visits/{id}/outcome", mark, methods=["POST"], name="visit-outcome"),
    WebSocketRoute("/visits/{id}/socket", listen, name="visit-socket"),
]
