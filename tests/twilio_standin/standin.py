"""The stand-in itself: what it was told to do, what it saw, what it calls."""

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.twilio_standin.calling import Caller, Deliver, over_http
from tests.twilio_standin.exchange import Server
from tests.twilio_standin.ledger import Broken
from tests.twilio_standin.shelf import Shelf, Text, written_in
from tests.twilio_standin.turns import Calls, Turn

OUR_NUMBER = "+13125550100"  # the one number in the service's pool, unless said otherwise
NO_SUCH_SENDER = {"From": "21660", "MessagingServiceSid": "21701"}


class StandIn:
    """Twilio for one account.

    `turns` are the next creations' turns in order; when it is empty, `usual` says. `faults_seen`
    holds every request that was not of the documented shape. Calls go to `instead` when given
    (scheme, host, port) in the name of the address they were asked to, or through `deliver`.
    `senders`: the numbers of each further service, and under "" those of none.
    """

    def __init__(
        self,
        *,
        account: str = "AC" + "b" * 32,
        token: str = "current-token",
        service: str = "MG" + "c" * 32,
        senders: Mapping[str, Collection[str]] | None = None,
        port: int = 0,
        ledger: Path | None = None,
        webhook: str = "https://afterglow.test/hooks/twilio/message",
        instead: str | None = None,
        deliver: Deliver | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.account, self.token, self.service, self.webhook = account, token, service, webhook
        self.senders = {service: [OUR_NUMBER], **(senders or {})}
        self.turns: deque[Turn] = deque()
        self.usual: Callable[[Mapping[str, str]], Turn] = lambda _: Turn()
        self.faults_seen: list[str] = []
        self.posts: list[Mapping[str, str]] = []  # every creation asked for, taken or not
        self.shelf = Shelf(ledger, now)
        self._ledger = ledger
        self.caller = Caller(token, over_http(instead) if deliver is None else deliver)
        self.is_mute = False  # whether it answers no question (GET) just now
        self.stopping = threading.Event()
        self._untold: set[str] = set()  # taken, but their calls are not yet ordered
        self._server = Server(self, port)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def __enter__(self) -> "StandIn":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """What `twilio_api_url` is set to."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Cut whatever hangs, and be gone."""
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.caller.stop()
        self.shelf.close()

    def made(self) -> list[Text]:
        """Every outbound text that exists, oldest first."""
        return [text for text in self.shelf.all() if text.direction != "inbound"]

    def agrees_with_ledger(self) -> bool:
        """Whether the ledger's chain holds and tells of every text what is remembered here."""
        if self._ledger is None:
            return False
        try:
            return written_in(self._ledger) == {text.sid: text for text in self.shelf.all()}
        except Broken:
            return False

    def copies(self) -> dict[str, list[Text]]:
        """The outbound texts by the row of ours that they name."""
        rows: dict[str, list[Text]] = {}
        for text in self.made():
            rows.setdefault(text.names, []).append(text)
        return rows

    def text_in(
        self, sender: str, body: str, *, to: str = OUR_NUMBER, calls: int = 1, **more: str
    ) -> tuple[Text, list[int]]:
        """A text from a phone. The webhook is called so often; what it answered comes back."""
        text = self.shelf.add(
            direction="inbound",
            to=to,
            sender=sender,
            body=body,
            status="received",
            service=self.service_of(to),
        )
        self.shelf.becomes(text.sid, "received")
        form = self.webhook_form(text) | more
        return text, [self.caller.call(self.webhook, form) for _ in range(calls)]

    def service_of(self, number: str) -> str:
        """The service whose pool a number of ours is in; "": none's."""
        pools = (service for service, numbers in self.senders.items() if number in numbers)
        return next(pools, "")

    def unknown_sender(self, form: Mapping[str, str]) -> str:
        """Twilio's code for a sender that this account does not have; "" where it has it."""
        numbers = {number for pool in self.senders.values() for number in pool}
        if "From" in form and form["From"] not in numbers:
            return NO_SUCH_SENDER["From"]
        service = form.get("MessagingServiceSid")
        if service is not None and service not in self.senders:
            return NO_SUCH_SENDER["MessagingServiceSid"]
        return ""

    def webhook_form(self, text: Text) -> dict[str, str]:
        """What the webhook for a text that came in carries; a service where the number has one."""
        form = {
            "ToCountry": "US",
            "ToState": "IL",
            "SmsMessageSid": text.sid,
            "NumMedia": "0",
            "SmsSid": text.sid,
            "SmsStatus": "received",
            "Body": text.body,
            "FromCountry": "US",
            "To": text.to,
            "NumSegments": "1",
            "MessageSid": text.sid,
            "AccountSid": self.account,
            "From": text.sender,
            "ApiVersion": "2010-04-01",
        }
        return form | ({"MessagingServiceSid": text.service} if text.service else {})

    def settle(self, seconds: float = 10) -> bool:
        """Wait until every call that is due to come was made; False when it took longer."""
        end = time.monotonic() + seconds
        while self._untold or not self.caller.is_idle():
            if time.monotonic() > end:
                return False
            time.sleep(0.002)
        return True

    def create(self, form: Mapping[str, str]) -> tuple[Turn, Text | None]:
        """Take one creation's turn; the text when the turn takes it."""
        self.posts.append(form)
        try:
            turn = self.turns.popleft()
        except IndexError:
            turn = self.usual(form)
        if not turn.fault.takes:
            return turn, None
        text = self.shelf.add(
            direction="outbound-api",
            to=form["To"],
            sender=form.get("From", ""),  # a service chooses its number when it sends
            body=form["Body"],
            status="accepted",
            service=form.get("MessagingServiceSid", ""),
            callback=form.get("StatusCallback", ""),
        )
        self._untold.add(text.sid)
        if turn.calls is Calls.EARLY:
            self.tell(text, turn)
        return turn, text

    def tell(self, text: Text, turn: Turn) -> None:
        """Move a text on to its end, and call for every step as the turn says."""
        forms = []
        for word in turn.words:
            code = turn.code if word in ("undelivered", "failed") else ""
            text = self.shelf.becomes(text.sid, word, code)
            forms.append(self._callback_form(text, word, code))
        if text.callback:
            self._order_calls(text.callback, forms, turn)
        self._untold.discard(text.sid)

    def _order_calls(self, address: str, forms: list[dict[str, str]], turn: Turn) -> None:
        match turn.calls:
            case Calls.NEVER:
                forms = []
            case Calls.REVERSED:
                forms = forms[::-1]
            case Calls.TWICE:
                forms = [form for form in forms for _ in (1, 2)]
        for form in forms:
            if turn.calls is Calls.EARLY:
                self.caller.call(address, form)
            else:
                wait = turn.wait if turn.calls is Calls.LATE else 0
                self.caller.call_later(address, form, wait)

    def _callback_form(self, text: Text, word: str, code: str) -> dict[str, str]:
        form = {
            "SmsSid": text.sid,
            "SmsStatus": word,
            "MessageStatus": word,
            "To": text.to,
            "MessageSid": text.sid,
            "AccountSid": self.account,
            "From": text.sender or next(iter(self.senders.get(text.service, ())), OUR_NUMBER),
            "ApiVersion": "2010-04-01",
        }
        if text.service:
            form["MessagingServiceSid"] = text.service
        return form | ({"ErrorCode": code} if code else {})
