"""One link of a patient: pulled back, sent again, made anew for another phone."""

from collections.abc import Callable

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.links.models import MagicLink
from app.protocols import resending
from app.refusal import Refusal
from app.web.console.faults import Faults
from app.web.console.patients.found import patient_of
from app.web.console.patients.patient_page import patient_page
from app.web.guards import staff_only
from app.web.pages import find_or_404, not_found, redirect


@staff_only
def pull_back(request: Request, db: Session) -> Response:
    """It opens nothing any more. Twice changes nothing."""
    return _done(request, db, resending.pull_back)


@staff_only
def send_again(request: Request, db: Session) -> Response:
    """The same link once more by text."""
    return _done(request, db, resending.send_again)


@staff_only
def make_anew(request: Request, db: Session) -> Response:
    """For another phone: a fresh one in its place."""
    return _done(request, db, resending.make_anew)


def _done(request: Request, db: Session, act: Callable[..., None]) -> Response:
    clinic_id = request.state.clinic.id
    patient = patient_of(request, db)
    link = find_or_404(db, MagicLink, request, name="link", clinic_id=clinic_id)
    if link.patient_id != patient.id:
        not_found()
    try:
        act(db, link, by=request.state.practitioner)
    except Refusal as refusal:
        faults = Faults()
        faults.take(refusal, "links")
        return patient_page(request, db, patient, faults=faults)
    return redirect(request, "console:patient", id=patient.id)


routes = [
    Route(
        "/patients/{id}/links/{link}/withdrawal",
        pull_back,
        methods=["POST"],
        name="pull-back-link",
    ),
    Route(
        "/patients/{id}/links/{link}/sending", send_again, methods=["POST"], name="send-link-again"
    ),
    Route(
        "/patients/{id}/links/{link}/another-phone",
        make_anew,
        methods=["POST"],
        name="make-link-anew",
    ),
]
