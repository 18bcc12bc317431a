"""The texts with a patient, read from another system: oldest first, a page at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload
from starlette.requests import Request
from starlette.responses import Response

from app.db.base import UTCDateTime
from app.messaging.models import Message, MessageStatus
from app.web.fhir import communication as mapping
from app.web.fhir import finding, versions
from app.web.fhir.door import bearer_only, note_view
from app.web.fhir.finding import Conditions, Kind
from app.web.fhir.searching import Asked
from app.web.pages import find_or_404, not_found

# When it was said; of what still waits, when it is to be.
_said_at = func.coalesce(Message.sent_at, Message.due_at, type_=UTCDateTime())


@bearer_only
def search(request: Request, db: Session) -> Response:
    """A patient's thread, oldest first. What was withdrawn before it left is no part of it.

    Looking is written into the audit trail, once for all pages.
    """
    return finding.search(request, db, KIND)


@bearer_only
def show(request: Request, db: Session) -> Response:
    """One text with a patient. Those to staff, and withdrawn ones, are as unknown as none."""
    clinic = request.state.clinic
    message = find_or_404(db, Message, request, clinic_id=clinic.id)
    withdrawn = message.status is MessageStatus.CANCELLED and message.sent_at is None
    if message.patient is None or withdrawn:
        not_found()
    note_view(request, message.patient)
    return versions.answer(request, mapping.written(message, clinic))


def _query() -> Select[Message]:
    return select(Message).options(joinedload(Message.written_by))


def _told(request: Request, _db: Session, found: Sequence[Message]) -> list[dict[str, Any]]:
    return [mapping.written(message, request.state.clinic) for message in found]


def _conditions(_request: Request, _db: Session, _asked: Asked) -> Conditions:
    is_not_withdrawn = or_(Message.status != MessageStatus.CANCELLED, Message.sent_at.is_not(None))
    return [Message.patient_id.is_not(None), is_not_withdrawn]


def _said(message: Message) -> datetime:
    return message.sent_at or message.due_at


KIND = Kind(
    name="Communication",
    model=Message,
    query=_query,
    moment=_said_at,
    moment_of=_said,
    changed=func.coalesce(Message.changed_at, Message.made_at, type_=UTCDateTime()),
    told=_told,
    conditions=_conditions,
    patient_id=Message.patient_id.expression,
    patients_of=lambda _db, found: {message.patient_id for message in found},
    needs=("subject", "patient"),
)
