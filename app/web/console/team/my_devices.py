"""One's own browsers and passkeys, and the other clinics where one works."""

from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app.access import kept_passkeys, passkey_grants, passkeys, web_sessions
from app.access.models import Passkey, SessionKind, WebSession
from app.audit import trail
from app.i18n import gettext as _
from app.people.models import Practitioner
from app.refusal import Refusal
from app.web import guards, passkey_answers, signing_in
from app.web.console.team import me
from app.web.forms import read_form, read_json, text
from app.web.guards import staff_only
from app.web.pages import find_or_404, not_found, redirect


class OnlyOne(Refusal):
    """Without it they could not come in again by themselves."""


@staff_only
def sign_out_one(request: Request, db: Session) -> Response:
    """Another browser of one's own, at once."""
    web_session = find_or_404(db, WebSession, request)
    if web_session.practitioner_id != request.state.practitioner.id:
        not_found()
    web_sessions.end(db, web_session)
    trail.record(db, "sign-out", agent=request.state.practitioner, entity=web_session)
    return redirect(request, "console:me")


@staff_only
def challenge(request: Request, db: Session) -> Response:
    """What the device is to be asked, for whoever has shown a passkey just now."""
    try:
        kept_passkeys.refuse_unless_shown(request.state.web_session)
    except Refusal:
        return passkey_answers.refused(_first_sign_in())
    browser = signing_in.browser_for(request)
    options = passkeys.registration_options(
        db, request.state.practitioner, browser=browser, party=signing_in.party(request)
    )
    return passkey_answers.with_options(options, browser)


@staff_only
def add(request: Request, db: Session) -> Response:
    """The new passkey opens what the one that was shown opens."""
    posted = read_json(request, limit=signing_in.LARGEST_CREDENTIAL)
    try:
        kept_passkeys.refuse_unless_shown(request.state.web_session)
        passkeys.register(
            db,
            request.state.practitioner,
            passkey_answers.credential_in(posted),
            browser=signing_in.browser_for(request),
            party=signing_in.party(request),
            user_agent=request.headers.get("user-agent", ""),
            beside=_shown(request, db),
        )
    except Refusal as refusal:
        return passkey_answers.refused(refusal)
    return JSONResponse({"address": request.app.url_path_for("console:me")})


@staff_only
def remove(request: Request, db: Session) -> Response:
    """Take one away; the other browsers that it let in are signed out.

    It goes as far as the passkey that was shown: one made by the invitation of a single clinic ends
    nothing at another.
    """
    practitioner = request.state.practitioner
    own = kept_passkeys.of(db, practitioner)
    passkey = find_or_404(db, Passkey, request)
    if passkey.id not in {each.id for each in own}:
        not_found()
    try:
        if len(own) == 1:
            raise OnlyOne(_("This is your only passkey. Add another one first."))
        _refuse_unless_shown(request)
    except Refusal as refusal:
        return me.shown(request, db, 422, refusal=refusal)
    shown = _shown(request, db)
    here = passkey_grants.opened_by(db, shown) if shown else [practitioner]
    web_sessions.end_opened_by(db, passkey.id, but=request.state.web_session, of=here)
    kept_passkeys.take_away(db, passkey, here, by=practitioner)
    return redirect(request, "console:me")


@staff_only
def switch(request: Request, db: Session) -> Response:
    """Go on at another clinic that the passkey of this session opens, in this browser."""
    practitioner: Practitioner = request.state.practitioner
    passkey = _shown(request, db)
    rows = passkey_grants.opened_by(db, passkey) if passkey else []
    wanted = text(read_form(request), "clinic")
    to = next((row for row in rows if str(row.id) == wanted), None)
    if to is None or to.id == practitioner.id:
        not_found()
    trail.record(db, "switch-clinic", agent=practitioner, entity=practitioner)
    web_session, token = web_sessions.switch(db, request.state.web_session, to)
    trail.record(db, "sign-in", agent=to, entity=web_session, detail=web_session.strength.value)
    request.state.web_session = None  # the old one is over
    response = RedirectResponse("/clinic", 303)
    absolute = web_sessions.LIMITS[SessionKind.STAFF].absolute
    seconds = int(absolute.total_seconds()) if absolute else 0
    guards.set_session(response, SessionKind.STAFF, token, seconds=seconds)
    return response


def _shown(request: Request, db: Session) -> Passkey | None:
    passkey_id: UUID | None = request.state.web_session.passkey_id
    return db.get(Passkey, passkey_id) if passkey_id else None


def _refuse_unless_shown(request: Request) -> None:
    try:
        kept_passkeys.refuse_unless_shown(request.state.web_session)
    except Refusal:
        raise _first_sign_in() from None


def _first_sign_in() -> Refusal:
    return kept_passkeys.NotEntitled(_("First sign out, and in again with a passkey you have."))


routes = [
    Route("/me/browsers/{id}/sign-out", sign_out_one, methods=["POST"], name="sign-out-one"),
    Route("/me/passkeys/challenge", challenge, methods=["POST"], name="passkey-challenge-for-me"),
    Route("/me/passkeys", add, methods=["POST"], name="add-passkey-for-me"),
    Route("/me/passkeys/{id}/removal", remove, methods=["POST"], name="remove-passkey-for-me"),
    Route("/me/clinic", switch, methods=["POST"], name="switch-clinic"),
]
