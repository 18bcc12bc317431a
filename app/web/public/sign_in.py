"""Patients sign in: with this phone, or with a code by text and, if on file, the birth date."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app import clock
from app.access import birth_dates, codes
from app.access.birth_dates import OutOfTries
from app.access.codes import TooManyCodes
from app.access.models import SessionKind, Strength
from app.access.one_time_codes import NothingAsked
from app.i18n import gettext as _
from app.people.models import Patient
from app.refusal import Refusal
from app.scheduling.models import Appointment, AppointmentStatus
from app.web import even_pace, lone_clinic, signing_in, step_up
from app.web.even_pace import EvenPace
from app.web.forms import day, read_form, required
from app.web.guards import anyone
from app.web.pages import page, redirect


@anyone
def ways(request: Request, db: Session) -> Response:
    """The two ways in."""
    return _page(request, db, "public/sign_in.html")


@anyone
def ask_number(request: Request, db: Session) -> Response:
    """Which number the code shall go to."""
    return _page(request, db, "public/sign_in_number.html", typed="", refusal=None)


@anyone
def send_code(request: Request, db: Session) -> Response:
    """Have a code texted. A number nobody has is answered the same, and as fast."""
    even_pace.keep(request)
    form = read_form(request)
    browser = signing_in.browser_for(request)
    try:
        codes.send(
            db,
            required(form, "phone", _("Enter your phone number.")),
            browser=browser,
            network=signing_in.network_of(request),
            choose=seen_next,
        )
    except Refusal as refusal:
        status = 429 if isinstance(refusal, TooManyCodes) else 422
        return _page(
            request,
            db,
            "public/sign_in_number.html",
            status,
            typed=_typed(form, "phone"),
            refusal=refusal,
        )
    response = redirect(request, "sign-in-code")
    signing_in.remember(response, browser)
    return response


@anyone
def send_code_on_file(request: Request, db: Session) -> Response:
    """The same to the number on file, for a browser that knows whose it is: nothing to type."""
    patient = step_up.known_here(request, db)
    if patient is None:
        return redirect(request, "sign-in-number")
    browser = signing_in.browser_for(request)
    network = signing_in.network_of(request)
    try:
        # A neighbour clinic may know the same number: the code is for this patient.
        codes.send(
            db,
            patient.phone,
            browser=browser,
            network=network,
            choose=lambda _db, _others: patient,
        )
    except Refusal as refusal:
        status = 429 if isinstance(refusal, TooManyCodes) else 422
        template = "public/sign_in_number.html"
        return _page(request, db, template, status, typed="", refusal=refusal)
    response = redirect(request, "sign-in-code")
    signing_in.remember(response, browser)
    return response


@anyone
def ask_code(request: Request, db: Session) -> Response:
    """The code from the text, in the browser that asked for it; any other starts anew."""
    browser = signing_in.browser_of(request)
    if browser is None or codes.waiting_in(db, browser) is None:
        return redirect(request, "sign-in-number")
    return _page(request, db, "public/sign_in_code.html", typed="", refusal=None, is_over=False)


@anyone
def check_code(request: Request, db: Session) -> Response:
    """Signed in, or on to the birth date when there is one on file."""
    form = read_form(request)
    browser = signing_in.browser_for(request)
    try:
        entered = required(form, "code", _("Enter the six digits from the text."))
        patient = codes.verify(db, entered, browser=browser)
    except Refusal as refusal:
        even_pace.keep(request)  # there may be nobody whose code it is
        is_over = isinstance(refusal, NothingAsked)
        return _page(
            request,
            db,
            "public/sign_in_code.html",
            422,
            typed=_typed(form, "code"),
            refusal=refusal,
            is_over=is_over,
        )
    if patient is None:
        return redirect(request, "sign-in-birth-date")
    return _home(request, db, patient, browser)


@anyone
def ask_birth_date(request: Request, db: Session) -> Response:
    """The birth date, right after the code; without one it starts anew."""
    browser = signing_in.browser_of(request)
    if browser is None or not birth_dates.is_wanted(db, browser):
        return redirect(request, "sign-in-number")
    return _page(
        request, db, "public/sign_in_birth_date.html", typed="", refusal=None, is_over=False
    )


@anyone
def check_birth_date(request: Request, db: Session) -> Response:
    """Signed in when it is the one on file. It keeps a wrong person out; it proves nothing."""
    form = read_form(request)
    browser = signing_in.browser_for(request)
    try:
        required(form, "birth_on", _("Enter your date of birth."))
        patient = birth_dates.match(db, day(form, "birth_on"), browser=browser)
    except Refusal as refusal:
        is_over = isinstance(refusal, (NothingAsked, OutOfTries))
        return _page(
            request,
            db,
            "public/sign_in_birth_date.html",
            422,
            typed=_typed(form, "birth_on"),
            refusal=refusal,
            is_over=is_over,
        )
    return _home(request, db, patient, browser)


@anyone
def sign_out(request: Request, db: Session) -> Response:
    """Signed out, on the server too."""
    return signing_in.sign_out(request, db, SessionKind.PATIENT, to="/sign-in")


def seen_next(db: Session, patients: Sequence[Patient]) -> Patient:
    """Of several with one number, the one whose appointment is next.

    Two clinics may treat one person, or a couple may share a phone. Whoever asks for a code most
    likely wants what comes next; a birth date on file then keeps the other one out. Without any
    appointment it is the one on file for longest.
    """
    ids = [patient.id for patient in patients]
    nearest = db.scalar(
        select(Appointment.patient_id)
        .where(
            Appointment.patient_id.in_(ids),
            Appointment.status.in_((AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)),
            Appointment.ends_at > clock.now(),
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    )
    return next((patient for patient in patients if patient.id == nearest), patients[0])


def _page(
    request: Request, db: Session, template: str, status: int = 200, **context: object
) -> Response:
    lone_clinic.name(request, db)
    step_up.keep_light(request, db)
    return page(request, template, status, **context)


def _typed(form: FormData, name: str) -> str:
    """What stood in the field: a refused form comes back as it was."""
    return str(form.get(name, ""))[:100]


def _home(request: Request, db: Session, patient: Patient, browser: str) -> Response:
    response = RedirectResponse(step_up.where_to(request), 303)
    signing_in.let_in(request, db, response, patient, Strength.CODE, browser=browser)
    return response


_EVEN = [Middleware(EvenPace)]
routes = [
    Route("/sign-in", ways, name="sign-in"),
    Route("/sign-in/number", ask_number, name="sign-in-number"),
    Route("/sign-in/number", send_code, methods=["POST"], name="send-code", middleware=_EVEN),
    Route(
        "/sign-in/number-on-file",
        send_code_on_file,
        methods=["POST"],
        name="sign-in-number-on-file",
    ),
    Route("/sign-in/code", ask_code, name="sign-in-code"),
    Route("/sign-in/code", check_code, methods=["POST"], name="check-code", middleware=_EVEN),
    Route("/sign-in/birth-date", ask_birth_date, name="sign-in-birth-date"),
    Route("/sign-in/birth-date", check_birth_date, methods=["POST"], name="check-birth-date"),
    Route("/sign-out", sign_out, methods=["POST"], name="sign-out"),
]
