"""Two pages of a call and what they say to each other, as the room's script says it.

A signal counts as kept once it was acknowledged while the clinician's page held the visit; then the
other side must have it, however often lines break in between.
"""

import json
import socket
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from bench.reliability.browser import BASE_URL, Browser
from bench.reliability.installation import Installation
from bench.reliability.ledger import Ledger
from bench.reliability.people import Errand, cookies_of

Message = dict[str, Any]
_PATIENCE = 5.0  # seconds


class LineLost(OSError):
    """The socket broke, or said nothing for too long."""


@dataclass
class Page:
    """One page on the line. `heard` keeps what came while something else was waited for."""

    path: str
    cookies: dict[str, str]
    name: str = field(default_factory=lambda: uuid4().hex)
    since: int | None = None
    _socket: ClientConnection | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def arrive(self, url: str) -> Message:
        """Open the socket and say hello; what the welcome says."""
        host, port = url.removeprefix("http://").split(":")
        raw = socket.create_connection((host, int(port)), timeout=_PATIENCE)
        try:
            opening = connect(
                f"ws://{BASE_URL.removeprefix('https://')}{self.path}/socket",
                sock=raw,
                origin=BASE_URL,
                additional_headers={
                    "Cookie": "; ".join(f"{name}={self.cookies[name]}" for name in self.cookies)
                },
                open_timeout=_PATIENCE,
                close_timeout=1,
            )
            self._socket = self._open.enter_context(opening)
        except (OSError, WebSocketException) as error:
            raw.close()
            raise LineLost from error
        self.say(type="hello", page=self.name, since=self.since)
        welcome = self.until("welcome")
        self.since = welcome["since"]
        return welcome

    def say(self, **message: object) -> None:
        """Send one message."""
        try:
            assert self._socket is not None, "arrived"
            self._socket.send(json.dumps(message))
        except (OSError, WebSocketException) as error:
            raise LineLost from error

    def until(self, kind: str, **having: object) -> Message:
        """The next message of a kind; what comes before it is passed over."""
        end = time.monotonic() + _PATIENCE
        while (left := end - time.monotonic()) > 0:
            message = self._next(left)
            if message.get("type") == "signal":
                self.since = max(self.since or 0, message["number"])
            if message.get("type") == kind and having.items() <= message.items():
                return message
        raise LineLost

    def leave(self) -> None:
        """Hang up, whatever state the line is in."""
        self._socket = None
        with suppress(OSError, WebSocketException):
            self._open.close()

    @property
    def is_here(self) -> bool:
        """Whether a line was opened and not yet hung up."""
        return self._socket is not None

    def _next(self, seconds: float) -> Message:
        try:
            assert self._socket is not None, "arrived"
            message: Message = json.loads(self._socket.recv(timeout=seconds))
        except (OSError, WebSocketException) as error:
            raise LineLost from error
        return message


@dataclass
class Calls:
    """A patient and their clinician connect and go on telling each other ways to connect."""

    clinic: Installation
    ledger: Ledger
    errand: Errand
    _peer: str = ""
    _count: int = 0

    def __post_init__(self) -> None:
        self.browser: Browser = self.clinic.browser()
        place = f"/visits/{self.errand.appointment_id}"
        staff = cookies_of(self.clinic.database, self.clinic.people.clinician)
        self._clinician = Page(f"/clinic{place}", staff)
        self.browser.post("/x", data={"t": self.errand.token, "kind": "join"})
        self.browser.post("/x/claim", data={"visit": str(self.errand.appointment_id)})
        self._patient = Page(place, self.browser.cookies)
        for page in (self._clinician, self._patient):
            self.clinic.at_end(page.leave)

    def once(self) -> None:
        """One signal each way, on lines that are opened anew when they broke."""
        try:
            self._connect()
            self._exchange()
            self.ledger.answered("signals", "ack")
        except OSError:
            self._clinician.leave()
            self._patient.leave()
            raise

    def _connect(self) -> None:
        if self._clinician.is_here and self._patient.is_here:
            return
        self._clinician.leave()
        self._patient.leave()
        room = self._clinician.arrive(self.browser.url)["room"]
        self._patient.arrive(self.browser.url)
        self._seat = room["seats"][0]["id"]
        self._patient.say(type="again")
        self._patient.say(type="ping")
        self._patient.until("pong")  # what was offered before is dropped by now
        self._peer = uuid4().hex
        self._clinician.say(type="offer", peer=self._peer, sdp="v=0")
        self._patient.until("offer", peer=self._peer)

    def _exchange(self) -> None:
        self._count += 1
        said = {"type": "signal", "n": self._count, "peer": self._peer}
        way = {"candidates": [f"way {self._count}"]}
        names = [f"{page.name} {self._count}" for page in (self._patient, self._clinician)]
        for name in names:
            self.ledger.asks("signals", name)
        self._patient.say(**said, **way)
        self._patient.until("ack", n=self._count)
        self._clinician.say(**said, **way, seat=self._seat)
        self._clinician.until("ack", n=self._count)
        self._clinician.say(type="ping")
        self._clinician.until("pong")
        for name in names:
            self.ledger.hears("signals", name)
