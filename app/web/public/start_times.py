"""After the questions of /start: a free time for the first talk, or a call to find one."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.access.models import SessionKind
from app.candidates import first_talk, telling
from app.i18n import gettext as _
from app.intake.models import IntakeDoor, IntakePacket, PacketCode
from app.people.models import Patient
from app.protocols import reaching
from app.refusal import Refusal
from app.web import guards
from app.web.forms import Unreadable, read_form, text
from app.web.guards import anyone
from app.web.pages import page, redirect

CALL = "call"


@anyone
def choose(request: Request, db: Session) -> Response:
    """The free times. Whoever did not just fill in the questions here starts at the beginning."""
    patient = _candidate(request, db)
    return _times(request, db, patient) if patient else redirect(request, "start")


@anyone
def take(request: Request, db: Session) -> Response:
    """Book the time, or ask for a call."""
    patient = _candidate(request, db)
    if patient is None:
        return redirect(request, "start")
    form = read_form(request)
    if text(form, "starts_at") == CALL:
        first_talk.ask_for_call(db, patient)
        return redirect(request, "start-done")
    try:
        starts_at = _moment(text(form, "starts_at"))
        if form.get("texts_agreed") and patient.texts_agreed_at is None:
            telling.agree_to_texts(db, patient)
            reaching.follow_texts(db, patient)
        first_talk.book(db, patient, starts_at)
    except Refusal as refusal:
        return _times(request, db, patient, refusal=refusal)
    return redirect(request, "start-done")


@anyone
def done(request: Request, db: Session) -> Response:
    """What happens now, without an answer on it."""
    patient = _candidate(request, db)
    if patient is None:
        return redirect(request, "start")
    visit = first_talk.booked(db, patient)
    # Nobody is asked for money within a day of a dose.
    may_ask_deposit = visit is not None and not request.state.after_dose
    return page(request, "public/start/done.html", visit=visit, may_ask_deposit=may_ask_deposit)


def _candidate(request: Request, db: Session) -> Patient | None:
    """Who has finished the questions of /start, in this browser."""
    web_session = guards.session_of(request, db, SessionKind.WRITE)
    if web_session is None or web_session.patient_id is None:
        return None
    packet = db.scalar(
        select(IntakePacket)
        .join(IntakeDoor, IntakeDoor.packet_id == IntakePacket.id)
        .where(
            IntakeDoor.browser_hash == web_session.browser_hash,
            IntakePacket.patient_id == web_session.patient_id,
            IntakePacket.code == PacketCode.ASSESSMENT,
            IntakePacket.done_at.is_not(None),
        )
        .order_by(IntakePacket.done_at.desc())
        .limit(1)
    )
    if packet is None:
        return None
    patient = db.get_one(Patient, web_session.patient_id)
    if patient.declined_at is not None:
        return None
    guards.note_patient(request, db, patient, web_session)
    return patient


def _times(
    request: Request, db: Session, patient: Patient, refusal: Refusal | None = None
) -> Response:
    return page(
        request,
        "public/start/times.html",
        422 if refusal else 200,
        slots=first_talk.times(db, patient),
        booked=first_talk.booked(db, patient),
        refusal=refusal,
    )


def _moment(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Unreadable(_("Choose one of these times."), field="starts_at")
    return moment


routes = [
    Route("/start/times", choose, methods=["GET"], name="start-times"),
    Route("/start/times", take, methods=["POST"], name="start-take"),
    Route("/start/done", done, methods=["GET"], name="start-done"),
]
