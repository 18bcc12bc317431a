"""Who is let in. Every endpoint wears exactly one guard; it opens and ends the transaction.

GET and HEAD read only. A response that is returned commits, also a refused form's 422; an exception
rolls back. The visitor stands in `request.state`: patient, practitioner, web_session, clinic,
api_key.
"""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from sqlalchemy.orm import Session, joinedload
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from app import i18n
from app.access import api_keys
from app.access.models import SessionKind, WebSession
from app.messaging.gateway_twilio import is_genuine
from app.people.models import Clinic, Patient, Practitioner
from app.scheduling.models import Appointment, Escort
from app.telehealth import seats
from app.telehealth.models import VisitGuest
from app.web import cookies, keeping_awake, lone_clinic, step_up
from app.web.doors import escort_doors, guest_doors, intake_doors, journal_doors, session_doors
from app.web.forms import read_form
from app.web.middleware import whole_bodies
from app.web.pages import LANGUAGE_COOKIE, page
from app.web.step_up import Reach
from app.web.visitors import COOKIES as COOKIES
from app.web.visitors import note_patient as note_patient
from app.web.visitors import session_of as session_of

BROWSER_COOKIE = "__Host-ag_b"

Endpoint = Callable[[Request, Session], Response]
LetIn = Callable[[Request, Session], Response | None]


def _guard(
    let_in: LetIn, *, proof: Callable[[Request], bool] | None = None
) -> Callable[[Endpoint], Callable[[Request], Response]]:
    """`proof` is asked before any transaction begins: without it, 403 and nothing was touched."""

    def guarded(endpoint: Endpoint) -> Callable[[Request], Response]:
        @wraps(endpoint)
        def run(request: Request) -> Response:
            write = request.method not in ("GET", "HEAD")
            if write:
                # The whole body first: a slow sender must not hold the one writer SQLite has.
                whole_bodies.of(request)
            if proof is not None and not proof(request):
                return Response("", 403)
            with request.app.state.database.session(write=write) as db:
                refused = let_in(request, db)
                with i18n.using(_language(request)):
                    try:
                        response = refused or endpoint(request, db)
                    except Exception:
                        db.expunge_all()  # the error's page still names the clinic
                        raise
            keeping_awake.note(request)
            return response

        run.audience = let_in.__name__.strip("_")  # type: ignore[attr-defined]
        return run

    return guarded


def _anyone(_request: Request, _db: Session) -> Response | None:
    return None


def _patient(request: Request, db: Session) -> Response | None:
    if not let_in_patient(request, db):
        return RedirectResponse("/sign-in", 303)
    return None


def _staff(request: Request, db: Session) -> Response | None:
    if not let_in_staff(request, db):
        if request.headers.get("hx-request"):
            return Response("", 401, headers={"HX-Redirect": "/clinic/sign-in"})
        return RedirectResponse("/clinic/sign-in", 303)
    refuse: LetIn | None = getattr(request.state, "refuse", None)
    if refuse is None:
        return None
    with i18n.using(_language(request)):
        return refuse(request, db)  # what is not for their role


def let_in_visit(connection: HTTPConnection, db: Session) -> Appointment | None:
    """The visit of the address, for a browser with a seat in it or its signed-in patient.

    Notes patient, appointment and seat (None for a patient who has not sat down here yet).
    """
    try:
        appointment = db.get(Appointment, UUID(connection.path_params["id"]))
    except ValueError:
        return None
    if appointment is None or not appointment.service.is_visit:
        return None
    for kind in (SessionKind.JOIN, SessionKind.PATIENT):
        web_session = session_of(connection, db, kind)
        if web_session is None or web_session.patient_id != appointment.patient_id:
            continue
        seat = seats.of(db, appointment, web_session)
        if seat is None and kind is SessionKind.JOIN:
            continue  # the link that let it in was for another visit
        note_patient(connection, db, appointment.patient, web_session)
        connection.state.appointment, connection.state.seat = appointment, seat
        return appointment
    return None


def _visit(request: Request, db: Session) -> Response | None:
    if let_in_visit(request, db):
        return None
    # Whether such a visit exists is nobody's business: the same page either way.
    lone_clinic.name(request, db)
    with i18n.using(_language(request)):
        return page(request, "visit/no_session.html", 403)


def _session(request: Request, db: Session) -> Response | None:
    if session_doors.let_in(request, db):
        return None
    lone_clinic.name(request, db)
    with i18n.using(_language(request)):
        return page(request, "visit/no_session.html", 403)


def _guest(request: Request, db: Session) -> Response | None:
    if guest_doors.let_in(request, db):
        return None
    lone_clinic.name(request, db)
    with i18n.using(_language(request)):
        return page(request, "visit/no_session.html", 403)


def _escort(request: Request, db: Session) -> Response | None:
    if escort_doors.let_in(request, db):
        return None
    lone_clinic.name(request, db)
    with i18n.using(_language(request)):
        return page(request, "escort/over.html", 403)


