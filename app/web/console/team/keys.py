"""Keys by which other systems of the clinic come to the FHIR door."""

from collections.abc import Sequence

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.access import api_keys
from app.access.models import ApiKey
from app.i18n import gettext as _
from app.refusal import Refusal
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.team import key_scopes
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404, redirect


class NameTaken(Refusal):
    pass


@staff_only
def form(request: Request, db: Session) -> Response:
    """The form of a new key."""
    return _form_page(request, db, "", [], Faults())


@staff_only
def create(request: Request, db: Session) -> Response:
    """Make a key and show it this once. Sent twice, the second is refused."""
    posted, faults = read_form(request), Faults()
    name = faults.reading(lambda: text(posted, "name", limit=60)) or ""
    scopes = key_scopes.asked(posted)
    try:
        if not faults:
            _refuse_taken(request, db, name)
            key, token = api_keys.create(
                db, request.state.clinic, name, by=request.state.practitioner, scopes=scopes
            )
            return desk_page(
                request, db, "console/team/key.html", section="team", key=key, token=token
            )
    except Refusal as refusal:
        faults.take(refusal, "name")
    return _form_page(request, db, str(posted.get("name", "")), posted.getlist("scopes"), faults)


@staff_only
def replace(request: Request, db: Session) -> Response:
    """Make another key for the same system and show it this once. The old one goes on beside it.

    Sent twice, the second shows the team: there is a new key already.
    """
    old = find_or_404(db, ApiKey, request, clinic_id=request.state.clinic.id)
    try:
        key, token = api_keys.replace(db, old, by=request.state.practitioner)
    except Refusal:
        return redirect(request, "console:team")
    return desk_page(
        request, db, "console/team/key.html", section="team", key=key, token=token, old=old
    )


@staff_only
def revoke(request: Request, db: Session) -> Response:
    """The key opens nothing from now on. Twice changes nothing."""
    key = find_or_404(db, ApiKey, request, clinic_id=request.state.clinic.id)
    api_keys.revoke(db, key, by=request.state.practitioner)
    if key.made_by_id and read_form(request).get("from") == "member":
        return redirect(request, "console:member", id=key.made_by_id)
    return redirect(request, "console:team")


def _refuse_taken(request: Request, db: Session, name: str) -> None:
    live = (key for key in api_keys.of(db, request.state.clinic) if key.revoked_at is None)
    if any(key.name.casefold() == name.casefold() for key in live):
        raise NameTaken(_("There is a key of this name already."), field="name")


def _form_page(
    request: Request, db: Session, name: str, ticked: Sequence[object], faults: Faults
) -> Response:
    return desk_page(
        request,
        db,
        "console/team/key_form.html",
        422 if faults else 200,
        section="team",
        name=name,
        choices=[(each.value, each.words, each.details) for each in key_scopes.choices()],
        ticked=ticked,
        refusal=faults,
    )


routes = [
    Route("/keys/new", form, name="new-key"),
    Route("/keys", create, methods=["POST"], name="create-key"),
    Route("/keys/{id}/replacement", replace, methods=["POST"], name="replace-key"),
    Route("/keys/{id}/revocation", revoke, methods=["POST"], name="revoke-key"),
]
