"""The texts with a patient, read from another system: oldest first, a page at a time."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload
from starlette.requests import Request
from starlette.responses import Response

from app.messaging.models import Message, MessageStatus
from app.web.fhir import communication as mapping
from app.web.fhir import searching
from app.web.fhir.door import bearer_only, note_view
from app.web.fhir.outcome import Fault, respond
from app.web.fhir.searching import PAGE, Asked
from app.web.pages import find_or_404, not_found

_USUAL, _MOST = 50, 200
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
    wanted, after = _count(asked), _after(asked)
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


def _count(asked: Asked) -> int:
    """How many on a page. None at all asks for the total alone."""
    said = asked.values.get("_count", str(_USUAL))
    if not (said.isascii() and said.isdecimal()):
        raise Fault(400, "_count is a number.")
    return min(int(said[:9]), _MOST)


def _mark(message: Message) -> str:
    """Where the next page begins, whatever is sent or withdrawn until it is asked for."""
    return f"{(message.sent_at or message.due_at).isoformat()}_{message.id}"


def _after(asked: Asked) -> list[ColumnElement[bool]]:
    """What comes after the mark of the page before."""
    if PAGE not in asked.values:
        return []
    said_at, _, last = asked.values[PAGE].partition("_")
    try:
        moment, last_id = datetime.fromisoformat(said_at).astimezone(UTC), UUID(last)
    except (ValueError, OverflowError):
        raise Fault(400, "There is no such page. Begin anew.") from None
    return [or_(_said_at > moment, and_(_said_at == moment, Message.id > last_id))]
