"""What a visit came to, asked of staff when they leave the room and on the appointment's page."""

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.i18n import gettext as _
from app.people.models import Role
from app.refusal import Refusal
from app.scheduling import calendars
from app.scheduling.models import Appointment
from app.telehealth import outcomes
from app.telehealth.models import VisitResult, WhyNotHeld
from app.telehealth.outcomes import LONGEST_NOTE, Said
from app.web.console.appointments.appointment_page import appointment_page
from app.web.console.faults import Faults
from app.web.forms import Unreadable, local_moment, read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404, redirect

_FIELDS = ("result", "reason", "began_at", "note")


@staff_only
def say(request: Request, db: Session) -> Response:
    """Keep what was said. An empty form is no fault: nobody has to say anything."""
    clinic = request.state.clinic
    appointment = find_or_404(db, Appointment, request, clinic_id=clinic.id)
    form = read_form(request)
    calendars.hold_appointment(db, appointment)
    try:
        said = _said(form, clinic.zone, may_note=_may_note(request))
        outcomes.say(db, appointment, said, by=request.state.practitioner)
    except Refusal as refusal:
        faults = Faults()
        faults.take(refusal, "result")
        typed = {name: str(form.get(name, "")) for name in _FIELDS}
        return appointment_page(request, db, appointment, faults=faults, typed=typed)
    return redirect(request, "console:appointment", id=appointment.id)


def _said(form: FormData, zone: str, *, may_note: bool) -> Said:
    try:
        result = VisitResult(text(form, "result")) if text(form, "result") else None
        reason = WhyNotHeld(text(form, "reason")) if text(form, "reason") else None
    except ValueError:
        raise Unreadable(_("Choose one of these."), field="result") from None
    began_at = local_moment(form, "began_at", zone) if text(form, "began_at") else None
    note = text(form, "note", limit=4 * LONGEST_NOTE) if may_note and "note" in form else None
    return Said(result, reason, began_at, note)


def _may_note(request: Request) -> bool:
    return request.state.practitioner.role is not Role.COORDINATOR


routes = [Route("/appointments/{id}/outcome", say, methods=["POST"], name="say-outcome")]
