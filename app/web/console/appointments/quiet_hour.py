"""Staff open and close a session's quiet hour, and see where it stands."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.companion import hours
from app.companion.models import SessionAudio
from app.people.models import Practitioner
from app.refusal import Refusal
from app.scheduling.models import Appointment
from app.web.console.appointments.appointment_page import appointment_page
from app.web.console.faults import Faults
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404, not_found, redirect

_Chosen = TypeVar("_Chosen", SessionAudio, Practitioner)


@staff_only
def open_hour(request: Request, db: Session) -> Response:
    """Open it, or choose another sound; the patient is texted the link once."""
    infusion = _infusion(request, db)
    try:
        form = read_form(request)
        audio = _theirs(request, db, SessionAudio, text(form, "audio"))
        clinician = _theirs(request, db, Practitioner, text(form, "clinician"))
        by = request.state.practitioner
        hours.open_hour(db, infusion, audio=audio, clinician=clinician, by=by)
    except Refusal as refusal:
        faults = Faults()
        faults.add("clinician", refusal.message)
        return appointment_page(request, db, infusion, faults=faults)
    return redirect(request, "console:appointment", id=infusion.id)


@staff_only
def close(request: Request, db: Session) -> Response:
    """Close it: its link opens nothing any more. Twice changes nothing."""
    infusion = _infusion(request, db)
    hour = hours.of(db, infusion.id)
    if hour is not None:
        hours.close(db, hour, by=request.state.practitioner)
    return redirect(request, "console:appointment", id=infusion.id)


def _infusion(request: Request, db: Session) -> Appointment:
    return find_or_404(db, Appointment, request, clinic_id=request.state.clinic.id)


def _theirs(request: Request, db: Session, kind: type[_Chosen], value: str) -> _Chosen | None:
    """The row that was chosen, if it is the clinic's own. Nothing for nothing."""
    if not value:
        return None
    try:
        row = db.get(kind, UUID(value))
    except ValueError:
        row = None
    if row is None or row.clinic_id != request.state.clinic.id:
        not_found()
    return row


routes = [
    Route("/appointments/{id}/quiet-hour", open_hour, methods=["POST"], name="open-hour"),
    Route("/appointments/{id}/quiet-hour/end", close, methods=["POST"], name="close-hour"),
]
