"""The demo's phones, for scripts and for the stage: what arrived, and writing back."""

from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.demo import conversation, people
from app.demo.conversation import Text
from app.demo.posted import posted, to_stage
from app.i18n import gettext as _
from app.messaging import inbound
from app.messaging.inbound import Raw
from app.messaging.models import Message
from app.people import phones
from app.refusal import Refusal
from app.replies import taking_in
from app.web.guards import anyone

_LONGEST = 1600


@anyone
def messages(request: Request, db: Session) -> Response:
    """Every text that arrived, oldest first; with `to`, those that arrived on that phone."""
    clinic = people.clinic(db)
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
    clinic = people.clinic(db)
    try:
        number = phones.normal(str(said.get("from", "")), clinic.country)
    except Refusal:
        return _refused(404, _("Nobody can write from this number."))
    message = come_in(db, number, clinic.phone, body.strip())
    if "text/html" in request.headers.get("accept", ""):
        return to_stage(to=number)
    return JSONResponse({"id": str(message.id)})


def come_in(db: Session, number: str, to: str, body: str) -> Message:
    """A text takes the road of any other, all of it at once: stored as it came, then understood."""
    text = inbound.store(db, f"demo-{uuid4()}", Raw(sender=number, to=to, body=body))
    assert text is not None, "no two are alike"
    message = taking_in.understand(db, text)
    assert message is not None, "nobody else knows of it yet"
    return message


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
