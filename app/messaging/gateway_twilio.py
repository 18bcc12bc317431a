"""Twilio's door: the only module that knows the `twilio` package."""

from datetime import timedelta
from typing import Any

from app.messaging.gateway import Accepted, Answer, Declined, InDoubt, Outgoing, TooFast
from app.settings import Settings

_TIMEOUT_SECONDS = 10
_LONGEST_VALIDITY = 36_000


class TwilioGateway:
    """Sends through a Messaging Service.

    No retries inside: creating a message is not idempotent.
    """

    def __init__(self, settings: Settings) -> None:
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client

        http = TwilioHttpClient(timeout=_TIMEOUT_SECONDS, max_retries=None)
        token = settings.twilio_auth_token[0].get_secret_value()
        self._client: Any = Client(settings.twilio_account_sid, token, http_client=http)
        if settings.twilio_api_url:
            self._client.api.base_url = settings.twilio_api_url
        self._service = settings.twilio_messaging_service_sid
        self._base_url = settings.base_url

    def send(self, outgoing: Outgoing) -> Answer:
        """Create the message, with a callback address that names it. Follows no redirect."""
        from twilio.base.exceptions import TwilioException, TwilioRestException

        wanted: dict[str, Any] = {}
        if outgoing.valid_for is not None:
            seconds = int(outgoing.valid_for.total_seconds())
            wanted["validity_period"] = max(1, min(seconds, _LONGEST_VALIDITY))
        try:
            created = self._client.messages.create(
                to=outgoing.to,
                body=outgoing.body,
                messaging_service_sid=self._service,
                status_callback=f"{self._base_url}/hooks/twilio/status/{outgoing.message_id}",
                **wanted,
            )
        except TwilioRestException as error:
            return _said_no(error.status, str(error.code or error.status))
        except (TwilioException, OSError, ValueError, AttributeError, TypeError):
            # Time-outs and cut lines arrive as OSError (requests), half answers as ValueError,
            # JSON that is no receipt as the others.
            return InDoubt()
        return Accepted(created.sid) if created.sid else InDoubt()


def _said_no(status: int, code: str) -> Answer:
    if status == 429:
        return TooFast(timedelta(seconds=5))
    if status >= 500:
        return InDoubt()
    return Declined(code)


def is_genuine(settings: Settings, path: str, form: Any, signature: str) -> bool:
    """Whether a webhook was signed for our public address, with any of the tokens in use."""
    from twilio.request_validator import RequestValidator

    address = settings.base_url + path
    return any(
        RequestValidator(token.get_secret_value()).validate(address, form, signature)
        for token in settings.twilio_auth_token
    )
