"""The real `twilio` client against the stand-in, which checks the shape of all it is asked."""

import select
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import NameOID

from app.messaging import one_exchange
from app.messaging.gateway import (
    Accepted,
    Declined,
    InDoubt,
    Outgoing,
    Report,
    TooFast,
    Unreachable,
)
from app.messaging.gateway_twilio import TwilioGateway, is_genuine
from app.settings import Settings
from tests.twilio_standin import Calls, Fault, StandIn, Turn

MAYA = "+13125550142"
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.fixture
def twilio():
    """Twilio on a Friday at noon, whose calls nobody takes."""
    with StandIn(now=lambda: NOON, deliver=lambda *_: 204) as standin:
        yield standin
        assert standin.faults_seen == []


def settings(**differs):
    values = {
        "base_url": "https://afterglow.test",
        "sms": "twilio",
        "twilio_account_sid": "AC" + "b" * 32,
        "twilio_auth_token": "current-token,older-token",
        "twilio_messaging_service_sid": "MG" + "c" * 32,
    }
    return Settings(_env_file=None, **(values | differs))


def gateway(twilio):
    return TwilioGateway(settings(twilio_api_url=twilio.url))


def outgoing(**differs):
    values = {"message_id": uuid4(), "to": MAYA, "body": "Hello.", "valid_for": None}
    return Outgoing(**(values | differs))


@contextmanager
def answering(raw):
    """Something that is not Twilio, and says these bytes to whoever asks."""

    class Exchange(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.wfile.write(raw)

        def do_GET(self):
            self.wfile.write(raw)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Exchange)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield TwilioGateway(settings(twilio_api_url=f"http://127.0.0.1:{server.server_port}"))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def http(status, body, **headers):
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} x\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body


def test_a_text_reaches_twilio_as_its_own_documents_ask(twilio):
    text = outgoing(valid_for=timedelta(minutes=55))

    verdict = gateway(twilio).send(text)

    [made] = twilio.made()
    assert verdict == Accepted(made.sid)
    assert twilio.posts == [
        {
            "To": MAYA,
            "Body": "Hello.",
            "MessagingServiceSid": "MG" + "c" * 32,
            "StatusCallback": f"https://afterglow.test/hooks/twilio/status/{text.message_id}",
            "ValidityPeriod": "3300",
        }
    ]


NORTH, LAKE = "+13125550901", "MG" + "a" * 32


@pytest.fixture
def several():
    """Twilio with a number and a service beside the installation's own service."""
    senders = {"": [NORTH], LAKE: ["+13125550933"]}
    with StandIn(now=lambda: NOON, deliver=lambda *_: 204, senders=senders) as standin:
        yield standin
        assert standin.faults_seen == []


@pytest.mark.parametrize(
    ("sender", "said"),
    [
        ("", {"MessagingServiceSid": "MG" + "c" * 32}),
        (LAKE, {"MessagingServiceSid": LAKE}),
        (NORTH, {"From": NORTH}),
    ],
)
def test_a_text_leaves_by_the_sender_that_it_names(several, sender, said):
    assert isinstance(gateway(several).send(outgoing(sender=sender)), Accepted)

    (post,) = several.posts
    by = {name: post[name] for name in ("From", "MessagingServiceSid") if name in post}
    assert by == said


@pytest.mark.parametrize(
    ("sender", "code"), [("+13125550999", "21660"), ("MG" + "f" * 32, "21701")]
)
def test_a_sender_that_the_account_does_not_have_is_refused(several, sender, code):
    assert gateway(several).send(outgoing(sender=sender)) == Declined(code)
    assert several.made() == []


def test_what_came_in_is_listed_with_the_service_that_it_came_in_by(several):
    for to in (NORTH, "+13125550933", "+13125550100"):
        several.text_in(MAYA, "Hello.", to=to)

    received = gateway(several).received_since(NOON - timedelta(hours=1))

    assert {text.to: text.service for text in received} == {
        NORTH: "",
        "+13125550933": LAKE,
        "+13125550100": "MG" + "c" * 32,
    }


