"""All that somebody may read, for them to keep: printed by their browser, as PDF, as a file."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.audit import trail
from app.journal import as_file, on_paper
from app.people.models import Patient
from app.web import papers
from app.web.guards import reading_only
from app.web.pages import page
from app.web.patient.journal import shown


@reading_only
def to_print(request: Request, db: Session) -> Response:
    """A page without anything around, oldest first."""
    patient: Patient = request.state.patient
    entries = shown.all_of(request, db)
    _note(request, "print-journal")
    opened = {each.row.id: each for each in shown.opened(db, patient, entries)}
    return page(
        request,
        "patient/journal/print.html",
        parts=[
            (on_paper.part_title(session, patient.zone), [opened[row.id] for row in part])
            for session, part in on_paper.by_session([*reversed(entries)])
        ],
    )


@reading_only
def pdf(request: Request, db: Session) -> Response:
    """The same as an accessible PDF."""
    content = on_paper.pdf(db, request.state.patient, shown.all_of(request, db))
    _note(request, "print-journal")
    return papers.pdf(request, content, "words")


@reading_only
def as_json(request: Request, db: Session) -> Response:
    """The same for machines."""
    content = as_file.as_json(db, request.state.patient, shown.all_of(request, db))
    _note(request, "export-journal")
    return papers.data(request, content, "words")


def _note(request: Request, action: str) -> None:
    patient: Patient = request.state.patient
    with request.app.state.database.session() as other:  # GET reads only
        trail.record(other, action, agent=patient, entity=patient)


routes = [
    Route("/journal/print", to_print, name="journal:print"),
    Route("/journal/download.pdf", pdf, name="journal:pdf"),
    Route("/journal/download.json", as_json, name="journal:json"),
]
