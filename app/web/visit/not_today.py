"""The page behind "Not today":

other times inside the window, one tap each, or a call. No reason is asked.
"""

from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock
from app.i18n import gettext as _
from app.refusal import Refusal
from app.scheduling import confirming, joining, offered
from app.scheduling.models import Appointment
from app.tasks import desk
from app.tasks.models import TaskCode
from app.web.forms import Unreadable, read_form, text
from app.web.guards import visit_only
from app.web.pages import page, redirect


@visit_only
def choose(request: Request, db: Session) -> Response:
    """The times that are still free."""
    appointment: Appointment = request.state.appointment
    return _times(request, db, appointment)


@visit_only
def pick(request: Request, db: Session) -> Response:
    """Move the visit to the chosen time. One that has just gone leads back to what is left."""
    appointment: Appointment = request.state.appointment
    try:
        offered.pick(db, appointment, _moment(request), by=request.state.patient)
    except Refusal as refusal:
        return _times(request, db, appointment, refusal=refusal)
    appointment.confirmed_at = clock.now()
    return redirect(request, "visit:chosen", id=appointment.id)


@visit_only
def keep(request: Request, db: Session) -> Response:
    """The time stays as it is; its text leaves after all."""
    appointment: Appointment = request.state.appointment
    confirming.confirm(db, appointment, by=request.state.patient)
    if joining.is_open(appointment):
        return redirect(request, "visit:room", id=appointment.id)
    return redirect(request, "visit:chosen", id=appointment.id)


@visit_only
def chosen(request: Request, _db: Session) -> Response:
    """Where the visit went."""
    return page(request, "visit/chosen.html", appointment=request.state.appointment)


@visit_only
def ask_for_help(request: Request, db: Session) -> Response:
    """None of these: a person calls to find a time."""
    appointment: Appointment = request.state.appointment
    desk.open_task(
        db,
        TaskCode.FIND_A_TIME,
        request.state.patient,
        by=request.state.patient,
        appointment_id=appointment.id,
        urgent=True,
    )
    return page(request, "visit/call_for_time.html", appointment=appointment)


def _times(
    request: Request, db: Session, appointment: Appointment, refusal: Refusal | None = None
) -> Response:
    slots = offered.offers(db, appointment, clock.now())
    status = 422 if refusal else 200
    return page(
        request,
        "visit/not_today.html",
        status,
        appointment=appointment,
        slots=slots,
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
    Route("/visits/{id}/not-today", choose, methods=["GET"], name="visit:not-today"),
    Route("/visits/{id}/not-today", pick, methods=["POST"], name="visit:pick-time"),
    Route("/visits/{id}/keeping", keep, methods=["POST"], name="visit:keep"),
    Route("/visits/{id}/chosen", chosen, name="visit:chosen"),
    Route("/visits/{id}/find-a-time", ask_for_help, methods=["POST"], name="visit:find-a-time"),
]
