"""Asking for another session: one page, one press, and words for what happens then."""

from contextlib import suppress

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.refusal import Refusal
from app.scheduling import another_session
from app.web.guards import patient_only
from app.web.pages import page, redirect


@patient_only
def show(request: Request, db: Session) -> Response:
    """How it stands: one is booked, staff know, or the button that tells them."""
    patient = request.state.patient
    return page(
        request,
        "patient/another_session.html",
        stands=another_session.of(db, patient),
        asked=another_session.asked(db, patient),
    )


@patient_only
def ask(request: Request, db: Session) -> Response:
    """Tell staff. Pressed twice, or from a page that is no longer true, the page says how it is."""
    with suppress(Refusal):
        another_session.ask(db, request.state.patient)
    return redirect(request, "another-session")


routes = [
    Route("/another-session", show, methods=["GET"], name="another-session"),
    Route("/another-session", ask, methods=["POST"], name="ask-for-another-session"),
]
