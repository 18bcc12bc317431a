"""The HTTP side: checks each request's shape, and answers as the text's turn says."""

import json
import os
import socket
import struct
import sys
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.twilio_standin import shape
from tests.twilio_standin.shelf import Text, resource
from tests.twilio_standin.turns import Calls, Fault, Turn

if TYPE_CHECKING:
    from tests.twilio_standin.standin import StandIn


class Server(ThreadingHTTPServer):
    """Listens on a port, a free one for 0."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, standin: "StandIn", port: int) -> None:
        self.standin = standin
        super().__init__(("127.0.0.1", port), _Exchange)

    def handle_error(self, *_: object) -> None:
        """Somebody was killed, or gave up, while being answered: nothing to say about it."""
        if not isinstance(sys.exc_info()[1], OSError):
            self.standin.faults_seen.append(f"crash: {sys.exc_info()[1]!r}")


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        standin = self.server.standin
        length = int(self.headers.get("Content-Length", 0))
        form = parse_qs(self.rfile.read(length).decode(), keep_blank_values=True)
        if not self._is_let_in():
            return
        if self.path != f"/2010-04-01/Accounts/{standin.account}/Messages.json":
            self._refuse(404, "20404", "no such resource")
        elif wrong := shape.wrong_with_creation(self.headers, form):
            standin.faults_seen.append(wrong)
            self._refuse(400, "21602", wrong)
        elif code := standin.unknown_sender({name: values[0] for name, values in form.items()}):
            self._refuse(400, code, "this account has no such sender")
        else:
            turn, text = standin.create({name: values[0] for name, values in form.items()})
            try:
                standin.stopping.wait(turn.pause)
                self._answer(turn, text)
            finally:
                if text is not None and turn.calls is not Calls.EARLY:
                    standin.tell(text, turn)

    def do_GET(self) -> None:
        standin = self.server.standin
        if not self._is_let_in():
            return
        if standin.is_mute:
            self._refuse(503, "20503", "Service unavailable")
            return
        asked = urlsplit(self.path)
        query = parse_qs(asked.query, keep_blank_values=True)
        home = f"/2010-04-01/Accounts/{standin.account}/Messages"
        if asked.path == f"{home}.json":
            if wrong := shape.wrong_with_values(shape.LIST, query):
                standin.faults_seen.append(wrong)
                self._refuse(400, "20001", wrong)
            else:
                wanted = {name: values[0] for name, values in query.items()}
                self._reply(200, standin.shelf.page(asked.path, wanted))
            return
        sid = asked.path.removeprefix(f"{home}/").removesuffix(".json")
        text = standin.shelf.get(sid)
        if text is None:
            self._refuse(404, "20404", "no such message")
        else:
            self._reply(200, resource(text, f"{home}.json"))

    def _is_let_in(self) -> bool:
        standin = self.server.standin
        if shape.is_signed_in(self.headers, standin.account, standin.token):
            return True
        standin.faults_seen.append("not signed in")
        self._refuse(401, "20003", "Authenticate")
        return False

    def _answer(self, turn: Turn, text: Text | None) -> None:
        receipt = resource(text, self.path) if text else {}
        match turn.fault:
            case Fault.NONE:
                self._reply(201, receipt)
            case Fault.BAD_JSON:
                self._reply(201, b'{"sid": "SM')
            case Fault.HALF_BODY:
                self._half(receipt)
            case Fault.TRICKLE:
                self._trickle(receipt, turn.wait)
            case Fault.RESET_BEFORE | Fault.RESET_AFTER:
                self._reset()
            case Fault.STALL_BEFORE | Fault.STALL_AFTER:
                self.server.standin.stopping.wait(turn.wait)
                self._reset()
            case _:
                self._say_no(turn)

    def _say_no(self, turn: Turn) -> None:
        match turn.fault:
            case Fault.REFUSED:
                self._refuse(turn.status, turn.code, "no")
            case Fault.TOO_FAST:
                wait = {"Retry-After": str(int(turn.wait))}
                self._refuse(429, "20429", "Too Many Requests", wait)
            case Fault.REDIRECT:
                self._reply(307, {}, {"Location": self.server.standin.url + self.path})
            case _:
                self._refuse(500, "20500", "An internal server error has occurred")

    def _refuse(
        self, status: int, code: str, why: str, headers: Mapping[str, str] | None = None
    ) -> None:
        said = {
            "code": int(code) if code else None,
            "message": why,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }
        self._reply(status, said, headers)

    def _reply(self, status: int, said: object, headers: Mapping[str, str] | None = None) -> None:
        raw = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)
        self.wfile.flush()

    def _half(self, receipt: object) -> None:
        raw = json.dumps(receipt).encode()
        self.wfile.write(b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n" % len(raw))
        self.wfile.write(raw[: len(raw) // 2])
        self.wfile.flush()
        self._hang_up()

    def _trickle(self, receipt: object, seconds: float) -> None:
        raw = json.dumps(receipt).encode()
        self.wfile.write(b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n" % len(raw))
        pause = seconds / len(raw)
        with suppress(OSError):  # nobody may wait for the rest
            for place in range(len(raw)):
                self.wfile.write(raw[place : place + 1])
                self.wfile.flush()
                if self.server.standin.stopping.wait(pause):
                    break
        self._hang_up()

    def _reset(self) -> None:
        """Gone with a reset instead of a farewell."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)

    def log_message(self, *_: object) -> None:
        pass
