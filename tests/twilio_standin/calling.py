"""How the stand-in calls us: status callbacks and inbound webhooks, signed, never tried twice."""

import heapq
import threading
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException
from itertools import count
from urllib.parse import urlencode, urlsplit

from tests.twilio_standin.signature import sign

Deliver = Callable[[str, Mapping[str, str], str], int]


def over_http(instead: str | None) -> Deliver:
    """Deliver to an address's own host, or to `instead` (scheme, host, port) in its name.

    Answers with the status, or with 0 when nobody took the call.
    """

    def deliver(address: str, form: Mapping[str, str], signature: str) -> int:
        asked, real = urlsplit(address), urlsplit(instead or address)
        line = HTTPConnection(real.hostname or "", real.port or 80, timeout=15)
        try:
            line.request(
                "POST",
                asked.path,
                urlencode(form).encode(),
                {
                    "Host": asked.netloc,
                    "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
                    "User-Agent": "TwilioProxy/1.1",
                    "X-Twilio-Signature": signature,
                    "I-Twilio-Idempotency-Token": "00000000-0000-0000-0000-000000000000",
                },
            )
            answer = line.getresponse()
            answer.read()
            return answer.status
        except (OSError, HTTPException):
            return 0
        finally:
            line.close()

    return deliver


class Caller:
    """Makes calls at their time, a few at once. `statuses` counts what was answered."""

    def __init__(self, token: str, deliver: Deliver, threads: int = 4) -> None:
        self.token = token
        self.deliver = deliver
        self.statuses: dict[int, int] = {}
        self._waiting: list[tuple[float, int, str, dict[str, str]]] = []
        self._order = count()
        self._busy = 0
        self._changed = threading.Condition()
        self._stopped = False
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def call(self, address: str, form: Mapping[str, str]) -> int:
        """Call now, and wait for the answer."""
        status = self.deliver(address, form, sign(self.token, address, form))
        with self._changed:
            self.statuses[status] = self.statuses.get(status, 0) + 1
        return status

    def call_later(self, address: str, form: Mapping[str, str], wait: float = 0) -> None:
        """Call after so many seconds, from a thread of its own."""
        with self._changed:
            at = time.monotonic() + wait
            heapq.heappush(self._waiting, (at, next(self._order), address, dict(form)))
            self._changed.notify()

    def is_idle(self) -> bool:
        """Whether every call was made and answered."""
        with self._changed:
            return not self._waiting and not self._busy

    def stop(self) -> None:
        """Make no more calls."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(20)

    def _work(self) -> None:
        while (due := self._next()) is not None:
            try:
                self.call(*due)
            finally:
                with self._changed:
                    self._busy -= 1

    def _next(self) -> tuple[str, dict[str, str]] | None:
        with self._changed:
            while not self._stopped:
                if not self._waiting:
                    self._changed.wait()
                    continue
                left = self._waiting[0][0] - time.monotonic()
                if left <= 0:
                    self._busy += 1
                    return heapq.heappop(self._waiting)[2:]
                self._changed.wait(left)
        return None
