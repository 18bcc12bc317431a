"""Twilio's webhooks. Whoever calls must have signed for our public address."""

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.messaging import delivery, inbound
from app.messaging.inbound import Raw
from app.messaging.models import Message
from app.web.forms import read_form
from app.web.guards import twilio_only
from app.web.pages import find_or_404

_ALWAYS_SAID = {"From", "To", "Body"}
_NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@twilio_only
def message(request: Request, db: Session) -> Response:
    """A text has come in: it is kept as it is, and understood later.

    Answered at once and with nothing, since Twilio gives up after 15 seconds. A repeat changes
    nothing.
    """
    form = read_form(request)
    sid = _field(form, "MessageSid")
    if not sid or not form.keys() >= _ALWAYS_SAID:
        return Response("", 400)
    media = _field(form, "NumMedia")
    raw = Raw(
        sender=_field(form, "From"),
        to=_field(form, "To"),
        body=_field(form, "Body"),
        answered=_field(form, "OptOutType"),
        pictures=int(media) if media.isdecimal() else 0,
        service=_field(form, "MessagingServiceSid"),
    )
    inbound.store(db, sid, raw)
    return Response(_NOTHING_TO_SAY, media_type="text/xml")


@twilio_only
def status(request: Request, db: Session) -> Response:
    """What became of a text.

    The id in the address is ours, so it also settles a doubt about sending.
    """
    form = read_form(request)
    delivery.apply_status(
        db,
        find_or_404(db, Message, request),
        _field(form, "MessageStatus"),
        _field(form, "ErrorCode"),
        _field(form, "MessageSid"),
    )
    return Response("", 204)


def _field(form: FormData, name: str) -> str:
    return str(form.get(name, ""))


routes = [
    Route("/hooks/twilio/message", message, methods=["POST"], name="twilio-message"),
    Route("/hooks/twilio/status/{id}", status, methods=["POST"], name="twilio-status"),
]
