"""What patients let staff read of their journal: lines they bring, entries they share; no more."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock
from app.audit import trail
from app.journal import files
from app.people.models import Patient
from app.scheduling.models import Appointment
from app.web.console.desk import is_nobodys_doing
from app.web.console.patients import brought
from app.web.files import byte_ranges
from app.web.guards import staff_only
from app.web.pages import find_or_404, for_scripts_only, not_found, page

_ONE_HEARING = timedelta(hours=1)  # pieces that follow each other within it are one


@staff_only
def lines(request: Request, db: Session) -> Response:
    """The lines that were brought to a visit, as its room fetches them when something changed."""
    for_scripts_only(request)
    is_nobodys_doing(request)
    appointment = find_or_404(db, Appointment, request, clinic_id=request.state.clinic.id)
    if not appointment.service.is_visit:
        not_found()
    return page(
        request,
        "console/visits/_brought.html",
        appointment=appointment,
        brought=brought.to_visit(request, db, appointment),
    )


@staff_only
def play(request: Request, db: Session) -> Response:
    """A note or drawing of an entry that is shared now."""
    patient = find_or_404(db, Patient, request, clinic_id=request.state.clinic.id)
    try:
        uuid = UUID(request.path_params["file"])
    except ValueError:
        not_found()
    file = brought.shared_file(db, patient, uuid)
    if file is None or not brought.read(request, db, [file.entry]):
        not_found()
    by, since = request.state.practitioner, clock.now() - _ONE_HEARING
    is_from_start = request.headers.get("range", "bytes=0-").startswith("bytes=0-")
    if is_from_start or not trail.has(db, "play-recording", agent=by, entity=file, since=since):
        # Once for each time, not for each piece; whoever asks for the middle alone is noted too.
        # GET reads only: in a transaction of its own.
        with request.app.state.database.session() as other:
            trail.record(other, "play-recording", agent=by, entity=file)
    return byte_ranges.sent(
        request,
        size=file.size,
        media_type=file.media_type,
        read=lambda start, end: files.span(db, file, start, end),
    )


routes = [
    Route("/visits/{id}/lines", lines, name="visit-lines"),
    Route("/patients/{id}/journal/files/{file}", play, name="journal-file"),
]
