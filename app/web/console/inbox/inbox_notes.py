"""Notes beside a thread: staff write them for one another."""

from uuid import UUID, uuid4

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.messaging import notes, threads
from app.messaging.models import Thread
from app.people.models import Patient
from app.refusal import Refusal
from app.web.console.faults import Faults
from app.web.console.inbox import inbox_page
from app.web.forms import read_form
from app.web.guards import staff_only
from app.web.pages import find_or_404, not_found


@staff_only
def note(request: Request, db: Session) -> Response:
    """Keep a note beside the thread with a patient. Refused, what was typed stays."""
    return _keep(request, db, find_or_404(db, Patient, request, clinic_id=request.state.clinic.id))


@staff_only
def note_about_stranger(request: Request, db: Session) -> Response:
    """The same beside the thread with a number that nobody has."""
    thread = find_or_404(db, Thread, request, clinic_id=request.state.clinic.id)
    return _keep(request, db, thread if thread.patient_id is None else not_found())


def _keep(request: Request, db: Session, entity: Patient | Thread) -> Response:
    form = read_form(request)
    body, path = str(form.get("note", "")), request.url.path.removesuffix("/notes")
    thread = threads.of(db, entity) if isinstance(entity, Patient) else entity
    try:
        kept = notes.write(db, thread, body, by=request.state.practitioner, form=_name(form))
    except Refusal as refusal:
        faults = Faults()
        faults.take(refusal, "note")
        return inbox_page.talk_page(request, db, entity, faults=faults, typed_note=body)
    return RedirectResponse(f"{path}#note-{kept.id}", 303)


def _name(form: FormData) -> str:
    try:
        return str(UUID(str(form.get("form", ""))))
    except ValueError:
        return str(uuid4())


routes = [
    Route("/inbox/{id}/notes", note, methods=["POST"], name="note"),
    Route("/inbox/numbers/{id}/notes", note_about_stranger, methods=["POST"], name="note-number"),
]
