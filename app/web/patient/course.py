"""A patient's course: where they are in it, what is next, how their answers went."""

from datetime import timedelta

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock
from app.audit import trail
from app.outcomes import courses, goals, saying
from app.people.models import Patient
from app.web import course_pictures
from app.web.guards import reading_only
from app.web.pages import page
from app.web.step_up import Reach

_BEFORE_A_SESSION = timedelta(days=7)


@reading_only
def show(request: Request, db: Session) -> Response:
    """All of it after a passkey; after a code by text what belongs to the last session."""
    patient: Patient = request.state.patient
    # GET reads only: the note goes into a transaction of its own, before anything is shown.
    with request.app.state.database.session() as other:
        trail.record(other, "read-course", agent=patient, entity=patient)
    reads_all = request.state.reach is Reach.ALL
    standing = courses.standing(db, patient)
    last = standing.held[-1].appointment.starts_at if standing.held else clock.now()
    since = None if reads_all else last - _BEFORE_A_SESSION
    shown = course_pictures.of(db, patient, zone=patient.zone, since=since)
    return page(
        request,
        "patient/course.html",
        course=shown,
        where=saying.where(standing, patient.zone),
        coming=saying.coming(standing, patient.zone),
        talk=courses.next_visit(db, patient),
        reads_all=reads_all,
        hopes=goals.standing(db, patient),
    )


routes = [Route("/course", show, name="course")]
