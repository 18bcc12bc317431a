"""One HTTP exchange on a line of its own: what the `twilio` client is handed to speak through.

Nothing is tried twice, no redirect is followed, nothing is written to any log, and it is over in
ten seconds whatever drips in. A line is not kept: one that died while idle would leave a doubt
about every text that met it.
"""

import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import SHUT_RDWR, socket
from urllib.parse import urlencode, urlsplit

from app import clock

_TIMEOUT_SECONDS = 10.0
_CONNECT_SECONDS = 4.0
_LONGEST_ANSWER = 4 * 1024 * 1024
_LONGEST_WAIT_SECONDS = 900
_USUAL_WAIT_SECONDS = 5


class NotSent(Exception):
    """No line could be opened in time: not a word has left."""


class TooManyRequests(Exception):
    """Refused for haste, unprocessed. `wait_seconds` is when to come back."""

    def __init__(self, wait_seconds: float) -> None:
        super().__init__()
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class HttpAnswer:
    """An answer as the `twilio` client reads it."""

    status_code: int
    text: str
    headers: Mapping[str, str]


class OneExchange:
    """The `twilio` client's way onto the network."""

    is_async = False

    def __init__(self) -> None:
        self._trust = ssl.create_default_context()

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002  the client's own word; ours is the rule
        allow_redirects: bool = False,  # noqa: ARG002
    ) -> HttpAnswer:
        """Ask once.

        Raises NotSent, TooManyRequests, and OSError or HTTPException when the line broke or
        the answer did not come whole and in time: whether it was processed is unknown then.
        """
        until = time.monotonic() + _TIMEOUT_SECONDS
        line = self._line(url)
        watch = threading.Timer(_TIMEOUT_SECONDS, _cut, [line])
        watch.daemon = True
        watch.start()
        try:
            _connect(line, until)
            line.request(
                method,
                _target(url, params),
                body=urlencode(data, doseq=True).encode() if data else None,
                headers=dict(headers or {}) | _authorization(auth),
            )
            return _whole(line.getresponse())
        finally:
            watch.cancel()
            line.close()

    def _line(self, url: str) -> HTTPConnection:
        address = urlsplit(url)
        host, port = address.hostname or "", address.port
        if address.scheme == "https":
            return HTTPSConnection(host, port, timeout=_CONNECT_SECONDS, context=self._trust)
        return HTTPConnection(host, port, timeout=_CONNECT_SECONDS)


def _connect(line: HTTPConnection, until: float) -> None:
    try:
        line.connect()
    except OSError as error:
        raise NotSent from error
    left = until - time.monotonic()
    # A name server may think longer than a claim lives; then another worker may hold the text.
    if left <= 0:
        raise NotSent
    line.sock.settimeout(left)


def _cut(line: HTTPConnection) -> None:
    """End a line that drips. Its reader wakes up to an end of file."""
    if isinstance(line.sock, socket):
        try:
            # Past TLS, whose own farewell would wait for the other side.
            socket.shutdown(line.sock, SHUT_RDWR)
        except OSError:
            return


def _whole(answer: HTTPResponse) -> HttpAnswer:
    raw = answer.read(_LONGEST_ANSWER)
    if answer.length or len(raw) >= _LONGEST_ANSWER:
        raise HTTPException("cut short, or longer than anything that was asked for")
    if answer.status == 429:
        raise TooManyRequests(_wait(answer.getheader("Retry-After", "")))
    return HttpAnswer(answer.status, raw.decode(), dict(answer.getheaders()))


def _wait(said: str) -> float:
    """Retry-After in seconds, whether it said a number or a moment."""
    try:
        seconds = float(said) if said.strip().isdigit() else _until(said)
    except (ValueError, TypeError):
        seconds = _USUAL_WAIT_SECONDS
    return max(1, min(seconds, _LONGEST_WAIT_SECONDS))


def _until(moment: str) -> float:
    return (parsedate_to_datetime(moment) - clock.machine_now()).total_seconds()


def _target(url: str, params: Mapping[str, object] | None) -> str:
    address = urlsplit(url)
    queries = [query for query in (address.query, urlencode(params or {}, doseq=True)) if query]
    return "?".join([address.path or "/", *(["&".join(queries)] if queries else [])])


def _authorization(auth: tuple[str, str] | None) -> dict[str, str]:
    if auth is None:
        return {}
    return {"Authorization": "Basic " + b64encode(":".join(auth).encode()).decode()}
