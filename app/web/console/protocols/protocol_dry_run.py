"""A dry run: for a session that is only thought of, everything that its patient would get."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.web.console.desk import desk_page
from app.web.console.patients import patient_form
from app.web.console.protocols import protocols, sample_session, timeline
from app.web.guards import staff_only


@staff_only
def show(request: Request, db: Session) -> Response:
    """The form, and under it what would come: in the patient's own time and language."""
    its, clinic = protocols.found(request, db), request.state.clinic
    sample, faults = sample_session.read(clinic, request.query_params)
    return desk_page(
        request,
        db,
        "console/protocols/dry_run.html",
        422 if faults else 200,
        section="hours",
        its=its,
        values=sample_session.values(clinic, request.query_params),
        zones=patient_form.zones(),
        sample=sample,
        lane=timeline.lane,
        drawn=timeline.of(db, clinic, its.plan, sample) if sample else None,
        refusal=faults,
    )


routes = [Route("/protocols/{id}/dry-run", show, methods=["GET"], name="protocol-dry-run")]
