"""One HTTP exchange after the other: what the `twilio` client is handed to speak through.

Nothing is tried twice, no redirect is followed, nothing is written to any log, and each is over in
ten seconds whatever drips in. A line is kept for the next exchange only while one follows the other
at once: one that died while idle would leave a doubt about the text that met it.
"""

import io
import select
import ssl
import time
from base64 import b64encode
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import socket
from typing import Any
from urllib.parse import urlencode, urlsplit

from app import clock

_TIMEOUT_SECONDS = 10.0
_CONNECT_SECONDS = 4.0
_KEPT_SECONDS = 1.0
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
    """The `twilio` client's way onto the network. Thread-safe."""

    is_async = False

    def __init__(self) -> None:
        self._trust = ssl.create_default_context()
        self._kept: deque[tuple[str, float, HTTPConnection]] = deque(maxlen=1)

    def __del__(self) -> None:
        for _where, _since, line in self._kept:
            line.close()

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
        address = urlsplit(url)
        where = f"{address.scheme}://{address.netloc}"
        line = self._kept_line(where) or self._new_line(where, until)
        try:
            _give_until(line, until)
            line.request(
                method,
                _target(url, params),
                body=urlencode(data, doseq=True).encode() if data else None,
                headers=dict(headers or {}) | _authorization(auth),
            )
            answer = line.getresponse()
            told = _whole(answer)
        except BaseException:
            line.close()
            raise
        self._keep(where, line, answer)
        if told.status_code == 429:
            raise TooManyRequests(_wait(answer.getheader("Retry-After", "")))
        return told

    def _new_line(self, where: str, until: float) -> HTTPConnection:
        address = urlsplit(where)
        host, port = address.hostname or "", address.port
        if address.scheme == "https":
            line: HTTPConnection = HTTPSConnection(
                host, port, timeout=_CONNECT_SECONDS, context=self._trust
            )
        else:
            line = HTTPConnection(host, port, timeout=_CONNECT_SECONDS)
        try:
            line.connect()
        except OSError as error:
            line.close()
            raise NotSent from error
        # A name server may think longer than a claim lives; then another worker may hold the text.
        if time.monotonic() >= until:
            line.close()
            raise NotSent
        return line

    def _kept_line(self, where: str) -> HTTPConnection | None:
        """The line of the exchange before, if it was to the same place just now and is silent.

        One that has something to say was closed by the other side, or is out of step.
        """
        try:
            place, since, line = self._kept.pop()
        except IndexError:
            return None
        if place == where and time.monotonic() - since < _KEPT_SECONDS and _is_silent(line):
            return line
        line.close()
        return None

    def _keep(self, where: str, line: HTTPConnection, answer: HTTPResponse) -> None:
        if answer.will_close or not answer.isclosed() or self._kept:
            line.close()
        else:
            self._kept.append((where, time.monotonic(), line))


def _is_silent(line: HTTPConnection) -> bool:
    watched = select.poll()
    watched.register(line.sock, select.POLLIN)
    return not watched.poll(0)


def _give_until(line: HTTPConnection, until: float) -> None:
    """Both ways: what is sent now, and each piece that is waited for then."""
    line.sock.settimeout(max(until - time.monotonic(), 0.001))
    answering: Any = line

    def answer_of(sock: socket, *given: Any, **named: Any) -> HTTPResponse:
        in_time: Any = _InTime(sock, until)
        return HTTPResponse(in_time, *given, **named)

    answering.response_class = answer_of


class _InTime(io.RawIOBase):
    """What comes in on a line up to a moment (monotonic): one that drips is over as well."""

    def __init__(self, sock: socket, until: float) -> None:
        self._sock, self._until = sock, until
        self._read = sock.makefile("rb", buffering=0)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """As `HTTPResponse` asks a socket for it."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._read.readinto(buffer)

    def close(self) -> None:
        self._read.close()
        super().close()


def _whole(answer: HTTPResponse) -> HttpAnswer:
    raw = answer.read(_LONGEST_ANSWER)
    if answer.length or len(raw) >= _LONGEST_ANSWER:
        raise HTTPException("cut short, or longer than anything that was asked for")
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
