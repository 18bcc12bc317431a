"""Staff sign in: with a passkey, and with nothing else."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.access import covers
from app.access.challenges import Purpose
from app.access.models import SessionKind
from app.i18n import ngettext
from app.web import passkey_answers, signing_in
from app.web.console.desk import desk_of
from app.web.guards import anyone
from app.web.pages import page


@anyone
def show(request: Request, _db: Session) -> Response:
    """One button, and what to do without a passkey. `again`: for something that reaches far."""
    return page(request, "console/sign_in.html", again="again" in request.query_params)


@anyone
def needed(request: Request, db: Session) -> Response:
    """What a covered desk may still say: how many people need somebody now, and nothing of them.

    For the browser whose desk it was, until its session would have ended anyway. Nobody else's
    business: for any other it is always none.
    """
    browser = signing_in.browser_of(request)
    staff = covers.rests_for(db, browser) if browser else None
    count = desk_of(db, staff.clinic).unanswered if staff else 0
    said = ngettext(
        "Somebody needs one of you now. Sign in, or have a colleague look.",
        "%(num)s people need one of you now. Sign in, or have a colleague look.",
        count,
    ) % {"num": count}
    ring = staff is not None and staff.ring_aloud
    return JSONResponse({"count": count, "words": said if count else "", "ring": ring})


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
    Route("/sign-in/needed", needed, name="needed-under-cover"),
    Route("/sign-in/challenge", challenge, methods=["POST"], name="passkey-challenge"),
    Route("/sign-in/passkey", answer, methods=["POST"], name="passkey-sign-in"),
    Route("/sign-out", sign_out, methods=["POST"], name="sign-out"),
]
