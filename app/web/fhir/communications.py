"""The texts with a patient, read from another system: oldest first, a page at a time."""

from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload
from starlette.requests import Request
from starlette.responses import Response

from app.messaging.models import Message, MessageStatus
from app.people.models import Patient
from app.web.fhir import communication as mapping
from app.web.fhir import paging, searching
from app.web.fhir.door import bearer_only, note_view
from app.web.fhir.outcome import respond
from app.web.pages import find_or_404, not_found

# When it was said; of what still waits, when it is to be.
_said_at = func.coalesce(Message.sent_at, Message.due_at)
_NOT_WITHDRAWN = or_(Message.status != MessageStatus.CANCELLED, Message.sent_at.is_not(None))


@bearer_only
def search(request: Request, db: Session) -> Response:
    """A patient's thread, oldest first. What was withdrawn before it left is no part of it.

    Looking is written into the audit trail, once for all pages.
    """
    asked = searching.read(request, "Communication")
    patient = searching.patient_of(request, db, asked, "subject", "patient")
    wanted, after = paging.count(asked), paging.after(asked, _said_at, Message.id)
    if not after:
        note_view(request, patient)
    is_theirs = (Message.patient_id == patient.id, _NOT_WITHDRAWN)
    total = db.scalar(select(func.count()).select_from(Message).where(*is_theirs))
    found: list[Message] = []
    if wanted:
        query = select(Message).where(*is_theirs, *after)
        query = query.options(joinedload(Message.written_by)).order_by(_said_at, Message.id)
        found = list(db.scalars(query.limit(wanted + 1)))
    shown, clinic = found[:wanted], request.state.clinic
    return searching.bundle(
        request,
        asked,
        [mapping.written(message, clinic) for message in shown],
        total=total,
        next_page=_mark(shown[-1]) if len(found) > wanted else None,
    )


def of_patient(request: Request, db: Session, patient: Patient) -> list[dict[str, Any]]:
    """A patient's whole thread as FHIR, oldest first."""
    found = db.scalars(
        select(Message)
        .options(joinedload(Message.written_by))
        .where(Message.patient_id == patient.id, _NOT_WITHDRAWN)
        .order_by(_said_at, Message.id)
    )
    return [mapping.written(message, request.state.clinic) for message in found]


@bearer_only
def show(request: Request, db: Session) -> Response:
    """One text with a patient. Those to staff, and withdrawn ones, are as unknown as none."""
    clinic = request.state.clinic
    message = find_or_404(db, Message, request, clinic_id=clinic.id)
    withdrawn = message.status is MessageStatus.CANCELLED and message.sent_at is None
    if message.patient is None or withdrawn:
        not_found()
    note_view(request, message.patient)
    return respond(mapping.written(message, clinic))


def _mark(message: Message) -> str:
    return paging.mark(message.sent_at or message.due_at, message.id)
