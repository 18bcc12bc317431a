"""The thread with a number that nobody at the clinic has."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.messaging.models import Thread
from app.web.console.inbox import inbox_page
from app.web.guards import staff_only
from app.web.pages import find_or_404, not_found, redirect


@staff_only
def read_stranger(request: Request, db: Session) -> Response:
    """The thread with a number that nobody has. Looking is written into the audit trail."""
    return inbox_page.read(request, db, _stranger(request, db))


@staff_only
def read_stranger_now(request: Request, db: Session) -> Response:
    """Its changing part by itself."""
    return inbox_page.read_now(request, db, _stranger(request, db))


@staff_only
def be_done_with_stranger(request: Request, db: Session) -> Response:
    """Somebody has seen to it. Twice changes nothing."""
    return inbox_page.answered(request, db, _stranger(request, db))


@staff_only
def take_stranger(request: Request, db: Session) -> Response:
    """Take a stranger's thread on, or give it back to all."""
    thread = _stranger(request, db)
    inbox_page.own(request, db, thread)
    return redirect(request, "console:inbox-number", id=thread.id)


def _stranger(request: Request, db: Session) -> Thread:
    thread = find_or_404(db, Thread, request, clinic_id=request.state.clinic.id)
    return thread if thread.patient_id is None else not_found()


routes = [
    Route("/inbox/numbers/{id}", read_stranger, methods=["GET"], name="inbox-number"),
    Route("/inbox/numbers/{id}/now", read_stranger_now, methods=["GET"], name="inbox-number-now"),
    Route(
        "/inbox/numbers/{id}/answer", be_done_with_stranger, methods=["POST"], name="number-done"
    ),
    Route("/inbox/numbers/{id}/owner", take_stranger, methods=["POST"], name="own-number"),
]