def _intake(request: Request, db: Session) -> Response | None:
    return None if intake_doors.let_in(request, db) else _tap_again(request)


def _intake_rested(request: Request, db: Session) -> Response | None:
    if intake_doors.let_in(request, db) or intake_doors.let_in_rested(request, db):
        return None
    return _tap_again(request)


def _tap_again(request: Request) -> Response:
    # Whether there is such a task is nobody's business: the same page either way.
    with i18n.using(_language(request)):
        return page(request, "patient/intake/cover.html", 403, saved_at=None)


def _reading(request: Request, db: Session) -> Response | None:
    if let_in_patient(request, db) is None:
        step_up.note_writer(request, db)
    request.state.reach = step_up.reach_of(request)
    if request.state.reach is not Reach.NONE:
        return None
    with i18n.using(_language(request)):
        return step_up.ask(request, db)


def _journal(request: Request, db: Session) -> Response | None:
    if journal_doors.let_in(request, db):
        return None
    with i18n.using(_language(request)):
        return journal_doors.nobody(request, db)


def _api_key(request: Request, db: Session) -> Response | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    api_key = api_keys.find(db, token.strip()) if scheme.lower() == "bearer" else None
    if api_key is None:
        return unauthorized()
    request.state.api_key = api_key
    request.state.clinic = db.get(Clinic, api_key.clinic_id)
    return None


def unauthorized() -> Response:
    """401 as the FHIR door says it."""
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [
            {"severity": "error", "code": "login", "diagnostics": "A valid bearer key is needed."}
        ],
    }
    return JSONResponse(
        outcome, 401, {"WWW-Authenticate": "Bearer"}, media_type="application/fhir+json"
    )


def _is_from_twilio(request: Request) -> bool:
    """Whether it was signed for our public address, with every parameter that came along."""
    signature = request.headers.get("x-twilio-signature", "")
    settings = request.app.state.settings
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return is_genuine(settings, asked, read_form(request), signature)


def _twilio(_request: Request, _db: Session) -> Response | None:
    return None


def let_in_patient(connection: HTTPConnection, db: Session) -> Patient | None:
    """The patient who is signed in on this browser, noted in the connection's state."""
    with_patient = joinedload(WebSession.patient).joinedload(Patient.clinic)
    web_session = session_of(connection, db, SessionKind.PATIENT, with_patient)
    patient = web_session.patient if web_session else None
    if patient is not None:
        note_patient(connection, db, patient, web_session)
    return patient


def let_in_staff(connection: HTTPConnection, db: Session) -> Practitioner | None:
    """The member of staff who is signed in on this browser, noted in the connection's state."""
    with_clinic = joinedload(WebSession.practitioner).joinedload(Practitioner.clinic)
    web_session = session_of(connection, db, SessionKind.STAFF, with_clinic)
    practitioner = web_session.practitioner if web_session else None
    if practitioner is None or practitioner.disabled_at is not None:
        return None
    state = connection.state
    state.practitioner, state.web_session = practitioner, web_session
    state.clinic = practitioner.clinic
    return practitioner


def chosen_language(connection: HTTPConnection) -> str | None:
    """The language chosen on this device, if any was."""
    return i18n.known(connection.cookies.get(LANGUAGE_COOKIE))


def _language(request: Request) -> str:
    """A choice made on this device, else the patient's, the clinic's, the browser's own."""
    state = request.state
    chosen = chosen_language(request)
    patient: Patient | None = getattr(state, "patient", None)
    clinic: Clinic | None = getattr(state, "clinic", None)
    guest: VisitGuest | Escort | None = getattr(state, "guest", None)
    person = patient or guest or clinic
    spoken = person.language if person else None
    return chosen or spoken or accepted_language(request) or "en"


def accepted_language(connection: HTTPConnection) -> str | None:
    """The first language we have of those the browser asks for."""
    for part in connection.headers.get("accept-language", "").split(","):
        found = i18n.known(part.split(";")[0].strip())
        if found:
            return found
    return None


def set_session(response: Response, kind: SessionKind, token: str, *, seconds: int) -> None:
    """Put a session's token into its cookie."""
    strict = kind is SessionKind.STAFF
    same_site = "strict" if strict else "lax"
    cookies.put(response, COOKIES[kind], token, seconds=seconds, same_site=same_site)


anyone = _guard(_anyone)
patient_only = _guard(_patient)
api_key_only = _guard(_api_key)
visit_only = _guard(_visit)
session_only = _guard(_session)
guest_only = _guard(_guest)
escort_only = _guard(_escort)
twilio_only = _guard(_twilio, proof=_is_from_twilio)
staff_only = _guard(_staff)
intake_only = _guard(_intake)
reading_only = _guard(_reading)
journal_only = _guard(_journal)
intake_even_rested = _guard(_intake_rested)
