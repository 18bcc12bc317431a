"""The human signal: somebody is there. From here on the clinician sees the seat."""

from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.access.models import SessionKind
from app.refusal import Refusal
from app.telehealth import line, offers, provider, seats
from app.telehealth.line import LineOver
from app.telehealth.models import Seat
from app.telehealth.patient_line import pass_on
from app.web import guards
from app.web.forms import read_json
from app.web.guards import visit_only


def claim(request: Request, db: Session, visit: str) -> Response:
    """Claim the seat of this browser's join session in the visit of an appointment's id."""
    try:
        appointment_id = UUID(visit)
    except ValueError:
        appointment_id = None
    web_session = guards.session_of(request, db, SessionKind.JOIN)
    seat = None
    if appointment_id is not None and web_session is not None:
        seat = seats.of_named(db, appointment_id, web_session)
    if seat is None:
        return JSONResponse({"state": "unknown"}, 403)
    return answer(request, db, seat)


@visit_only
def claim_here(request: Request, db: Session) -> Response:
    """The same from the room itself, also for a patient who signed in."""
    seat: Seat | None = request.state.seat
    if seat is None:
        return JSONResponse({"state": "unknown"}, 403)
    return answer(request, db, seat)


def answer(request: Request, db: Session, seat: Seat) -> Response:
    """Claim a seat, and hand over the clinician's offer when one waits."""
    try:
        seats.claim(db, seat)
    except Refusal as refusal:
        return JSONResponse({"state": "refused", "message": refusal.message}, 409)
    taken = offers.take(db, seat)
    servers = provider.named(seat.visit.provider).servers(request.app.state.settings, str(seat.id))
    return JSONResponse(
        {
            "state": seat.state.value,
            "peer": taken.peer if taken else None,
            "sdp": taken.sdp if taken else None,
            "ice": servers,
        }
    )


@visit_only
def signal(request: Request, db: Session) -> Response:
    """A signal of a page whose socket is not open yet. Sent again there, it is the same."""
    seat: Seat | None = request.state.seat
    if seat is None:
        return JSONResponse({"state": "unknown"}, 403)
    return heard(request, db, seat)


def heard(request: Request, db: Session, seat: Seat) -> Response:
    """Keep the signal that a page of this seat posted."""
    try:
        pass_on(db, seat, read_json(request, limit=line.LARGEST_SIGNAL))
    except LineOver:
        return JSONResponse({"state": "malformed"}, 400)
    return JSONResponse({"state": "heard"})


routes = [
    Route("/visits/{id}/signals", signal, methods=["POST"], name="visit:signals"),
    Route("/visits/{id}/claim", claim_here, methods=["POST"], name="visit:claim"),
]