def test_another_token_is_not_let_in(twilio):
    stranger = settings(twilio_api_url=twilio.url, twilio_auth_token="stolen")

    assert TwilioGateway(stranger).send(outgoing()) == Declined("20003")
    assert twilio.faults_seen.pop() == "not signed in"


@pytest.mark.parametrize(
    ("valid_for", "seconds"),
    [
        (None, None),
        (timedelta(seconds=0.4), "1"),
        (timedelta(seconds=36_000), "36000"),
        (timedelta(days=3), "36000"),
    ],
)
def test_a_text_is_valid_as_long_as_it_is_wanted_within_what_twilio_takes(
    twilio, valid_for, seconds
):
    gateway(twilio).send(outgoing(valid_for=valid_for))

    assert twilio.posts[0].get("ValidityPeriod") == seconds


@pytest.mark.parametrize("code", ["21211", "21408", "21610", "21614"])
def test_a_refused_text_is_declined_with_twilios_own_code(twilio, code):
    twilio.turns.append(Turn(Fault.REFUSED, code=code))

    assert gateway(twilio).send(outgoing()) == Declined(code)
    assert len(twilio.posts) == 1


def test_a_refusal_in_the_newer_form_is_declined_with_its_code_too():
    said = b'{"type": "t", "title": "no", "status": 400, "code": 21610}'
    with answering(http(400, said)) as gateway:
        assert gateway.send(outgoing()) == Declined("21610")


@pytest.mark.parametrize("body", [b"", b"<html>Forbidden</html>", b"[]", b'"no"'])
def test_a_refusal_without_reasons_is_declined_all_the_same(body):
    with answering(http(403, body)) as gateway:
        assert gateway.send(outgoing()) == Declined("403")


def test_too_many_requests_were_never_processed_and_come_again_when_twilio_says(twilio):
    twilio.turns.append(Turn(Fault.TOO_FAST, wait=7))

    assert gateway(twilio).send(outgoing()) == TooFast(timedelta(seconds=7))
    assert len(twilio.posts) == 1


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 1),
        ("90000", 900),
        ("soon", 5),
        ("", 5),
        (format_datetime(NOON + timedelta(seconds=30), usegmt=True), 30),
        (format_datetime(NOON - timedelta(hours=1), usegmt=True), 1),
        ("Fri, 99 Nov 2026", 5),
    ],
)
def test_the_wait_is_read_in_every_form_and_kept_within_reason(said, seconds):
    with answering(http(429, b"busy", Retry_After=said)) as gateway:
        assert gateway.send(outgoing()) == TooFast(timedelta(seconds=seconds))


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
@pytest.mark.parametrize("body", [b'{"code": 20500, "message": "?", "status": 500}', b"<html>"])
def test_an_error_on_their_side_leaves_a_doubt(status, body):
    with answering(http(status, body)) as gateway:
        assert gateway.send(outgoing()) == InDoubt()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[]", b"{}", b'{"sid": null}', b"\xff", b"[" * 9999]
)
def test_taken_without_a_readable_receipt_is_a_doubt(body):
    with answering(http(201, body)) as gateway:
        assert gateway.send(outgoing()) == InDoubt()


def test_an_answer_longer_than_anything_asked_for_is_a_doubt(monkeypatch):
    monkeypatch.setattr(one_exchange, "_LONGEST_ANSWER", 100)
    with answering(http(201, b'{"sid": "SM1"}' + b" " * 100)) as gateway:
        assert gateway.send(outgoing()) == InDoubt()


