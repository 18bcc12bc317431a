"""What a browser may do with our pages and lines."""

import re
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.websockets import WebSocketDisconnect

from app.access.models import SessionKind
from app.settings import Settings
from app.telehealth.line import LARGEST_SIGNAL
from app.web.guards import COOKIES, set_session
from tests.conftest import BASE_URL

ROOT = Path(__file__).parents[2]
PARTS = (
    "/clinic/now",
    "/clinic/alerts",
    "/clinic/on-call/now",
    "/clinic/inbox/list",
    "/clinic/inbox/{patient}/now",
    "/clinic/book/window",
    "/clinic/visits/{visit}/lines",
)


@pytest.mark.parametrize("part", PARTS)
def test_asvs_3_2_1_a_part_of_a_page_is_no_page(desk, cast, part):
    path = part.format(patient=cast.maya.id, visit=cast.integration_visit.id)

    asked = {dest: desk.get(path, headers={"sec-fetch-dest": dest}) for dest in DESTINATIONS}

    assert {dest: answer.status_code for dest, answer in asked.items()} == DESTINATIONS


DESTINATIONS = {"empty": 200, "document": 404, "iframe": 404, "object": 404, "image": 404}


@pytest.mark.parametrize("kind", SessionKind)
def test_asvs_3_3_2_no_cookie_comes_along_from_another_site(kind):
    response = Response()
    set_session(response, kind, "token", seconds=60)

    strict = "strict" if kind is SessionKind.STAFF else "lax"
    assert f"samesite={strict}" in response.headers["set-cookie"].lower()
    assert COOKIES[kind].startswith("__Host-")


def test_asvs_3_5_5_no_page_listens_to_another_window():
    """Messages come over channels and from our own worker: both are of this origin alone."""
    listening = []
    for folder in ("static/js", "service_worker"):
        for path in (ROOT / folder).rglob("*.js"):
            words = path.read_text()
            assert "onmessage = window" not in words
            assert not re.search(r"postMessage\([^)]*[\"']\*[\"']", words), path
            found = re.findall(r"^(.*)addEventListener\([\"']message[\"']", words, re.MULTILINE)
            listening += [(path.name, before.strip()) for before in found]

    assert set(listening) <= {
        ("worker.js", ""),  # the service worker's own: only pages of this origin reach it
        ("cover.js", "otherTabs."),
        ("lifting.js", "otherTabs."),
        ("resting.js", "theirTabs."),
        ("our_worker.js", "navigator.serviceWorker."),
        ("app_shell.js", "navigator.serviceWorker."),
        ("journal_sending.js", "otherTabs."),
    }


def test_asvs_4_4_1_lines_are_sealed_because_pages_are():
    plain = Settings(_env_file=None, base_url="http://afterglow.test")

    assert [each for each in plain.missing_for_production() if "BASE_URL" in each]
    for path in (ROOT / "static/js").rglob("*.js"):
        opened = re.findall(r"[\"'`]ws:", path.read_text())
        sealed = re.findall(r"https:[\"'] \? [\"']wss:[\"'] : [\"']ws:", path.read_text())
        assert len(opened) == len(sealed), path


def test_asvs_17_3_1_a_signal_that_is_too_large_ends_its_line(desk, cast):
    room = BASE_URL.replace("https", "wss") + f"/clinic/visits/{cast.integration_visit.id}/socket"
    with desk, desk.websocket_connect(room, headers={"origin": BASE_URL}) as line:
        line.send_json({"type": "hello", "page": "page", "since": None})
        line.receive_json()
        line.send_text("x" * (LARGEST_SIGNAL + 1))

        assert _code_at_end(line) == 1009


def _code_at_end(line):
    while True:
        try:
            line.receive_text()
        except WebSocketDisconnect as closed:
            return closed.code
