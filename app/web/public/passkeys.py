"""Patients sign in with a passkey: two posts by the page's script."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.access.challenges import Purpose
from app.web import passkey_answers, step_up
from app.web.guards import anyone


@anyone
def challenge(request: Request, db: Session) -> Response:
    """A challenge for a patient's passkey, whoever's it may be."""
    return passkey_answers.sign_in_options(request, db, Purpose.SIGN_IN)


@anyone
def answer(request: Request, db: Session) -> Response:
    """The device's answer: signed in, or a sentence why not."""
    return passkey_answers.sign_in(request, db, Purpose.SIGN_IN, to=step_up.where_to(request))


routes = [
    Route("/sign-in/challenge", challenge, methods=["POST"], name="passkey-challenge"),
    Route("/sign-in/passkey", answer, methods=["POST"], name="passkey-sign-in"),
]
