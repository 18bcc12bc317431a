"""Staff sign in: with a passkey, and with nothing else."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.access.challenges import Purpose
from app.access.models import SessionKind
from app.web import passkey_answers, signing_in
from app.web.guards import anyone
from app.web.pages import page


@anyone
def show(request: Request, _db: Session) -> Response:
    """One button, and what to do without a passkey. `again`: for something that reaches far."""
    return page(request, "console/sign_in.html", again="again" in request.query_params)


@anyone
def challenge(request: Request, db: Session) -> Response:
    """A challenge for a passkey of staff."""
    return passkey_answers.sign_in_options(request, db, Purpose.STAFF_SIGN_IN)


@anyone
def answer(request: Request, db: Session) -> Response:
    """The device's answer: signed in, or a sentence why not."""
    return passkey_answers.sign_in(request, db, Purpose.STAFF_SIGN_IN, to="/clinic")


@anyone
def sign_out(request: Request, db: Session) -> Response:
    """Signed out, on the server too."""
    return signing_in.sign_out(request, db, SessionKind.STAFF, to="/clinic/sign-in")


# Mounted under /clinic.
routes = [
    Route("/sign-in", show, name="sign-in"),
    Route("/sign-in/challenge", challenge, methods=["POST"], name="passkey-challenge"),
    Route("/sign-in/passkey", answer, methods=["POST"], name="passkey-sign-in"),
    Route("/sign-out", sign_out, methods=["POST"], name="sign-out"),
]
