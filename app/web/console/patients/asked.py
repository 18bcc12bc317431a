"""Forms asked of a patient by staff: chosen, sent again, pulled back."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock, wall_time
from app.i18n import gettext as _
from app.intake import following, packet_texts, packets, taking_along
from app.intake.models import IntakePacket
from app.questionnaires import library
from app.questionnaires.models import Questionnaire
from app.refusal import Refusal
from app.web.console.faults import Faults
from app.web.console.patients.found import patient_of
from app.web.console.patients.patient_page import patient_page
from app.web.forms import Unreadable, day, read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404, not_found, redirect

_MOST = 20


class CannotSend(Refusal):
    pass


@staff_only
def ask(request: Request, db: Session) -> Response:
    """Ask for forms, or the camera check, by text at once."""
    patient = patient_of(request, db)
    form, faults = read_form(request), Faults()
    due_at = faults.reading(lambda: _due(day(form, "due_on"), request.state.clinic.zone))
    chosen = [value for value in form.getlist("forms") if isinstance(value, str)][:_MOST]
    if not faults:
        try:
            packets.ask(
                db,
                patient,
                [_questionnaire(request, db, value) for value in chosen],
                due_at=due_at,
                with_camera_check=bool(text(form, "camera")),
                by=request.state.practitioner,
            )
        except Refusal as refusal:
            faults.take(refusal, "forms")
        else:
            return redirect(request, "console:patient", id=patient.id)
    typed = {"forms": chosen, "camera": text(form, "camera"), "due_on": text(form, "due_on")}
    return patient_page(request, db, patient, faults=faults, typed=typed)


@staff_only
def send_again(request: Request, db: Session) -> Response:
    """Text the same link once more."""
    packet = _packet(request, db)
    faults = Faults()
    is_open = packet.cancelled_at is None and packet.done_at is None
    if not is_open or not packet.opens_at <= clock.now() < packet.closes_at:
        faults.take(CannotSend(_("This is not open, so it cannot be sent.")), "asked")
    elif packet_texts.send_again(db, packet, by=request.state.practitioner) is None:
        faults.take(CannotSend(_("They take no texts. Please phone.")), "asked")
    if faults:
        return patient_page(request, db, packet.patient, faults=faults)
    return redirect(request, "console:patient", id=packet.patient_id)


@staff_only
def pull_back(request: Request, db: Session) -> Response:
    """Ask for it no more: its link opens nothing. Twice changes nothing."""
    packet = _packet(request, db)
    taking_along.cancel(db, packet, by=request.state.practitioner)
    return redirect(request, "console:patient", id=packet.patient_id)


@staff_only
def complete(request: Request, db: Session) -> Response:
    """What is left was done at the clinic, on paper or by word of mouth. Twice changes nothing."""
    packet = _packet(request, db)
    if packet.cancelled_at is None:
        following.done_at_desk(db, packet, by=request.state.practitioner)
    return redirect(request, "console:patient", id=packet.patient_id)


def _packet(request: Request, db: Session) -> IntakePacket:
    return find_or_404(db, IntakePacket, request, clinic_id=request.state.clinic.id)


def _questionnaire(request: Request, db: Session, value: str) -> Questionnaire:
    try:
        row = library.of_clinic(db, request.state.clinic, UUID(value))
    except ValueError:
        row = None
    return library.kept(db, row) if row is not None else not_found()


def _due(on: date | None, zone: str) -> datetime | None:
    """The end of that day at the clinic."""
    if on is None:
        return None
    moment = wall_time.instant(datetime.combine(on, time(23, 59)), zone)
    if moment <= clock.now():
        raise Unreadable(_("Choose a day from today on."), field="due_on")
    return moment


routes = [
    Route("/patients/{id}/forms", ask, methods=["POST"], name="ask-patient"),
    Route("/packets/{id}/sending", send_again, methods=["POST"], name="send-packet-again"),
    Route("/packets/{id}/completion", complete, methods=["POST"], name="complete-packet"),
    Route("/packets/{id}/withdrawal", pull_back, methods=["POST"], name="pull-back-packet"),
]