@pytest.mark.parametrize(
    "fault",
    [
        Fault.RESET_AFTER,
        Fault.RESET_BEFORE,
        Fault.ERROR_AFTER,
        Fault.ERROR_BEFORE,
        Fault.HALF_BODY,
        Fault.BAD_JSON,
    ],
)
def test_whatever_went_wrong_on_the_way_is_a_doubt_and_nothing_is_tried_twice(twilio, fault):
    twilio.turns.append(Turn(fault))

    assert gateway(twilio).send(outgoing()) == InDoubt()
    time.sleep(0.05)  # a second try would come now
    assert len(twilio.posts) == 1
    assert len(twilio.made()) == (1 if fault.takes else 0)


@pytest.mark.parametrize("fault", [Fault.STALL_AFTER, Fault.STALL_BEFORE, Fault.TRICKLE])
def test_an_answer_that_does_not_come_or_only_drips_is_a_doubt_in_time(twilio, fault, monkeypatch):
    monkeypatch.setattr(one_exchange, "_TIMEOUT_SECONDS", 0.3)
    twilio.turns.append(Turn(fault, wait=5))
    began = time.monotonic()

    assert gateway(twilio).send(outgoing()) == InDoubt()
    assert time.monotonic() - began < 1
    assert len(twilio.posts) == 1


def test_a_head_that_drips_is_a_doubt_in_time(monkeypatch):
    monkeypatch.setattr(one_exchange, "_TIMEOUT_SECONDS", 0.3)
    listening = socket.create_server(("127.0.0.1", 0))

    def drip():
        line, _ = listening.accept()
        with line:
            try:
                for _ in range(100):
                    line.sendall(b"H")
                    time.sleep(0.05)
            except OSError:
                pass

    threading.Thread(target=drip, daemon=True).start()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    began = time.monotonic()

    assert TwilioGateway(settings(twilio_api_url=address)).send(outgoing()) == InDoubt()
    assert time.monotonic() - began < 1
    listening.close()


