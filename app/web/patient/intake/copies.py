"""A patient's copy of what they signed, in the browser that typed it."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.audit import trail
from app.intake.doors import Doorway
from app.intake.models import Consent, IntakeTask, TaskState
from app.intake.papers import copies
from app.web import papers
from app.web.guards import intake_only
from app.web.pages import not_found
from app.web.patient.intake.pages import task_of


@intake_only
def copy(request: Request, db: Session) -> Response:
    """The exact words, the name typed and the time, as PDF. For whoever may read the sheet."""
    doorway: Doorway = request.state.doorway
    task = task_of(doorway)
    response = task.response
    if task.state is not TaskState.COMPLETED or response is None or not doorway.may_read(response):
        not_found()
    content = copies.pdf(db, response, names_patient=doorway.knows_them)
    if content is None:
        not_found()
    with request.app.state.database.session() as other:  # GET reads only
        trail.record(other, "print-copy", agent=request.state.patient, entity=response)
    return papers.pdf(request, content, "copy")


def paths(db: Session, doorway: Doorway, tasks: Iterable[IntakeTask]) -> list[str]:
    """Where this browser finds the copies of what was signed with these tasks."""
    signed = {
        task.response_id: f"/intake/{task.id}/copy"
        for task in tasks
        if task.state is TaskState.COMPLETED and task.response and doorway.may_read(task.response)
    }
    if not signed:
        return []
    kept = set(db.scalars(select(Consent.response_id).where(Consent.response_id.in_(signed))))
    return [path for response_id, path in signed.items() if response_id in kept]


routes = [Route("/intake/{task}/copy", copy, name="intake:copy")]
