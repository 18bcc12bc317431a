"""What one page may say on its line, and what ends it."""

from contextlib import ExitStack

import pytest

from app.telehealth.line import MALFORMED
from app.web.lines import socket_limits
from app.web.lines.socket_limits import TOO_LARGE, TOO_MUCH
from tests.conftest import BASE_URL

DESK = BASE_URL.replace("https", "wss") + "/clinic/live"
ORIGIN = {"origin": BASE_URL}


@pytest.fixture
def desk(desk):
    with desk:
        yield desk


@pytest.fixture
def room(cast):
    return BASE_URL.replace("https", "wss") + f"/clinic/visits/{cast.integration_visit.id}/socket"


def said(browser, address, say):
    with browser.websocket_connect(address, headers=ORIGIN) as line:
        say(line)
        while True:
            event = line.receive()
            if event["type"] == "websocket.close":
                return event["code"]


@pytest.mark.parametrize("address", ["room", "desk"])
def test_bytes_end_the_line_and_nothing_crashes(address, desk, room):
    place = room if address == "room" else DESK

    assert said(desk, place, lambda line: line.send_bytes(b"\x00")) == MALFORMED


def test_what_is_no_message_or_too_large_ends_the_line(desk, room):
    assert said(desk, room, lambda line: line.send_text("[" * 5000)) == MALFORMED
    assert said(desk, room, lambda line: line.send_text("x" * 70_000)) == TOO_LARGE


@pytest.mark.parametrize("address", ["room", "desk"])
def test_a_page_that_floods_its_line_is_sent_away(address, desk, room, monkeypatch):
    monkeypatch.setattr(socket_limits.Pace.__init__, "__defaults__", (5, 20.0))
    place = room if address == "room" else DESK

    def flood(line):
        line.send_json({"type": "hello", "page": "page", "since": None})
        for _ in range(30):
            line.send_json({"type": "ping"})

    assert said(desk, place, flood) == TOO_MUCH


def test_a_browser_has_so_many_lines_and_another_one_after_closing_one(desk):
    with ExitStack() as lines:
        for _ in range(socket_limits.MOST_OF_A_SESSION - 1):
            line = lines.enter_context(desk.websocket_connect(DESK, headers=ORIGIN))
            line.receive_text()
        with desk.websocket_connect(DESK, headers=ORIGIN) as last:
            last.receive_text()
            assert said(desk, DESK, lambda _: None) == TOO_MUCH

        # Leaving the block above waited until the clinic had seen it end.
        with desk.websocket_connect(DESK, headers=ORIGIN) as another:
            assert another.receive_text()
