"""The doctor asks Twilio whether texts can leave, and whether replies come here."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.cli.checks import sender

HERE = "/hooks/twilio/message"


@pytest.fixture
def twilio(installed):
    """`twilio(service, numbers=1, status=200)`: settings of a Twilio that answers so."""
    started = []

    def start(service, numbers=1, status=200):
        class Answering(BaseHTTPRequestHandler):
            def do_GET(self):
                listed = {"phone_numbers": [{"sid": "PN1"}] * numbers}
                said = listed if "/PhoneNumbers" in self.path else service
                assert self.headers["Authorization"].startswith("Basic ")
                body = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        started.append(server)
        address = f"http://127.0.0.1:{server.server_port}"
        return installed.model_copy(update={"twilio_api_url": address})

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


def said(settings):
    return {each.check: (each.state, each.words) for each in sender.sender(settings)}


def test_a_service_with_a_number_that_brings_replies_here_is_well(twilio, installed):
    service = {"inbound_request_url": installed.base_url + HERE, "inbound_method": "POST"}

    assert {name: state for name, (state, _) in said(twilio(service)).items()} == {
        "replies": "ok",
        "sender": "ok",
    }


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ({"inbound_request_url": None}, "set https://localhost"),
        ({"inbound_request_url": "https://elsewhere.example/x"}, "Twilio brings them elsewhere"),
        ({"use_inbound_webhook_on_number": True}, "numbers have webhooks of their own"),
    ],
)
def test_replies_that_go_elsewhere_are_a_failure(twilio, service, words):
    state, why = said(twilio(service))["replies"]

    assert state == "fail"
    assert words in why


def test_replies_by_get_are_a_failure(twilio, installed):
    service = {"inbound_request_url": installed.base_url + HERE, "inbound_method": "GET"}

    assert said(twilio(service))["replies"][0] == "fail"


def test_a_service_without_a_number_sends_nothing(twilio):
    assert said(twilio({}, numbers=0))["sender"][0] == "fail"


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_twilio_that_says_no_is_named(twilio, status):
    state, words = said(twilio({}, status=status))["sender"]

    assert state == "fail"
    assert f"({status})" in words


def test_a_twilio_that_cannot_be_asked_is_no_failure_of_ours(installed):
    nowhere = installed.model_copy(update={"twilio_api_url": "http://127.0.0.1:9"})

    assert said(nowhere)["sender"][0] == "warn"
