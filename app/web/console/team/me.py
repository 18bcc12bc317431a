"""What a member of staff chooses for themselves."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.access import kept_passkeys, passkey_grants, web_sessions
from app.access.devices import spoken
from app.access.models import Passkey, SessionKind
from app.people import memberships, staffing
from app.refusal import Refusal
from app.web import signing_in
from app.web.console.desk import desk_page
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import redirect


@staff_only
def show(request: Request, db: Session) -> Response:
    """The ring, the language, one's clinics, and where one is signed in."""
    return shown(request, db)


def shown(
    request: Request, db: Session, status: int = 200, *, refusal: Refusal | None = None
) -> Response:
    """The page; refused, with the reason on top."""
    practitioner = request.state.practitioner
    passkey_id = request.state.web_session.passkey_id
    passkey = db.get(Passkey, passkey_id) if passkey_id else None
    rows = passkey_grants.opened_by(db, passkey) if passkey else []
    return desk_page(
        request,
        db,
        "console/me.html",
        status,
        section="me",
        refusal=refusal,
        clinics=[row for row in rows if row.id != practitioner.id],
        elsewhere=memberships.others_of(db, practitioner),
        browsers=web_sessions.of(db, practitioner),
        passkeys=kept_passkeys.of(db, practitioner),
        this_one=request.state.web_session,
        spoken=spoken,
    )


@staff_only
def choose(request: Request, _db: Session) -> Response:
    """Ring aloud or not."""
    aloud = text(read_form(request), "ring_aloud") == "1"
    staffing.set_ring_aloud(request.state.practitioner, aloud)
    return redirect(request, "console:me")


@staff_only
def sign_out_everywhere(request: Request, db: Session) -> Response:
    """Every browser, this one too."""
    web_sessions.end_all(db, request.state.practitioner)
    return signing_in.signed_out(SessionKind.STAFF, to="/clinic/sign-in")


routes = [
    Route("/me", show, methods=["GET"], name="me"),
    Route("/me", choose, methods=["POST"], name="choose-for-me"),
    Route("/me/sign-out", sign_out_everywhere, methods=["POST"], name="sign-out-everywhere"),
]
