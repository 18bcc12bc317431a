"""Whether Twilio knows the service, gives it numbers, and calls where we listen."""

import base64
import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from app.cli.checks.finding import Finding, fail, ok, warn
from app.settings import Settings, Sms

_SECONDS = 10
_MOST = 2**20
_TWILIO = "https://messaging.twilio.com"


def sender(settings: Settings) -> Iterator[Finding]:
    """The Messaging Service, as Twilio has it."""
    if settings.sms is not Sms.TWILIO or not settings.twilio_messaging_service_sid:
        return
    of = f"/v1/Services/{settings.twilio_messaging_service_sid}"
    try:
        status, service = _ask(settings, of)
        if status == 200:
            _, listed = _ask(settings, f"{of}/PhoneNumbers?PageSize=1")
    except (OSError, http.client.HTTPException, ValueError) as error:
        yield warn("sender", f"Twilio cannot be asked ({type(error).__name__})")
        return
    if status != 200:
        yield fail("sender", f"{_REFUSALS.get(status, 'Twilio says no')} ({status})")
        return
    yield from _webhook(settings, service)
    if listed.get("phone_numbers"):
        yield ok("sender", "Twilio knows the service, and it has numbers")
    else:
        yield fail("sender", "the Messaging Service has no number: add one in Twilio's console")


def _webhook(settings: Settings, service: dict[str, Any]) -> Iterator[Finding]:
    wanted = f"{settings.base_url}/hooks/twilio/message"
    has = service.get("inbound_request_url")
    if service.get("use_inbound_webhook_on_number") is True:
        words = "numbers have webhooks of their own: choose “Send a webhook” at the service"
        yield fail("replies", words)
    elif has != wanted:
        yield fail("replies", f"Twilio brings them elsewhere: set {wanted} at Integration")
    elif str(service.get("inbound_method", "POST")).upper() != "POST":
        yield fail("replies", "Twilio brings them by GET: choose POST at Integration")
    else:
        yield ok("replies", "Twilio brings them here")


def _ask(settings: Settings, path: str) -> tuple[int, dict[str, Any]]:
    parts = urlsplit(settings.twilio_api_url or _TWILIO)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    token = settings.twilio_auth_token[0].get_secret_value()
    proof = base64.b64encode(f"{settings.twilio_account_sid}:{token}".encode()).decode()
    connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
    with closing(connection):
        connection.request("GET", path, headers={"Authorization": f"Basic {proof}"})
        answer = connection.getresponse()
        found = json.loads(answer.read(_MOST) or b"{}")
    return answer.status, found if isinstance(found, dict) else {}


_REFUSALS = {
    401: "Twilio refuses account and token",
    403: "Twilio refuses account and token",
    404: "Twilio knows no such Messaging Service",
}

CHECKS = (sender,)
