"""What the passkey script is answered: options, an address to go to, or a sentence to show."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.access import attempts, covers, passkeys
from app.access.challenges import Purpose
from app.access.models import Strength
from app.access.passkeys import UnknownPasskey
from app.refusal import Refusal
from app.web import signing_in
from app.web.forms import read_json

# Each makes a row. A whole clinic may sit behind one address.
_CHALLENGES = (300, timedelta(minutes=15))


def sign_in_options(request: Request, db: Session, purpose: Purpose) -> Response:
    """The options for signing in, and the cookie that the challenge is bound to."""
    refuse_too_many(request, db)
    browser = signing_in.browser_for(request)
    options = passkeys.sign_in_options(
        db, purpose, browser=browser, party=signing_in.party(request)
    )
    return with_options(options, browser)


def sign_in(request: Request, db: Session, purpose: Purpose, *, to: str) -> Response:
    """Sign in whoever the passkey belongs to; the script goes to `to`.

    Staff who lift their own cover go on at the clinic where it fell.
    """
    browser = signing_in.browser_for(request)
    try:
        shown = passkeys.shown(
            db,
            purpose,
            credential_in(read_json(request, limit=signing_in.LARGEST_CREDENTIAL)),
            browser=browser,
            party=signing_in.party(request),
        )
    except Refusal as refusal:
        return refused(refusal)
    person = shown.person
    if purpose is Purpose.STAFF_SIGN_IN:
        person = covers.under_cover(db, browser, shown.passkey) or person
    response = JSONResponse({"address": to})
    signing_in.let_in(
        request,
        db,
        response,
        person,
        Strength.PASSKEY,
        browser=browser,
        passkey=shown.passkey,
    )
    return response


def with_options(options: dict[str, Any], browser: str) -> Response:
    """Options for the device, bound to this browser."""
    response = JSONResponse({"options": options})
    signing_in.remember(response, browser)
    return response


def refused(refusal: Refusal) -> Response:
    """422 with the sentence; `unknown` lets the browser forget a passkey that we do not have."""
    return JSONResponse(
        {"message": refusal.message, "unknown": isinstance(refusal, UnknownPasskey)}, 422
    )


def credential_in(posted: dict[str, Any]) -> dict[str, Any]:
    """The credential that the script posted; 400 when there is none."""
    credential = posted.get("credential")
    if not isinstance(credential, dict):
        raise HTTPException(400)
    return credential


def refuse_too_many(request: Request, db: Session) -> None:
    """429 for a place that asks for challenges without end."""
    limit, per = _CHALLENGES
    source = f"challenges {signing_in.network_of(request)}"
    if not attempts.allow(db, source, limit=limit, per=per):
        raise HTTPException(429)
