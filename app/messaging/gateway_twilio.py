"""Twilio's door: the only module that knows the `twilio` package."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property
from http.client import HTTPException
from typing import Any

from app.messaging.gateway import (
    Accepted,
    Answer,
    Declined,
    InDoubt,
    Outgoing,
    Received,
    Report,
    TooFast,
    Unreachable,
)
from app.messaging.one_exchange import NotSent, OneExchange, TooManyRequests
from app.settings import Settings

_LONGEST_VALIDITY = 36_000
_PAUSE = timedelta(seconds=10)  # when no line to Twilio could be opened
_CLOCKS_DIFFER = timedelta(seconds=30)
_A_FEW = 100
_MOST_PER_PAGE = 1000
_SIDS = ("MessageSid", "SmsSid", "AccountSid", "MessagingServiceSid")
_SID_LENGTH = 34
_NUMBERS = ("From", "To")
# What half answers and answers of another shape raise on their way through the client.
_GARBLED = (OSError, HTTPException, ValueError, AttributeError, TypeError, KeyError, RecursionError)


class TwilioGateway:
    """Sends through the installation's Messaging Service, or by a clinic's own service or number.

    No retries inside: creating a message is not idempotent.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._service = settings.twilio_messaging_service_sid
        self._base_url = settings.base_url
        self.name = settings.twilio_messaging_service_sid
        self.segments_per_second: float | None = settings.twilio_segments_per_second

    @cached_property
    def _client(self) -> Any:
        """Made when something is first sent: a process that only shows pages goes without."""
        from twilio.rest import Client

        token = self._settings.twilio_auth_token[0].get_secret_value()
        client = Client(self._settings.twilio_account_sid, token, http_client=OneExchange())
        if self._settings.twilio_api_url:
            client.api.base_url = self._settings.twilio_api_url
        return client

    def send(self, outgoing: Outgoing) -> Answer:
        """Create the message, with a callback address that names it. Follows no redirect."""
        from twilio.base.exceptions import TwilioException

        wanted: dict[str, Any] = {}
        if outgoing.valid_for is not None:
            seconds = int(outgoing.valid_for.total_seconds())
            wanted["validity_period"] = max(1, min(seconds, _LONGEST_VALIDITY))
        try:
            created = self._client.messages.create(
                to=outgoing.to,
                body=outgoing.body,
                status_callback=f"{self._base_url}/hooks/twilio/status/{outgoing.message_id}",
                **self._by(outgoing.sender),
                **wanted,
            )
        except NotSent:
            return TooFast(_PAUSE, every_sender=True)
        except TooManyRequests as error:
            return TooFast(timedelta(seconds=error.wait_seconds))
        except TwilioException as error:
            return _said_no(error)
        except _GARBLED:
            return InDoubt()
        return Accepted(created.sid) if isinstance(created.sid, str) else InDoubt()

    def _by(self, sender: str) -> dict[str, str]:
        if sender and not sender.startswith("MG"):
            return {"from_": sender}
        return {"messaging_service_sid": sender or self._service}

    def find(self, to: str, body: str, since: datetime) -> list[str]:
        """Newest first.

        Asks by number alone: a text that still waits at Twilio has no sending date to ask by.
        """
        since -= _CLOCKS_DIFFER
        return [
            message.sid
            for message in self._listed(since, to=to, page_size=_A_FEW)
            if message.direction != "inbound" and message.to == to and message.body == body
        ]

    def fetch(self, sid: str) -> Report | None:
        """One status, as the callbacks would have told it."""
        from twilio.base.exceptions import TwilioException

        try:
            message = self._client.messages(sid).fetch()
        except TwilioException as error:
            if getattr(error, "status", 0) == 404:
                return None
            raise Unreachable from error
        except (NotSent, TooManyRequests, *_GARBLED) as error:
            raise Unreachable from error
        if not isinstance(message.status, str):
            raise Unreachable
        return Report(sid, message.status, str(message.error_code or ""))

    def received_since(self, since: datetime) -> list[Received]:
        """To whatever number of this account, whichever service it belongs to."""
        listed = self._listed(since, date_sent_after=since, page_size=_MOST_PER_PAGE)
        return [
            Received(
                message.sid,
                message.from_,
                message.to,
                message.body or "",
                message.date_created,
                message.messaging_service_sid or "",
            )
            for message in listed
            if message.direction == "inbound"
        ]

    def _listed(self, since: datetime, **wanted: Any) -> Iterator[Any]:
        """Messages made since then. The list is newest first: a page without any is the last."""
        from twilio.base.exceptions import TwilioException

        floor = since.replace(microsecond=0)  # Twilio's moments are whole seconds
        try:
            page = self._client.messages.page(**wanted)
            while page is not None:
                recent = [message for message in page if message.date_created >= floor]
                if not recent:
                    return
                yield from recent
                page = page.next_page()
        except (TwilioException, NotSent, TooManyRequests, *_GARBLED) as error:
            raise Unreachable from error


def _said_no(error: Any) -> Answer:
    # The client has two kinds of refusal, by the form in which Twilio tells it.
    status, code = getattr(error, "status", 0), getattr(error, "code", None)
    if not isinstance(status, int) or not 300 <= status < 500 or status == 408:
        return InDoubt()
    return Declined(str(code or status))


def is_genuine(settings: Settings, path: str, form: Any, signature: str) -> bool:
    """Whether a webhook was signed for our public address, with any of the tokens in use.

    `path` is what was asked for behind our host, its query included.
    """
    from twilio.request_validator import RequestValidator

    address = settings.base_url + path
    return _is_whole(form) and any(
        RequestValidator(token.get_secret_value()).validate(address, form, signature)
        for token in settings.twilio_auth_token
    )


def _is_whole(form: Any) -> bool:
    """Whether each parameter ends where it should.

    What is signed runs names and values together. Whoever saw a request could let one of them
    swallow the next, so that an old text looked like a new one, or like somebody else's.
    """
    sids = (str(form.get(name, "")) for name in _SIDS)
    numbers = (str(form.get(name, "")) for name in _NUMBERS)
    return all(len(sid) <= _SID_LENGTH for sid in sids) and not any(
        letter.isalpha() for number in numbers for letter in number
    )
