"""The clinic's record system asks to be told; an administrator sees how that goes, and stops it."""

import json
import re
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from e2e.axe import violations
from e2e.ehr import Ehr
from e2e.fob import Fob


@pytest.fixture
def receiver():
    """A system on this machine that listens; `told` holds what it was told, in order."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            server.told.append((dict(self.headers), json.loads(body)))
            server.heard.set()
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.told, server.heard = [], threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def office(new_phone, operate):
    """An administrator's desk."""
    command = ("staff", "invite", "Dr. Rivers", "--clinic", "northside", "--role", "administrator")
    page = new_phone(viewport={"width": 1280, "height": 900})
    Fob(page)
    page.goto(operate(*command))
    page.get_by_role("button", name="Set up this device").click()
    page.wait_for_url(re.compile(r"/clinic/?$"))
    return page


def test_a_system_is_told_and_an_administrator_pauses_it_by_keyboard(clinic, office, receiver):
    ehr = Ehr(clinic)
    ehr.post(
        "Subscription",
        status="requested",
        reason="Keep the record as it is here",
        criteria="Appointment",
        channel={
            "type": "rest-hook",
            "endpoint": f"http://localhost:{receiver.server_address[1]}/told",
        },
    )
    rae = ehr.patient("Rae", "Hale", "+17185550188")
    noon = ehr.now().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=6)
    booked = ehr.book("infusion", noon, 120, rae)

    assert receiver.heard.wait(15)
    headers, bundle = receiver.told[0]
    assert headers["webhook-signature"].startswith("v1,")
    assert bundle["entry"][1]["fullUrl"].endswith(f"/Appointment/{booked['id']}")
    assert "Rae" not in json.dumps(bundle)

    office.goto(f"{clinic.url}/clinic/team")
    office.get_by_role("link", name="Who is told of changes").click()
    expect(office.get_by_role("heading", name="Other systems")).to_be_visible()
    expect(office.get_by_text("Keep the record as it is here")).to_be_visible()
    assert violations(office) == []
    office.set_viewport_size({"width": 320, "height": 800})
    assert violations(office) == []
    assert office.evaluate("document.documentElement.scrollWidth") <= 320

    office.get_by_role("button", name=re.compile("nothing of Appointments")).focus()
    office.keyboard.press("Enter")
    expect(office.get_by_text("Paused")).to_be_visible()
    assert violations(office) == []
