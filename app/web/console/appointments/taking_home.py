"""Staff name who takes a patient home after a session, or call it off."""

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.people import phones
from app.refusal import Refusal
from app.replies import strangers
from app.scheduling import escort_texts, escorts
from app.scheduling.models import Appointment
from app.web.console.appointments.appointment_page import appointment_page
from app.web.console.appointments.taking_home_seen import FIELDS
from app.web.console.faults import Faults
from app.web.forms import local_moment, read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404, redirect

_OF_FIELD = {"phone": "escort_phone", "pick_up_at": "pick_up_at"}


@staff_only
def name(request: Request, db: Session) -> Response:
    """Note who comes; they are texted on the day. The same again changes nothing."""
    session, form = _found(request, db), read_form(request)
    try:
        _name(request, db, session, form)
    except Refusal as refusal:
        faults = Faults()
        faults.add(_OF_FIELD.get(refusal.field or "", "escort_phone"), refusal.message)
        return _page(request, db, session, form, faults)
    return redirect(request, "console:appointment", id=session.id)


@staff_only
def withdraw(request: Request, db: Session) -> Response:
    """Nobody is to come; their link opens nothing any more. Twice changes nothing."""
    session = _found(request, db)
    escort = escorts.of(db, session)
    if escort is not None:
        escorts.withdraw(db, escort, by=request.state.practitioner)
    return redirect(request, "console:appointment", id=session.id)


def _name(request: Request, db: Session, session: Appointment, form: FormData) -> None:
    clinic = request.state.clinic
    number = phones.normal(text(form, "escort_phone"), clinic.country)
    strangers.refuse_unwanted(db, clinic, number)
    escort = escorts.name(
        db,
        session,
        name=text(form, "escort_name"),
        phone=number,
        language=text(form, "escort_language"),
        pick_up_at=local_moment(form, "pick_up_at", clinic.zone),
        by=request.state.practitioner,
    )
    escort_texts.catch_up(db, escort)


def _page(
    request: Request, db: Session, session: Appointment, form: FormData, faults: Faults
) -> Response:
    typed = {name: str(form[name]) for name in FIELDS if name in form}
    return appointment_page(request, db, session, faults=faults, typed=typed)


def _found(request: Request, db: Session) -> Appointment:
    return find_or_404(db, Appointment, request, clinic_id=request.state.clinic.id)


routes = [
    Route("/appointments/{id}/escort", name, methods=["POST"], name="name-escort"),
    Route("/appointments/{id}/escort/end", withdraw, methods=["POST"], name="withdraw-escort"),
]
