"""Giving an appointment another time; for a session first a look at all that moves along."""

from uuid import UUID

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.people.models import Practitioner
from app.protocols import infusions, moving_preview
from app.refusal import Refusal
from app.scheduling.models import Appointment, Service
from app.web.console.appointments import appointments
from app.web.console.desk import desk_page
from app.web.console.protocols import plan_words
from app.web.forms import local_moment, read_form, text
from app.web.guards import staff_only
from app.web.pages import not_found, redirect


@staff_only
def move(request: Request, db: Session) -> Response:
    """Move a visit at once, with its clinician; a session once it was seen what moves along."""
    appointment, form = appointments.found(request, db), read_form(request)
    if text(form, "back"):
        return redirect(request, "console:appointment", id=appointment.id)
    if appointment.service is Service.INFUSION and not text(form, "confirmed"):
        try:
            return _preview(request, db, appointment, form)
        except Refusal:
            pass  # refused below as well, and said at its field

    def change(appointment: Appointment, form: FormData) -> None:
        starts_at = local_moment(form, "starts_at", request.state.clinic.zone)
        practitioner = _clinician(request, db, text(form, "practitioner"))
        by = request.state.practitioner
        infusions.reschedule(db, appointment, starts_at, practitioner=practitioner, by=by)

    return appointments.changed(request, db, change, "starts_at")


def _preview(request: Request, db: Session, appointment: Appointment, form: FormData) -> Response:
    starts_at = local_moment(form, "starts_at", request.state.clinic.zone)
    along = moving_preview.preview(db, appointment, starts_at, by=request.state.practitioner)
    return desk_page(
        request,
        db,
        "console/appointments/preview.html",
        section="schedule",
        row=appointment,
        starts_at=starts_at,
        typed=text(form, "starts_at"),
        warning=along.moved.warning,
        changes=along.changes,
        step_title=plan_words.title,
    )


def _clinician(request: Request, db: Session, value: str) -> Practitioner | None:
    if not value:
        return None
    try:
        practitioner = db.get(Practitioner, UUID(value))
    except ValueError:
        practitioner = None
    if practitioner is None or practitioner.clinic_id != request.state.clinic.id:
        not_found()
    return practitioner


routes = [
    Route("/appointments/{id}/rescheduling", move, methods=["POST"], name="reschedule"),
]
