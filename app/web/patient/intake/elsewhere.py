"""A form that another phone was at: a code shows what is there, or one starts on a blank sheet."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import i18n
from app.access import birth_dates, codes, web_sessions
from app.access.birth_dates import OutOfTries
from app.access.codes import TooManyCodes
from app.access.models import SessionKind, Strength
from app.access.one_time_codes import NothingAsked
from app.i18n import gettext as _
from app.intake import doors, sheets
from app.intake.conflicts import AlreadySent
from app.intake.doors import Doorway
from app.intake.models import TaskState
from app.people.models import Patient
from app.refusal import Refusal
from app.web import guards, signing_in
from app.web.forms import day, read_form, required
from app.web.guards import intake_only
from app.web.patient.intake import packet
from app.web.patient.intake.pages import (
    elsewhere_path,
    go,
    open_task,
    packet_path,
    shown,
    task_of,
)


@intake_only
@open_task
def choose(request: Request, db: Session) -> Response:
    """What happened, and the ways on."""
    if away := _not_here(request):
        return go(request, away)
    return _choices(request, db)


@intake_only
@open_task
def chosen(request: Request, db: Session) -> Response:
    """A code to the phone on file, one's own sheet again, or a blank one."""
    if away := _not_here(request):
        return go(request, away)
    doorway: Doorway = request.state.doorway
    task, wanted = task_of(doorway), str(read_form(request).get("go", ""))
    own = sheets.left_by(db, doorway, task)
    if wanted == "code" and doorway.can_prove:
        return _text_code(request, db, doorway)
    try:
        if own is not None:
            sheets.take_up(db, task, own)
        else:
            agent = request.headers.get("user-agent", "")
            sheets.begin_anew(db, doorway, task, language=i18n.language(), user_agent=agent)
    except AlreadySent:
        return go(request, packet_path(doorway.packet.id))
    return go(request, packet.way_on(doorway, task))


@intake_only
@open_task
def ask_code(request: Request, db: Session) -> Response:
    """The six digits, in the browser that asked for them."""
    browser = signing_in.browser_of(request)
    if browser is None or codes.waiting_in(db, browser) is None:
        return go(request, elsewhere_path(task_of(request.state.doorway)))
    return _code_page(request)


@intake_only
@open_task
def check_code(request: Request, db: Session) -> Response:
    """On with the same sheet, or first the birth date where one is on file."""
    form, browser = read_form(request), signing_in.browser_for(request)
    try:
        entered = required(form, "code", _("Enter the six digits from the text."))
        patient = codes.verify(db, entered, browser=browser)
    except Refusal as refusal:
        return _code_page(request, refusal, typed=str(form.get("code", ""))[:100])
    if patient is None:
        return go(request, _below(request, "birth-date"))
    return _proved(request, db, patient)


@intake_only
@open_task
def ask_birth_date(request: Request, db: Session) -> Response:
    """The birth date, right after the code."""
    browser = signing_in.browser_of(request)
    if browser is None or not birth_dates.is_wanted(db, browser):
        return go(request, elsewhere_path(task_of(request.state.doorway)))
    return _birth_date_page(request)


@intake_only
@open_task
def check_birth_date(request: Request, db: Session) -> Response:
    """On with the same sheet when it is the one on file."""
    form, browser = read_form(request), signing_in.browser_for(request)
    try:
        required(form, "birth_on", _("Enter your date of birth."))
        patient = birth_dates.match(db, day(form, "birth_on"), browser=browser)
    except Refusal as refusal:
        return _birth_date_page(request, refusal, typed=str(form.get("birth_on", ""))[:100])
    return _proved(request, db, patient)


def _not_here(request: Request) -> str | None:
    doorway: Doorway = request.state.doorway
    task = task_of(doorway)
    response = task.response
    if response is None or task.state is TaskState.COMPLETED:
        return packet_path(doorway.packet.id)
    if doorway.may_read(response) or not sheets.has_answers(response):
        return f"/intake/{task.id}/on"
    return None


def _choices(
    request: Request, db: Session, *, refusal: Refusal | None = None, status: int = 200
) -> Response:
    doorway: Doorway = request.state.doorway
    task = task_of(doorway)
    assert task.response is not None, "without a sheet one is sent away"
    own = sheets.left_by(db, doorway, task)
    at = elsewhere_path(task)
    return shown(
        request,
        "patient/intake/elsewhere.html",
        at=at,
        status=status,
        action=at,
        can_prove=doorway.can_prove,
        begun_at=sheets.begun_at(task.response),
        own_at=sheets.begun_at(own) if own else None,
        refusal=refusal,
    )


def _text_code(request: Request, db: Session, doorway: Doorway) -> Response:
    patient, browser = doorway.packet.patient, signing_in.browser_for(request)
    try:
        codes.send(
            db,
            patient.phone,
            browser=browser,
            network=signing_in.network_of(request),
            # A neighbour clinic may know the same number: the code is for this patient.
            choose=lambda _db, _others: patient,
        )
    except Refusal as refusal:
        status = 429 if isinstance(refusal, TooManyCodes) else 422
        return _choices(request, db, refusal=refusal, status=status)
    response = go(request, _below(request, "code"))
    signing_in.remember(response, browser)
    return response


def _proved(request: Request, db: Session, patient: Patient) -> Response:
    doorway: Doorway = request.state.doorway
    if patient.id != doorway.packet.patient_id:
        return go(request, elsewhere_path(task_of(doorway)))
    doors.prove(db, doorway)
    response = go(request, packet.way_on(doorway, task_of(doorway)))
    web_session = request.state.web_session
    if web_session.kind is SessionKind.WRITE:
        token = web_sessions.step_up(db, web_session, Strength.CODE)
        absolute = web_sessions.LIMITS[SessionKind.WRITE].absolute
        assert absolute is not None, "write sessions have an absolute end"
        guards.set_session(
            response, SessionKind.WRITE, token, seconds=int(absolute.total_seconds())
        )
    return response


def _code_page(request: Request, refusal: Refusal | None = None, typed: str = "") -> Response:
    return shown(
        request,
        "patient/intake/code.html",
        at=_below(request, "code"),
        status=422 if refusal else 200,
        action=_below(request, "code"),
        back_path=elsewhere_path(task_of(request.state.doorway)),
        typed=typed,
        refusal=refusal,
        is_over=isinstance(refusal, NothingAsked),
    )


def _birth_date_page(request: Request, refusal: Refusal | None = None, typed: str = "") -> Response:
    return shown(
        request,
        "patient/intake/birth_date.html",
        at=_below(request, "birth-date"),
        status=422 if refusal else 200,
        action=_below(request, "birth-date"),
        back_path=elsewhere_path(task_of(request.state.doorway)),
        typed=typed,
        refusal=refusal,
        is_over=isinstance(refusal, (NothingAsked, OutOfTries)),
    )


def _below(request: Request, what: str) -> str:
    return f"{elsewhere_path(task_of(request.state.doorway))}/{what}"


routes = [
    Route("/intake/{task}/elsewhere", choose, name="intake:elsewhere"),
    Route("/intake/{task}/elsewhere", chosen, methods=["POST"], name="intake:elsewhere-chosen"),
    Route("/intake/{task}/elsewhere/code", ask_code, name="intake:code"),
    Route("/intake/{task}/elsewhere/code", check_code, methods=["POST"], name="intake:check-code"),
    Route("/intake/{task}/elsewhere/birth-date", ask_birth_date, name="intake:birth-date"),
    Route(
        "/intake/{task}/elsewhere/birth-date",
        check_birth_date,
        methods=["POST"],
        name="intake:check-birth-date",
    ),
]
