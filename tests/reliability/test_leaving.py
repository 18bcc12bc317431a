"""A clinic whose server is renewed in the middle of a morning, and one whose database goes.

Real processes. Nobody in hand is dropped, and everybody reads the truth.
"""

import json
import os
import socket
import time
from contextlib import closing, contextmanager
from signal import SIGTERM
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from app import clock
from app.messaging import outbox
from app.messaging.models import Message, MessageStatus, Purpose
from bench.reliability.browser import BASE_URL
from bench.reliability.installation import Installation
from bench.reliability.people import cookies_of
from tests import databases
from tests.twilio_standin import Turn

HOST = urlsplit(BASE_URL).netloc
PATIENCE = 20


@pytest.fixture
def clinic(worker_id):
    with Installation(
        databases.chosen_kind(),
        processes=1,
        patients=1,
        own_server=True,
        environment={"LEAVE_SECONDS": "1"},
        worker_id=worker_id,
    ) as standing:
        yield standing


@contextmanager
def desk_line(clinic):
    """The line of a console page that is open."""
    cookies = cookies_of(clinic.database, clinic.people.clinician)
    said = "; ".join(f"{name}={value}" for name, value in cookies.items())
    port = urlsplit(clinic.urls[0]).port
    with (
        socket.create_connection(("127.0.0.1", port)) as to_web,
        connect(
            f"ws://{HOST}/clinic/live",
            sock=to_web,
            origin=BASE_URL,
            additional_headers={"Cookie": said},
        ) as line,
    ):
        assert line.recv(timeout=PATIENCE)
        yield line


@contextmanager
def half_a_post(clinic, body):
    """A request of which half has come in."""
    head = (
        f"POST /x HTTP/1.1\r\nHost: {HOST}\r\nSec-Fetch-Site: same-origin\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    port = urlsplit(clinic.urls[0]).port
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        line.sendall(head.encode() + body[:10])
        yield line


def until(is_so, words):
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, words
        time.sleep(0.02)


def test_a_server_that_is_renewed_drops_nobody(clinic):
    clinic.twilio.usual = lambda _: Turn(pause=2)
    body = json.dumps({"t": "no link at all", "kind": "join"}).encode()
    with desk_line(clinic) as line, half_a_post(clinic, body) as post:
        queue_a_text(clinic)
        until(lambda: clinic.twilio.posts, "the text did not leave")
        for name in ("web-1", "worker-1"):
            os.kill(clinic.pid(name), SIGTERM)

        until(lambda: ready(clinic) == (503, ["leaving"]), "it does not say that it leaves")
        page = asked(clinic, "/sign-in")
        assert (page.status, page.headers["Connection"]) == (200, "close")
        assert code_at_end(line) == 1012  # so the page comes back, to whoever is there
        post.sendall(body[10:])
        answer = b"".join(iter(lambda: post.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 200")
        assert b'"state":"unknown"' in answer

    until(lambda: not clinic.alive(), f"they do not end: {clinic.logs()[-2000:]}")
    with clinic.database.session(write=False) as db:
        [text] = db.query(Message)
        assert text.status not in (MessageStatus.SENDING, MessageStatus.IN_DOUBT)
        assert text.provider_sid
    assert "Traceback" not in clinic.logs()


def code_at_end(line):
    """What the line is closed with, after whatever it still says."""
    while True:
        try:
            line.recv(timeout=PATIENCE)
        except ConnectionClosed as closed:
            return closed.rcvd.code


def queue_a_text(clinic):
    with clinic.database.session() as db:
        patient = db.merge(clinic.people.patients[0], load=False)
        outbox.enqueue(
            db,
            Purpose.NOTICE,
            "Northside: hello.",
            patient=patient,
            due_at=clock.now(),
            at_any_hour=True,
        )


def asked(clinic, path, cookies=None):
    with closing(clinic.browser(cookies=cookies)) as browser:
        return browser.get(path)


def asked_quietly(clinic, path):
    """The status, or None while nobody listens."""
    try:
        return asked(clinic, path).status
    except OSError:
        return None


def ready(clinic):
    answer = asked(clinic, "/readyz")
    return answer.status, answer.json()["wrong"]


@pytest.mark.skipif(
    databases.chosen_kind() == "sqlite", reason="an embedded database does not go away"
)
def test_a_database_that_goes_and_comes_back_needs_no_restart(clinic):
    cookies = cookies_of(clinic.database, clinic.people.patients[0])
    until(lambda: ready(clinic) == (200, []), "it is not ready")
    with desk_line(clinic) as line:
        clinic.server.stop("immediate")

        page = asked(clinic, "/", cookies)
        assert (page.status, page.headers["Retry-After"]) == (503, "5")
        assert "It is not your doing." in page.text
        assert ready(clinic) == (503, ["database"])
        assert asked(clinic, "/healthz").status == 200
        until(lambda: "database gone" in clinic.logs("worker-1"), "the worker does not say so")

        clinic.server.start()
        began = time.monotonic()
        until(lambda: asked(clinic, "/", cookies).status == 200, "no page comes back")
        until(lambda: ready(clinic) == (200, []), f"it is not ready again: {ready(clinic)}")
        assert time.monotonic() - began < PATIENCE
        until(lambda: "database back" in clinic.logs("worker-1"), "the worker does not say so")
        line.ping().wait(PATIENCE)  # the line has stayed
    assert clinic.logs("worker-1").count("database gone") == 1

    clinic.server.stop()
    for name in ("web-1", "worker-1"):
        clinic.kill(name)
        clinic.start(name)  # as after a power cut, when everything starts at once
    until(lambda: asked_quietly(clinic, "/healthz") == 200, "it does not start")
    assert ready(clinic) == (503, ["database"])
    until(lambda: "waiting for the database" in clinic.logs("worker-1"), "it does not say so")
    clinic.server.start()
    clinic.wait_until_ready("web-1", PATIENCE, "/readyz")
    assert clinic.logs("worker-1").count("waiting for the database") == 1
    assert "Traceback" not in clinic.logs()
