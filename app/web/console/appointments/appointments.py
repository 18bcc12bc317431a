"""An appointment: seen, called off, confirmed, begun, ended."""

from collections.abc import Callable

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.protocols import infusions
from app.refusal import Refusal
from app.scheduling import booking, calendars, confirming, fresh_link
from app.scheduling.models import Appointment
from app.telehealth import seats
from app.web.console.appointments.appointment_page import appointment_page
from app.web.console.faults import Faults
from app.web.forms import local_moment, read_form
from app.web.guards import staff_only
from app.web.pages import find_or_404, redirect

_TYPED = ("starts_at", "practitioner", "ended_at")


@staff_only
def show(request: Request, db: Session) -> Response:
    """What it is, what hangs on it, and what can be done."""
    return appointment_page(request, db, found(request, db))


@staff_only
def call_off(request: Request, db: Session) -> Response:
    """Cancel it, with all that hangs on it. Twice changes nothing."""
    by = request.state.practitioner
    return changed(request, db, lambda appointment, _form: infusions.cancel(db, appointment, by=by))


@staff_only
def arrive(request: Request, db: Session) -> Response:
    """The patient is here. Twice changes nothing."""
    by = request.state.practitioner
    return changed(request, db, lambda appointment, _form: booking.arrive(db, appointment, by=by))


@staff_only
def confirm(request: Request, db: Session) -> Response:
    """The patient said, by phone or at the desk, that they will come. Twice changes nothing."""
    by = request.state.practitioner
    return changed(
        request, db, lambda appointment, _form: confirming.confirm(db, appointment, by=by)
    )


@staff_only
def send_fresh_link(request: Request, db: Session) -> Response:
    """Pull back the link that was sent, and text another."""

    def sent(appointment: Appointment, _form: FormData) -> None:
        fresh_link.send(db, appointment, by=request.state.practitioner)
        seats.send_away(db, appointment.id)

    return changed(request, db, sent)


@staff_only
def miss(request: Request, db: Session) -> Response:
    """Nobody came. Twice changes nothing."""
    by = request.state.practitioner
    return changed(request, db, lambda appointment, _form: infusions.miss(db, appointment, by=by))


@staff_only
def end(request: Request, db: Session) -> Response:
    """Record when an infusion really ended. Its window and visit move with it."""

    def change(appointment: Appointment, form: FormData) -> None:
        ended_at = local_moment(form, "ended_at", request.state.clinic.zone)
        infusions.record_end(db, appointment, ended_at, by=request.state.practitioner)

    return changed(request, db, change, "ended_at")


def changed(
    request: Request,
    db: Session,
    change: Callable[[Appointment, FormData], None],
    field: str = "",
) -> Response:
    """Make one change and show what came of it; refused, the page with what was typed."""
    appointment = found(request, db)
    form = read_form(request)
    calendars.hold_appointment(db, appointment)
    try:
        change(appointment, form)
    except Refusal as refusal:
        faults = Faults()
        faults.take(refusal, field)
        typed = {name: str(form[name]) for name in _TYPED if name in form}
        return appointment_page(request, db, appointment, faults=faults, typed=typed)
    return redirect(request, "console:appointment", id=appointment.id)


def found(request: Request, db: Session) -> Appointment:
    """The clinic's appointment that the address names, else 404."""
    return find_or_404(db, Appointment, request, clinic_id=request.state.clinic.id)


routes = [
    Route("/appointments/{id}", show, methods=["GET"], name="appointment"),
    Route("/appointments/{id}/cancellation", call_off, methods=["POST"], name="call-off"),
    Route("/appointments/{id}/arrival", arrive, methods=["POST"], name="arrive"),
    Route("/appointments/{id}/confirmation", confirm, methods=["POST"], name="confirm"),
    Route("/appointments/{id}/fresh-link", send_fresh_link, methods=["POST"], name="fresh-link"),
    Route("/appointments/{id}/absence", miss, methods=["POST"], name="miss"),
    Route("/appointments/{id}/end", end, methods=["POST"], name="record-end"),
]
