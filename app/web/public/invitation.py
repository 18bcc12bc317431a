"""A member of staff takes up an invitation: a static page, a press, a passkey, the console.

The token stands in the fragment and arrives only by the page's script, on a press. Looking at the
page spends nothing; the passkey does.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.access import attempts, invitations, joining, kept_passkeys, passkeys
from app.access.challenges import Purpose
from app.access.invitations import InvitationOver
from app.access.models import Invitation, Passkey, Strength
from app.people.models import Practitioner
from app.refusal import Refusal
from app.web import passkey_answers, signing_in
from app.web.forms import read_json
from app.web.guards import anyone
from app.web.pages import page

_FAILURES = (10, timedelta(minutes=1))


@anyone
def show(request: Request, _db: Session) -> Response:
    """The page: it knows nothing of whom it is for."""
    return page(request, "public/invitation.html")


@anyone
def challenge(request: Request, db: Session) -> Response:
    """What the device is to be asked, for whoever holds a live invitation."""
    try:
        invitation = _find(request, db, read_json(request))
    except Refusal as refusal:
        return passkey_answers.refused(refusal)
    browser = signing_in.browser_for(request)
    options = passkeys.registration_options(
        db,
        db.get_one(Practitioner, invitation.practitioner_id),
        browser=browser,
        party=signing_in.party(request),
    )
    return passkey_answers.with_options(options, browser)


@anyone
def answer(request: Request, db: Session) -> Response:
    """The passkey is kept, the invitation spent, and its holder signed in."""
    posted = read_json(request, limit=signing_in.LARGEST_CREDENTIAL)
    browser = signing_in.browser_for(request)
    try:
        invitation = _find(request, db, posted)
        practitioner = db.get_one(Practitioner, invitation.practitioner_id)
        passkey = passkeys.register(
            db,
            practitioner,
            passkey_answers.credential_in(posted),
            browser=browser,
            party=signing_in.party(request),
            user_agent=request.headers.get("user-agent", ""),
        )
        _spend(db, invitation, passkey, practitioner)
    except Refusal as refusal:
        return passkey_answers.refused(refusal)
    response = JSONResponse({"address": "/clinic"})
    signing_in.let_in(
        request, db, response, practitioner, Strength.PASSKEY, browser=browser, passkey=passkey
    )
    return response


@anyone
def known_challenge(request: Request, db: Session) -> Response:
    """What the device is to be asked, for whoever has a passkey from another clinic."""
    try:
        _find(request, db, read_json(request))
    except Refusal as refusal:
        return passkey_answers.refused(refusal)
    return passkey_answers.sign_in_options(request, db, Purpose.STAFF_SIGN_IN)


@anyone
def known(request: Request, db: Session) -> Response:
    """Their passkey opens this clinic too from now on, and they are signed in here."""
    posted = read_json(request, limit=signing_in.LARGEST_CREDENTIAL)
    browser = signing_in.browser_for(request)
    try:
        invitation = _find(request, db, posted)
        shown = passkeys.shown(
            db,
            Purpose.STAFF_SIGN_IN,
            passkey_answers.credential_in(posted),
            browser=browser,
            party=signing_in.party(request),
        )
        practitioner = db.get_one(Practitioner, invitation.practitioner_id)
        joining.take_up(db, invitation, practitioner, shown.passkey)
    except Refusal as refusal:
        return passkey_answers.refused(refusal)
    response = JSONResponse({"address": "/clinic"})
    signing_in.let_in(
        request,
        db,
        response,
        practitioner,
        Strength.PASSKEY,
        browser=browser,
        passkey=shown.passkey,
    )
    return response


def _spend(
    db: Session, invitation: Invitation, passkey: Passkey, practitioner: Practitioner
) -> None:
    try:
        invitations.spend(db, invitation)
    except InvitationOver:
        # Somebody else was quicker by a moment: one invitation, one passkey.
        kept_passkeys.remove(db, passkey, by=practitioner)
        raise


def _find(request: Request, db: Session, posted: dict[str, Any]) -> Invitation:
    limit, per = _FAILURES
    source = f"invitations {signing_in.network_of(request)}"
    try:
        return invitations.find(db, posted.get("t"))
    except InvitationOver:
        # Only failing tries are counted: whoever holds a real one always gets in.
        if not attempts.allow(db, source, limit=limit, per=per):
            raise HTTPException(429) from None
        raise


routes = [
    Route("/invitation", show, name="invitation"),
    Route("/invitation/challenge", challenge, methods=["POST"], name="invitation-challenge"),
    Route("/invitation/passkey", answer, methods=["POST"], name="invitation-passkey"),
    Route(
        "/invitation/known/challenge",
        known_challenge,
        methods=["POST"],
        name="invitation-known-challenge",
    ),
    Route("/invitation/known", known, methods=["POST"], name="invitation-known"),
]
