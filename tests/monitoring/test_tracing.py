"""Traces go to whoever asked for them, and hold nothing of anybody."""

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

ROOT = Path(__file__).parents[2]

# Played in a process of its own: what is followed is followed for good.
PLAY = """
import sys
from datetime import timedelta
from starlette.testclient import TestClient
from app import clock
from app.db.engine import Database
from app.main import create_app, choose_gateway
from app.messaging import delivery, outbox
from app.messaging.models import Purpose
from app.monitoring import tracing
from app.people.models import Patient
from app.settings import Settings
from tests.cast import gather
from tests.fakes import RecordingGateway

settings = Settings(
    _env_file=None, base_url="https://afterglow.test", secret_keys="s" * 40,
    encryption_keys="e" * 40, sms="demo",
)
database = Database(sys.argv[1], settings)
with database.session() as db:
    cast = gather(db)
    maya = db.get_one(Patient, cast.maya.id)
    now = clock.now()
    text = outbox.enqueue(
        db, Purpose.NOTICE, "CANARY words", patient=maya, due_at=now, at_any_hour=True
    )
    print("text", text.id)
app = create_app(settings, database, gateway=RecordingGateway(), works=False)
browser = TestClient(
    app, base_url="https://afterglow.test", headers={"sec-fetch-site": "same-origin"},
    raise_server_exceptions=False, follow_redirects=False,
)
browser.get(f"/visits/{cast.integration_visit.id}?name=CANARY")
browser.get("/clinic/find/CANARY/CANARY")
browser.post("/sign-in/number", data={"number": "(312) 555-0142"}, headers={
    "user-agent": "CANARY", "traceparent": "00-" + "ab" * 16 + "-" + "cd" * 8 + "-01"})
browser.post("/x", json={"kind": "join", "token": "CANARY-TOKEN"})
delivery.send_one(database, tracing.TracedGateway(RecordingGateway()), "one", settings.base_url)
print("patient", cast.maya.id)
tracing.provider().force_flush()
"""


@pytest.fixture
def receiver():
    """A collector of our own: what it was sent."""
    received = []

    class Collecting(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.path, self.headers["Content-Type"], body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collecting)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    server.received = received
    yield server
    server.shutdown()
    server.server_close()


def played(url, **environment):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AFTERGLOW_", "OTEL_"))}
    done = subprocess.run(
        [sys.executable, "-c", PLAY, url],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = [line.split() for line in done.stdout.splitlines()]
    return {line[0]: line[1] for line in told if line[0] in ("text", "patient")}


def spans_of(receiver):
    for path, kind, body in receiver.received:
        assert (path, kind) == ("/v1/traces", "application/x-protobuf")
        for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for of_scope in of_resource.scope_spans:
                yield from of_scope.spans


def of(span):
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


# The names that may stand in a span: a new one is a decision.
KNOWN = {
    "http.request.method",
    "http.route",
    "http.response.status_code",
    "db.system.name",
    "db.operation.name",
    "db.collection.name",
    "error.type",
    "afterglow.text.id",
    "afterglow.text.answer",
}


def test_requests_statements_and_texts_are_followed_and_name_nobody(database, receiver):
    url = database.engine.url.render_as_string(hide_password=False)
    ids = played(url, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{receiver.server_port}")

    spans = list(spans_of(receiver))
    names = {span.name for span in spans}
    assert {"GET /visits/{id}", "GET unmatched", "POST /x", "send text"} <= names
    [sent] = [of(span) for span in spans if span.name == "send text"]
    assert sent == {"afterglow.text.id": ids["text"], "afterglow.text.answer": "Accepted"}
    [visit] = [span for span in spans if span.name == "GET /visits/{id}"]
    inside = [span for span in spans if span.parent_span_id == visit.span_id]
    assert {of(span)["db.operation.name"] for span in inside} >= {"SELECT"}
    assert {name for span in spans for name in of(span)} <= KNOWN
    assert not any(span.events or span.links or span.status.message for span in spans)
    # What a visitor says of spans of their own is not believed.
    assert not any(span.trace_id == bytes.fromhex("ab" * 16) for span in spans)
    everything = b"".join(body for *_, body in receiver.received)
    for word in ("CANARY", "Maya", "Osei", "5550142", "555-0142", "127.0.0.1", ids["patient"]):
        assert word.encode() not in everything


def test_unless_somebody_asks_nothing_of_it_is_even_imported():
    look = (
        "import sys, app.cli, app.main, app.serving; "
        "print([name for name in sys.modules if 'opentelemetry' in name])"
    )
    clean = {k: v for k, v in os.environ.items() if not k.startswith("OTEL_")}
    done = subprocess.run(
        [sys.executable, "-c", look],
        cwd=ROOT,
        env=clean,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "[]"
