"""Twilio's webhooks. Whoever calls must have signed for our public address."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.messaging import delivery
from app.messaging.gateway_twilio import is_genuine
from app.messaging.models import Message
from app.web.forms import read_form
from app.web.guards import anyone
from app.web.pages import find_or_404


@anyone
def status(request: Request, db: Session) -> Response:
    """What became of a text.

    The id in the address is ours, so it also settles a doubt about sending.
    """
    form = read_form(request)
    signature = request.headers.get("x-twilio-signature", "")
    if not is_genuine(request.app.state.settings, request.url.path, form, signature):
        return Response("", 403)
    message = find_or_404(db, Message, request)
    delivery.apply_status(
        db,
        message,
        str(form.get("MessageStatus", "")),
        str(form.get("ErrorCode", "")),
        str(form.get("MessageSid", "")),
    )
    return Response("", 204)


routes = [Route("/hooks/twilio/status/{id}", status, methods=["POST"], name="twilio-status")]
