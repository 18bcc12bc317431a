"""Staff invite guests to a visit, and take that back."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.people import phones
from app.refusal import Refusal
from app.replies import strangers
from app.scheduling.models import Appointment
from app.telehealth import guests
from app.telehealth.models import VisitGuest
from app.web.console.appointments.appointment_page import appointment_page
from app.web.console.faults import Faults
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404, redirect


@staff_only
def invite(request: Request, db: Session) -> Response:
    """They are texted when it is, and the way in just before it."""
    visit = find_or_404(db, Appointment, request, clinic_id=request.state.clinic.id)
    form = read_form(request)
    typed = {
        "guest_name": text(form, "guest_name", limit=guests.LONGEST_NAME),
        "guest_phone": text(form, "guest_phone", limit=40),
        "guest_language": "es" if text(form, "guest_language") == "es" else "en",
    }
    clinic = request.state.clinic
    try:
        number = phones.normal(typed["guest_phone"], clinic.country)
        strangers.refuse_unwanted(db, clinic, number)
        guests.invite(
            db,
            visit,
            name=typed["guest_name"],
            phone=number,
            language=typed["guest_language"],
            by=request.state.practitioner,
        )
    except Refusal as refusal:
        faults = Faults()
        faults.add(f"guest_{refusal.field or 'phone'}", refusal.message)
        return appointment_page(request, db, visit, faults=faults, typed=typed)
    return redirect(request, "console:appointment", id=visit.id)


@staff_only
def withdraw(request: Request, db: Session) -> Response:
    """Their link opens nothing any more. Twice changes nothing."""
    guest = find_or_404(db, VisitGuest, request, clinic_id=request.state.clinic.id)
    guests.withdraw(db, guest, by=request.state.practitioner)
    return redirect(request, "console:appointment", id=guest.appointment_id)


routes = [
    Route("/appointments/{id}/guests", invite, methods=["POST"], name="invite-guest"),
    Route("/guests/{id}/withdrawal", withdraw, methods=["POST"], name="withdraw-guest"),
]
