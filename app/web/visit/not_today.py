"""The page behind "Not today":

other times inside the window, one tap each, or a call. No reason is asked. Where nothing but a
touch behind a link says who this is, moving the visit takes a second word: programs touch, too.
"""

from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
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
from app.telehealth import ease, persons, seats
from app.telehealth.models import Seat
from app.web import guards
from app.web.forms import Unreadable, read_form, text
from app.web.guards import visit_only
from app.web.pages import page, redirect
from app.web.visit import choice
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
    """The times that are still free; or the one that was chosen, said once more before it counts.

    What took place or was called off needs no other time.
    """
    appointment: Appointment = request.state.appointment
    chosen = request.query_params.get("starts_at")
    try:
        starts_at = _moment(chosen) if chosen is not None else None
        if not appointment.status.is_open or starts_at == appointment.starts_at:
            return _where_it_went(request)
        if starts_at is None:
            return _times(request, db, appointment)
        offered.refuse_gone(db, appointment, starts_at)
    except Refusal as refusal:
        return _times(request, db, appointment, refusal=refusal)
    return _once_more(request, starts_at)


@visit_only
def pick(request: Request, db: Session) -> Response:
    """Move the visit to the chosen time, or ask once more whether it is meant.

    One that has just gone leads back to what is left. Pressed twice, it is moved once.
    """
    appointment: Appointment = request.state.appointment
    try:
        starts_at = _moment(text(read_form(request), "starts_at"))
        seats.refuse_beside(db, request.state.seat)
        if appointment.status.is_open and appointment.starts_at == starts_at:
            return _where_it_went(request)
        if not _is_meant(request, db, starts_at):
            offered.refuse_gone(db, appointment, starts_at)
            return _on_to_once_more(request, starts_at)
        offered.pick(db, appointment, starts_at, by=request.state.patient)
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


def _is_meant(request: Request, db: Session, starts_at: datetime) -> bool:
    """Whether it is moved now: a person is surely there, or said yes to this very time."""
    state = request.state
    if state.web_session.kind is not SessionKind.JOIN:
        return True
    if state.seat is not None and persons.is_surely_there(db, state.seat):
        return True
    mark = text(read_form(request), "choice")
    return choice.is_signed(mark, state.web_session, state.appointment, starts_at)


def _on_to_once_more(request: Request, starts_at: datetime) -> Response:
    # Somewhere to come back to: no page that a form was answered with.
    here = request.app.url_path_for("visit:not-today", id=request.state.appointment.id)
    return RedirectResponse(f"{here}?{urlencode({'starts_at': starts_at.isoformat()})}", 303)


def _once_more(request: Request, starts_at: datetime) -> Response:
    appointment: Appointment = request.state.appointment
    return page(
        request,
        "visit/move.html",
        appointment=appointment,
        starts_at=starts_at,
        choice=choice.sign(request.state.web_session, appointment, starts_at),
        can_keep=_can_keep(appointment),
    )


def _can_keep(appointment: Appointment) -> bool:
    return appointment.status.is_open and clock.now() < appointment.ends_at


def _times(
    request: Request, db: Session, appointment: Appointment, refusal: Refusal | None = None
) -> Response:
    return page(
        request,
        "visit/not_today.html",
        422 if refusal else 200,
        appointment=appointment,
        offer=offered.offer(db, appointment, clock.now()),
        can_keep=_can_keep(appointment),
        refusal=refusal,
    )


def _moment(said: str) -> datetime:
    try:
        moment = datetime.fromisoformat(said)
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
