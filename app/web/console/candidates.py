"""Candidates: who asked to become a patient, what they said, when they talk; accept or decline."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.candidates import first_talk
from app.i18n import gettext as _
from app.intake.models import IntakePacket, IntakeTask, PacketCode
from app.people.models import Patient
from app.scheduling.models import Appointment
from app.web.console.desk import desk_page
from app.web.guards import staff_only
from app.web.pages import find_or_404, not_found, redirect


@dataclass(frozen=True)
class Shown:
    """A candidate as the list has them. `response_id` None: nothing answered yet."""

    patient: Patient
    wants: str
    is_finished: bool
    response_id: UUID | None
    visit: Appointment | None


@staff_only
def show(request: Request, db: Session) -> Response:
    """Everybody who waits for an answer, the oldest first."""
    waiting = [_shown(db, each) for each in first_talk.candidates(db, request.state.clinic)]
    return desk_page(
        request, db, "console/candidates/list.html", section="patients", waiting=waiting
    )


@staff_only
def accept(request: Request, db: Session) -> Response:
    """The candidate becomes a patient; on to their page, to book what comes."""
    patient = _candidate(request, db)
    first_talk.accept(db, patient, by=request.state.practitioner)
    return redirect(request, "console:patient", id=patient.id)


@staff_only
def decline(request: Request, db: Session) -> Response:
    """The clinic cannot take them on."""
    first_talk.decline(db, _candidate(request, db), by=request.state.practitioner)
    return redirect(request, "console:candidates")


def wanted(patient: Patient) -> str:
    """What they asked for, in words."""
    if patient.wants == first_talk.CONSULTATION:
        return _("Consultation")
    if patient.wants == first_talk.INTRO_CALL:
        return _("Intro call")
    return _("Not said yet")


def _candidate(request: Request, db: Session) -> Patient:
    patient = find_or_404(db, Patient, request, clinic_id=request.state.clinic.id)
    if patient.applied_at is None:
        not_found()
    return patient


def _shown(db: Session, patient: Patient) -> Shown:
    packet = _assessment(db, patient)
    response_id = None
    if packet is not None:
        response_id = db.scalar(
            select(IntakeTask.response_id).where(IntakeTask.packet_id == packet.id).limit(1)
        )
    return Shown(
        patient,
        wanted(patient),
        packet is not None and packet.done_at is not None,
        response_id,
        first_talk.booked(db, patient),
    )


def _assessment(db: Session, patient: Patient) -> IntakePacket | None:
    return db.scalar(
        select(IntakePacket)
        .where(IntakePacket.patient_id == patient.id, IntakePacket.code == PacketCode.ASSESSMENT)
        .order_by(IntakePacket.made_at.desc())
        .limit(1)
    )


routes = [
    Route("/candidates", show, name="candidates"),
    Route("/candidates/{id}/acceptance", accept, methods=["POST"], name="accept-candidate"),
    Route("/candidates/{id}/refusal", decline, methods=["POST"], name="decline-candidate"),
]