@pytest.fixture
def sealed_line(tmp_path, monkeypatch):
    """A line with TLS to a certificate that this machine trusts; what it says is the test's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    loopback = x509.IPAddress(ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([loopback]), critical=False)
        .sign(key, SHA256())
    )
    both = tmp_path / "both.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    both.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
    monkeypatch.setenv("SSL_CERT_FILE", str(both))
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(both)
    listening = socket.create_server(("127.0.0.1", 0))
    heard = []

    def say(words, pause):
        def serve():
            line, _ = listening.accept()
            with suppress(OSError), trust.wrap_socket(line, server_side=True) as sealed:
                asked = b""
                while b"Hello." not in asked:
                    asked += sealed.recv(4096)
                heard.append(asked)
                for letter in words:
                    sealed.sendall(bytes([letter]))
                    time.sleep(pause)

        threading.Thread(target=serve, daemon=True).start()
        return settings(twilio_api_url=f"https://127.0.0.1:{listening.getsockname()[1]}"), heard

    yield say
    listening.close()


def test_a_text_leaves_sealed(sealed_line):
    where, heard = sealed_line(http(201, b'{"sid": "SM1"}'), 0)

    assert TwilioGateway(where).send(outgoing()) == Accepted("SM1")
    assert len(heard) == 1


def test_a_sealed_answer_that_drips_is_a_doubt_in_time(sealed_line, monkeypatch):
    monkeypatch.setattr(one_exchange, "_TIMEOUT_SECONDS", 0.5)
    where, heard = sealed_line(http(201, b'{"sid": "SM1"}' + b" " * 500), 0.05)
    began = time.monotonic()

    assert TwilioGateway(where).send(outgoing()) == InDoubt()
    assert time.monotonic() - began < 3
    assert len(heard) == 1


def test_nothing_is_said_to_somebody_whom_nobody_vouches_for(sealed_line, monkeypatch):
    where, heard = sealed_line(http(201, b'{"sid": "SM1"}'), 0)
    monkeypatch.delenv("SSL_CERT_FILE")

    assert isinstance(TwilioGateway(where).send(outgoing()), TooFast)
    assert heard == []


@pytest.fixture
def lines(monkeypatch):
    """Every line that is opened to a gateway."""
    opened, connect = [], one_exchange.HTTPConnection.connect

    def noting(line):
        opened.append(line)
        connect(line)

    monkeypatch.setattr(one_exchange.HTTPConnection, "connect", noting)
    return opened


def test_texts_that_follow_each_other_at_once_share_a_line(twilio, lines):
    sends = gateway(twilio).send

    answers = [sends(outgoing()) for _ in range(3)]

    assert len({answer.sid for answer in answers}) == 3
    assert len(lines) == 1


def test_a_line_that_lay_still_is_not_used_again(twilio, lines, monkeypatch):
    monkeypatch.setattr(one_exchange, "_KEPT_SECONDS", 0)
    sends = gateway(twilio).send

    assert all(isinstance(sends(outgoing()), Accepted) for _ in range(2))
    assert len(lines) == 2


def test_a_line_that_the_other_side_has_left_costs_no_text_a_doubt(lines):
    with answering(http(201, b'{"sid": "SM1"}')) as gateway:
        assert gateway.send(outgoing()) == Accepted("SM1")
        select.select([lines[0].sock], [], [], 5)  # it says goodbye

        assert gateway.send(outgoing()) == Accepted("SM1")
    assert len(lines) == 2


@pytest.mark.parametrize("fault", [Fault.RESET_AFTER, Fault.HALF_BODY, Fault.STALL_BEFORE])
def test_a_line_on_which_something_went_wrong_is_left(twilio, lines, monkeypatch, fault):
    monkeypatch.setattr(one_exchange, "_TIMEOUT_SECONDS", 0.5)
    twilio.turns.extend([Turn(), Turn(fault, wait=5), Turn()])
    sends = gateway(twilio).send

    assert isinstance(sends(outgoing()), Accepted)
    assert sends(outgoing()) == InDoubt()
    assert isinstance(sends(outgoing()), Accepted)
    assert len(lines) == 2


def test_asvs_15_3_2_a_redirect_is_never_followed(twilio):
    twilio.turns.append(Turn(Fault.REDIRECT))

    assert not isinstance(gateway(twilio).send(outgoing()), Accepted)
    assert len(twilio.posts) == 1


def test_where_no_line_opens_the_text_stays_here_and_waits(twilio):
    twilio.close()

    assert isinstance(gateway(twilio).send(outgoing()), TooFast)


def test_a_name_that_is_found_too_late_sends_nothing(twilio, monkeypatch):
    connect = one_exchange.HTTPConnection.connect

    def slowly(line):
        time.sleep(0.2)
        connect(line)

    monkeypatch.setattr(one_exchange, "_TIMEOUT_SECONDS", 0.1)
    monkeypatch.setattr(one_exchange.HTTPConnection, "connect", slowly)

    assert isinstance(gateway(twilio).send(outgoing()), TooFast)
    assert twilio.posts == []


def test_a_text_that_was_made_in_the_dark_is_found_by_its_number_and_words(twilio):
    twilio.turns.append(Turn(Fault.RESET_AFTER, words=()))
    asked = gateway(twilio)
    asked.send(outgoing())
    asked.send(outgoing(body="Hello. "))
    asked.send(outgoing(to="+13125550199"))

    [made, *_] = twilio.made()
    assert asked.find(MAYA, "Hello.", NOON) == [made.sid]


def test_a_text_that_was_never_made_is_not_found(twilio):
    twilio.turns.append(Turn(Fault.ERROR_BEFORE))
    asked = gateway(twilio)
    asked.send(outgoing())

    assert asked.find(MAYA, "Hello.", NOON) == []


def test_what_the_patient_wrote_is_not_taken_for_what_was_sent(twilio):
    twilio.text_in(MAYA, "Hello.", to=MAYA)

    assert gateway(twilio).find(MAYA, "Hello.", NOON) == []


def test_an_equal_text_of_an_hour_ago_is_another_one(twilio):
    asked = gateway(twilio)
    asked.send(outgoing())

    assert asked.find(MAYA, "Hello.", NOON + timedelta(hours=1)) == []
    # Clocks differ a little, and Twilio's moments are whole seconds.
    assert len(asked.find(MAYA, "Hello.", NOON + timedelta(seconds=0.9))) == 1


def test_a_text_is_found_behind_many_others_to_that_number(twilio):
    asked = gateway(twilio)
    wanted = asked.send(outgoing())
    for number in range(120):
        twilio.create({"To": MAYA, "Body": f"No. {number}"})

    assert asked.find(MAYA, "Hello.", NOON) == [wanted.sid]


def test_a_fate_that_no_callback_told_is_fetched(twilio):
    twilio.turns.append(Turn(words=("sent", "undelivered"), code="30003", calls=Calls.NEVER))
    asked = gateway(twilio)
    sent = asked.send(outgoing())
    assert twilio.settle()

    assert asked.fetch(sent.sid) == Report(sent.sid, "undelivered", "30003")
    assert asked.fetch("SM" + "0" * 32) is None


def test_everything_that_came_in_is_listed_over_all_pages_and_nothing_else(twilio, monkeypatch):
    monkeypatch.setattr("app.messaging.gateway_twilio._MOST_PER_PAGE", 10)
    asked = gateway(twilio)
    for number in range(25):
        twilio.text_in(MAYA, f"No. {number}", calls=0)
        twilio.create({"To": MAYA, "Body": "Ours."})

    received = asked.received_since(NOON - timedelta(hours=24))

    assert sorted(text.body for text in received) == sorted(f"No. {n}" for n in range(25))
    assert {(text.sender, text.at) for text in received} == {(MAYA, NOON)}
    assert asked.received_since(NOON + timedelta(seconds=1)) == []


@pytest.mark.parametrize(
    "ask",
    [
        lambda gateway: gateway.find(MAYA, "Hello.", NOON),
        lambda gateway: gateway.fetch("SM1"),
        lambda gateway: gateway.received_since(NOON),
    ],
)
@pytest.mark.parametrize(
    "raw",
    [
        http(500, b"{}"),
        http(429, b""),
        http(200, b"{"),
        http(200, b"[]"),
        http(200, b'{"messages": [{}], "page": 0}'),
        http(200, b'{"messages": 7, "page": 0}'),
        b"",
        b"nonsense",
    ],
)
def test_no_answer_is_never_taken_for_an_answer(ask, raw):
    with answering(raw) as gateway, pytest.raises(Unreachable):
        ask(gateway)


def test_the_pace_and_the_name_are_those_of_the_service():
    sender = TwilioGateway(settings(twilio_segments_per_second=2.5))

    assert (sender.name, sender.segments_per_second) == ("MG" + "c" * 32, 2.5)


def test_no_log_line_names_a_number_or_a_word(twilio, caplog):
    caplog.set_level("DEBUG")
    asked = gateway(twilio)

    asked.send(outgoing())
    asked.find(MAYA, "Hello.", NOON)

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


@pytest.mark.parametrize(
    ("name", "neighbour"),
    [
        ("MessageSid", "MessagingServiceSid"),
        ("MessagingServiceSid", "NumMedia"),
        ("From", "FromCity"),
        ("To", "X"),
    ],
)
def test_a_parameter_that_swallowed_its_neighbour_is_not_taken_as_signed(name, neighbour):
    sids = {"MessageSid": "SM" + "1" * 32, "MessagingServiceSid": LAKE}
    form = sids | {"From": MAYA, "To": MAYA, neighbour: "Ohio"}
    spliced = {key: value for key, value in form.items() if key != neighbour}
    spliced[name] += neighbour + "Ohio"
    path = "/hooks/twilio/status/1"

    assert is_genuine(settings(), path, form, sign(form))
    assert sign(spliced) == sign(form)
    assert not is_genuine(settings(), path, spliced, sign(form))
