"""The page behind "Not today":

other times inside the window, one tap each, or a call. No reason is asked.
"""

from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import clock
from app.access.models import SessionKind, WebSession
from app.i18n import gettext as _
from app.people.models import Patient
from app.refusal import Refusal
from app.scheduling import asking, confirming, joining, offered
from app.scheduling.models import Appointment, AppointmentStatus
from app.scheduling.rules import TimeHasPassed
from app.tasks import desk
from app.tasks.models import TaskCode
from app.telehealth import ease, seats
from app.telehealth.models import Seat
from app.web import guards
from app.web.forms import Unreadable, read_form, text
from app.web.guards import visit_only
from app.web.pages import page, redirect
from app.web.visit.saying import wants_json


@visit_only
def ask(request: Request, db: Session) -> Response:
    """Not today: noted, and on to the other times. Who waited in the room waits no longer."""
    appointment: Appointment = request.state.appointment
    seat: Seat | None = request.state.seat
    try:
        seats.refuse_beside(db, seat)
        asking.ask(db, appointment, by=request.state.patient)
    except Refusal:
        return _where_it_went(request)
    if seat is not None:
        seats.step_back(db, seat)
    if wants_json(request):
        response: Response = JSONResponse({"ok": True})
    else:
        response = redirect(request, "visit:not-today", id=appointment.id)
    _let_come_back(request, response, appointment)
    return response


@visit_only
def choose(request: Request, db: Session) -> Response:
    """The times that are still free. What took place or was called off needs no other time."""
    appointment: Appointment = request.state.appointment
    if not appointment.status.is_open:
        return _where_it_went(request)
    return _times(request, db, appointment)


@visit_only
def pick(request: Request, db: Session) -> Response:
    """Move the visit to the chosen time. One that has just gone leads back to what is left."""
    appointment: Appointment = request.state.appointment
    try:
        seats.refuse_beside(db, request.state.seat)
        offered.pick(db, appointment, _moment(request), by=request.state.patient)
    except Refusal as refusal:
        return _times(request, db, appointment, refusal=refusal)
    return redirect(request, "visit:chosen", id=appointment.id)


@visit_only
def keep(request: Request, db: Session) -> Response:
    """The time stays as it is; its text leaves after all."""
    appointment: Appointment = request.state.appointment
    try:
        seats.refuse_beside(db, request.state.seat)
        confirming.confirm(db, appointment, by=request.state.patient)
    except TimeHasPassed:
        return _times(request, db, appointment)
    except Refusal:
        return _where_it_went(request)
    if joining.is_open(appointment):
        return redirect(request, "visit:room", id=appointment.id)
    return redirect(request, "visit:chosen", id=appointment.id)


@visit_only
def chosen(request: Request, db: Session) -> Response:
    """Where the visit went. After a talk, whether it was easy."""
    appointment: Appointment = request.state.appointment
    is_over = appointment.status is AppointmentStatus.FULFILLED
    said = ease.of(db, appointment) if is_over else None
    return page(
        request,
        "visit/chosen.html",
        appointment=appointment,
        ask_ease=is_over and said is None,
        said_ease=said is not None,
    )


@visit_only
def ask_for_help(request: Request, db: Session) -> Response:
    """None of these: a person calls to find a time."""
    appointment: Appointment = request.state.appointment
    patient: Patient = request.state.patient
    try:
        seats.refuse_beside(db, request.state.seat)
        asking.ask(db, appointment, by=patient)
    except Refusal:
        return _where_it_went(request)
    desk.open_task(
        db,
        TaskCode.FIND_A_TIME,
        patient,
        by=patient,
        appointment_id=appointment.id,
        note=patient.phone,
        urgent=True,
    )
    return page(request, "visit/call_for_time.html", appointment=appointment)


def _let_come_back(request: Request, response: Response, appointment: Appointment) -> None:
    """A link's session ends with the visit; who is to choose another time may sleep over it."""
    web_session: WebSession = request.state.web_session
    if web_session.kind is not SessionKind.JOIN:
        return
    web_session.expires_at = max(web_session.expires_at, asking.choose_until(appointment))
    seconds = int((web_session.expires_at - clock.now()).total_seconds())
    token = request.cookies[guards.COOKIES[SessionKind.JOIN]]
    guards.set_session(response, SessionKind.JOIN, token, seconds=seconds)


def _where_it_went(request: Request) -> Response:
    """It took place or was called off meanwhile: the page of the visit says so."""
    return redirect(request, "visit:chosen", id=request.state.appointment.id)


def _times(
    request: Request, db: Session, appointment: Appointment, refusal: Refusal | None = None
) -> Response:
    return page(
        request,
        "visit/not_today.html",
        422 if refusal else 200,
        appointment=appointment,
        offer=offered.offer(db, appointment, clock.now()),
        can_keep=appointment.status.is_open and clock.now() < appointment.ends_at,
        refusal=refusal,
    )


def _moment(request: Request) -> datetime:
    try:
        moment = datetime.fromisoformat(text(read_form(request), "starts_at"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Unreadable(_("Choose one of these times."), field="starts_at")
    return moment


routes = [
    Route("/visits/{id}/asking", ask, methods=["POST"], name="visit:ask"),
    Route("/visits/{id}/not-today", choose, methods=["GET"], name="visit:not-today"),
    Route("/visits/{id}/not-today", pick, methods=["POST"], name="visit:pick-time"),
    Route("/visits/{id}/keeping", keep, methods=["POST"], name="visit:keep"),
    Route("/visits/{id}/chosen", chosen, name="visit:chosen"),
    Route("/visits/{id}/find-a-time", ask_for_help, methods=["POST"], name="visit:find-a-time"),
]
