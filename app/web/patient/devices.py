"""Where a patient is signed in and with which passkeys; signing out everywhere; a new passkey."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.access import kept_passkeys, passkeys, web_sessions
from app.access.devices import spoken
from app.access.models import Passkey, SessionKind, WebSession
from app.people.models import Patient
from app.push import subscriptions
from app.refusal import Refusal
from app.web import passkey_answers, signing_in
from app.web.forms import read_json
from app.web.guards import patient_only
from app.web.pages import find_or_404, not_found, page, redirect
from app.web.patient.admitted_here import admitted_here


@patient_only
def show(request: Request, db: Session) -> Response:
    """The list, with what may be done about it here and now."""
    return _page(request, db)


@patient_only
def sign_out_everywhere(request: Request, db: Session) -> Response:
    """Every browser, this one too; and nothing is shown on any of them any more."""
    web_sessions.end_all(db, request.state.patient)
    subscriptions.end_all(db, request.state.patient)
    return signing_in.signed_out(SessionKind.PATIENT, to="/sign-in")


@patient_only
def sign_out_one(request: Request, db: Session) -> Response:
    """One browser of this patient's. Another person's is not found."""
    web_session = find_or_404(db, WebSession, request)
    if web_session.patient_id != request.state.patient.id:
        not_found()
    web_sessions.end(db, web_session)
    return redirect(request, "devices")


@patient_only
def challenge(request: Request, db: Session) -> Response:
    """What the device is to be asked, for whoever may make a passkey here and now."""
    try:
        _refuse_unless_entitled(request, db)
    except Refusal as refusal:
        return passkey_answers.refused(refusal)
    browser = signing_in.browser_for(request)
    options = passkeys.registration_options(
        db, request.state.patient, browser=browser, party=signing_in.party(request)
    )
    return passkey_answers.with_options(options, browser)


@patient_only
def add(request: Request, db: Session) -> Response:
    """The passkey is kept, and the patient told by text."""
    posted = read_json(request, limit=signing_in.LARGEST_CREDENTIAL)
    try:
        _refuse_unless_entitled(request, db)
        passkeys.register(
            db,
            request.state.patient,
            passkey_answers.credential_in(posted),
            browser=signing_in.browser_for(request),
            party=signing_in.party(request),
            user_agent=request.headers.get("user-agent", ""),
        )
    except Refusal as refusal:
        return passkey_answers.refused(refusal)
    return JSONResponse({"address": request.app.url_path_for("devices")})


@patient_only
def remove(request: Request, db: Session) -> Response:
    """Take a passkey away, having shown one just now; else staff do it, in person.

    Other browsers that it let in are signed out: it may be a stolen phone's.
    """
    patient: Patient = request.state.patient
    passkey = find_or_404(db, Passkey, request)
    if passkey.patient_id != patient.id:
        not_found()
    try:
        kept_passkeys.refuse_unless_shown(request.state.web_session)
    except Refusal as refusal:
        return _page(request, db, 422, refusal=refusal)
    web_sessions.end_opened_by(db, passkey.id, but=request.state.web_session)
    kept_passkeys.remove(db, passkey, by=patient)
    return redirect(request, "devices")


def _page(
    request: Request, db: Session, status: int = 200, *, refusal: Refusal | None = None
) -> Response:
    patient: Patient = request.state.patient
    hindrance = None
    try:
        _refuse_unless_entitled(request, db)
    except Refusal as refused:
        hindrance = refused.message
    return page(
        request,
        "patient/devices.html",
        status,
        browsers=web_sessions.of(db, patient),
        passkeys=kept_passkeys.of(db, patient),
        this_one=request.state.web_session,
        hindrance=hindrance,
        refusal=refusal,
        spoken=spoken,
    )


def _refuse_unless_entitled(request: Request, db: Session) -> None:
    patient: Patient = request.state.patient
    kept_passkeys.refuse_unless_entitled(
        db,
        patient,
        request.state.web_session,
        admitted=bool(db.scalar(select(admitted_here(request, patient)))),
    )


routes = [
    Route("/devices", show, name="devices"),
    Route("/devices/sign-out", sign_out_everywhere, methods=["POST"], name="sign-out-everywhere"),
    Route("/devices/{id}/sign-out", sign_out_one, methods=["POST"], name="sign-out-one"),
    Route("/devices/passkeys/challenge", challenge, methods=["POST"], name="new-passkey-challenge"),
    Route("/devices/passkeys", add, methods=["POST"], name="new-passkey"),
    Route("/devices/passkeys/{id}/removal", remove, methods=["POST"], name="remove-passkey"),
]
