"""The real `twilio` client against a small real server that speaks its Messages resource."""

import json
import socket
import threading
import time
from base64 import b64decode
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs
from uuid import uuid4

import pytest

from app.messaging import one_exchange
from app.messaging.gateway import Accepted, Declined, InDoubt, Outgoing, TooFast
from app.messaging.gateway_twilio import TwilioGateway, is_genuine
from app.settings import Settings

SID = "SM" + "a" * 32


class Exchange(BaseHTTPRequestHandler):
    """Writes down every request before it answers as the test wants."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        form = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.ledger.append((self.path, dict(self.headers), parse_qs(form)))
        self.server.answer(self)

    def do_GET(self):
        self.server.ledger.append((self.path, dict(self.headers), {}))
        self.reply(200, {})

    def reply(self, status, body, **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_):
        pass


@contextmanager
def serving(answer):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
    server.daemon_threads = True
    server.ledger, server.answer = [], answer
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def settings(server=None, **differs):
    values = {
        "base_url": "https://afterglow.test",
        "sms": "twilio",
        "twilio_account_sid": "AC" + "b" * 32,
        "twilio_auth_token": "current-token,older-token",
        "twilio_messaging_service_sid": "MG" + "c" * 32,
    }
    if server is not None:
        values["twilio_api_url"] = f"http://127.0.0.1:{server.server_port}"
    return Settings(_env_file=None, **(values | differs))


def outgoing(**differs):
    values = {"message_id": uuid4(), "to": "+13125550142", "body": "Hello.", "valid_for": None}
    return Outgoing(**(values | differs))


def answered(answer, text=None):
    """What the gateway makes of an answer, and what reached the server."""
    with serving(answer) as server:
        verdict = TwilioGateway(settings(server)).send(text or outgoing())
        time.sleep(0.05)  # a retry would come now
        return verdict, server.ledger


def taken(http):
    http.reply(201, {"sid": SID, "status": "accepted"})


def test_a_text_reaches_twilio_as_its_own_documents_ask():
    text = outgoing(valid_for=timedelta(minutes=55))

    verdict, ledger = answered(taken, text)

    assert verdict == Accepted(SID)
    [(path, headers, form)] = ledger
    assert path == f"/2010-04-01/Accounts/AC{'b' * 32}/Messages.json"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert b64decode(headers["Authorization"].split()[1]).endswith(b":current-token")
    assert form == {
        "To": ["+13125550142"],
        "Body": ["Hello."],
        "MessagingServiceSid": ["MG" + "c" * 32],
        "StatusCallback": [f"https://afterglow.test/hooks/twilio/status/{text.message_id}"],
        "ValidityPeriod": ["3300"],
    }


@pytest.mark.parametrize(
    ("valid_for", "seconds"),
    [
        (None, None),
        (timedelta(seconds=0.4), "1"),
        (timedelta(seconds=36_000), "36000"),
        (timedelta(days=3), "36000"),
    ],
)
def test_a_text_is_valid_as_long_as_it_is_wanted_within_what_twilio_takes(valid_for, seconds):
    _, [(_, _, form)] = answered(taken, outgoing(valid_for=valid_for))

    assert form.get("ValidityPeriod", [None]) == [seconds]


@pytest.mark.parametrize("code", [21211, 21408, 21610, 21614])
def test_a_refused_text_is_declined_with_twilios_own_code(code):
    def refused(http):
        http.reply(400, {"code": code, "message": "no", "status": 400})

    verdict, ledger = answered(refused)

    assert verdict == Declined(str(code))
    assert len(ledger) == 1


@pytest.mark.parametrize("body", [b"", b"<html>Forbidden</html>", b"[]", b'"no"'])
def test_a_refusal_without_reasons_is_declined_all_the_same(body):
    verdict, ledger = answered(lambda http: http.reply(403, body))

    assert verdict == Declined("403")
    assert len(ledger) == 1


@pytest.mark.parametrize("body", [{"code": 20429, "message": "slow", "status": 429}, b"busy"])
def test_too_many_requests_were_never_processed_and_come_again_later(body):
    verdict, ledger = answered(lambda http: http.reply(429, body))

    assert isinstance(verdict, TooFast)
    assert verdict.wait > timedelta(0)
    assert len(ledger) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("body", [{"code": 20500, "message": "?", "status": 500}, b"<html>"])
def test_an_error_on_their_side_leaves_a_doubt_and_is_not_tried_again(status, body):
    verdict, ledger = answered(lambda http: http.reply(status, body))

    assert verdict == InDoubt()
    assert len(ledger) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b"{}", b'{"sid": null}'])
def test_taken_without_a_readable_receipt_is_a_doubt(body):
    verdict, ledger = answered(lambda http: http.reply(201, body))

    assert verdict == InDoubt()
    assert len(ledger) == 1


def test_an_answer_that_does_not_come_is_a_doubt_in_time(monkeypatch):
    monkeypatch.setattr(one_exchange, "_TIMEOUT_SECONDS", 0.2)
    asleep = threading.Event()
    began = time.monotonic()

    verdict, ledger = answered(lambda _: asleep.wait(2))

    assert verdict == InDoubt()
    assert time.monotonic() - began < 1.9
    assert len(ledger) == 1
    asleep.set()


def test_a_line_cut_after_the_text_was_sent_is_a_doubt_and_is_not_tried_again():
    def cut(http):
        http.connection.shutdown(socket.SHUT_RDWR)

    verdict, ledger = answered(cut)

    assert verdict == InDoubt()
    assert len(ledger) == 1


def test_half_an_answer_is_a_doubt():
    def half(http):
        http.wfile.write(b'HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{"sid"')
        http.wfile.flush()
        http.connection.shutdown(socket.SHUT_RDWR)

    verdict, ledger = answered(half)

    assert verdict == InDoubt()
    assert len(ledger) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_never_followed(status):
    with serving(taken) as elsewhere:

        def moved(http):
            http.reply(status, b"", Location=f"http://127.0.0.1:{elsewhere.server_port}/")

        verdict, ledger = answered(moved)

        assert not isinstance(verdict, Accepted)
        assert len(ledger) == 1
        assert elsewhere.ledger == []


def test_where_no_line_opens_the_text_stays_here_and_waits():
    with serving(taken) as server:
        address = f"http://127.0.0.1:{server.server_port}"

    verdict = TwilioGateway(settings(twilio_api_url=address)).send(outgoing())

    assert isinstance(verdict, TooFast)


def test_no_log_line_of_twilios_own_client_names_a_number(caplog):
    caplog.set_level("INFO")

    answered(taken)

    assert "5550142" not in caplog.text
    assert "Hello." not in caplog.text


def sign(form, address="https://afterglow.test/hooks/twilio/status/1", token="current-token"):
    from twilio.request_validator import RequestValidator

    return RequestValidator(token).compute_signature(address, form)


@pytest.mark.parametrize("token", ["current-token", "older-token"])
def test_either_token_signs_while_they_are_being_changed(token):
    form = {"MessageStatus": "sent", "SomethingNew": "from Twilio"}

    assert is_genuine(settings(), "/hooks/twilio/status/1", form, sign(form, token=token))


@pytest.mark.parametrize(
    "address",
    [
        "https://afterglow.test/hooks/twilio/status/2",
        "https://elsewhere.test/hooks/twilio/status/1",
        "http://afterglow.test/hooks/twilio/status/1",
        "https://afterglow.test/hooks/twilio/status/1?x=1",
    ],
)
def test_a_signature_for_another_address_is_none(address):
    form = {"MessageStatus": "sent"}

    assert not is_genuine(settings(), "/hooks/twilio/status/1", form, sign(form, address))


@pytest.mark.parametrize("signature", ["", "x", "é" * 28, "=" * 28])
def test_what_is_no_signature_is_none(signature):
    assert not is_genuine(settings(), "/hooks/twilio/status/1", {}, signature)


def test_without_a_token_nothing_is_genuine():
    form = {"MessageStatus": "sent"}

    assert not is_genuine(
        settings(twilio_auth_token=""), "/hooks/twilio/status/1", form, sign(form, token="")
    )
