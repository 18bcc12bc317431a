"""The demo's phones, for scripts and for the stage: what arrived, and writing back."""

from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import clock
from app.demo import conversation, people
from app.demo.conversation import Text
from app.demo.posted import posted, to_stage
from app.i18n import gettext as _
from app.messaging import inbound
from app.messaging.models import Message
from app.people import phones
from app.people.models import Patient
from app.refusal import Refusal
from app.scheduling import replies
from app.tasks import desk
from app.tasks.models import TaskCode
from app.web.guards import anyone

_LONGEST = 1600


@anyone
def messages(request: Request, db: Session) -> Response:
    """Every text that arrived, oldest first; with `to`, those that arrived on that phone."""
    clinic = people.house(db).clinic
    found = conversation.texts(db, clinic, request.app.state.settings.base_url)
    if "to" in request.query_params:
        number = conversation.number_in_query(request.query_params["to"])
        found = [text for text in found if text.to == number]
    return JSONResponse([_shape(text) for text in found])


@anyone
def reply(request: Request, db: Session) -> Response:
    """A text from a patient's phone, as if it had come in over Twilio."""
    said = posted(request, limit=8 * 1024)
    body = said.get("body")
    if not isinstance(body, str) or not body.strip() or len(body) > _LONGEST:
        return _refused(400, _("Write a few words, 1600 letters at most."))
    clinic = people.house(db).clinic
    try:
        number = phones.normal(str(said.get("from", "")), clinic.country)
    except Refusal:
        number = ""
    message = inbound.receive(
        db, clinic, number, body.strip(), sid=f"demo-{uuid4()}", at=clock.now()
    )
    if message is None:
        return _refused(404, _("No patient of the demo clinic has this number."))
    db.flush()  # what the words mean is looked up beside the row
    _understand(db, message)
    if "text/html" in request.headers.get("accept", ""):
        return to_stage(to=number)
    return JSONResponse({"id": str(message.id)})


def _understand(db: Session, message: Message) -> None:
    """Twilio answers its own words, so they are only recorded; any other is ours to answer."""
    meaning = conversation.known_word(message.body)
    patient = db.get_one(Patient, message.patient_id)
    if meaning == "stop" and patient.opted_out_at is None:
        patient.opted_out_at = clock.now()
        desk.open_task(db, TaskCode.OPTED_OUT, patient, by=patient)
    elif meaning == "start":
        patient.opted_out_at = None
    elif meaning is None:
        replies.take_in(db, message)


def _shape(text: Text) -> dict[str, Any]:
    return {
        "id": text.id,
        "direction": text.direction.value,
        "to": text.to,
        "from": text.sender,
        "body": text.body,
        "at": text.at.isoformat(),
    }


def _refused(status: int, message: str) -> Response:
    return JSONResponse({"status": status, "message": message}, status)


routes = [
    Route("/demo/messages.json", messages, name="demo:messages"),
    Route("/demo/reply", reply, methods=["POST"], name="demo:reply"),
]
