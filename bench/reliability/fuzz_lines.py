"""What pages of no good will say over an open line: it ends with a number, or goes on; no crash."""

import json
from collections.abc import Iterator
from typing import Any

from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.types import ASGIApp
from starlette.websockets import WebSocketDisconnect

from bench.reliability.fuzz_requests import Visitors
from bench.reliability.hostile import Hand
from tests.conftest import BASE_URL
from tests.house import addresses
from tests.house import test_access_matrix as matrix

# How a line may end: by itself, or with what it has against the page.
DECLARED = {1000, 1003, 1007, 1008, 1009, 4400, 4401, 4404, 4409, 4429}
_MOST = 6  # things said on one line
_SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"


def fuzz_lines(app: ASGIApp, visitors: Visitors, *, lines: int, seed: int) -> dict[str, str]:
    """Open so many lines and say hostile things; what is wrong, and after which words."""
    hand, wrong = Hand(seed), {}
    carried = list(_carried(visitors))
    with TestClient(app, base_url=BASE_URL) as browser:
        for number in range(lines):
            name, who, address = carried[number % len(carried)]
            said = [_spoilt(hand, each) for each in _said(hand, visitors)]
            found = _talk(browser, visitors, who, address, said)
            if found:
                wrong.setdefault(f"{name} as {who}: {found}", json.dumps(said)[:600])
    return wrong


def _talk(browser: TestClient, visitors: Visitors, who: str, address: str, said: list[Any]) -> str:
    headers = {"origin": BASE_URL} | visitors.headers(who)
    try:
        with browser.websocket_connect(
            BASE_URL.replace("https", "wss") + address, headers=headers
        ) as line:
            for each in said:
                line.send_text(each if isinstance(each, str) else json.dumps(each))
            line.send_json({"type": "ping"})
            while json.loads(line.receive_text()).get("type") != "pong":
                pass
    except WebSocketDisconnect as over:
        return "" if over.code in DECLARED else f"ended with {over.code}"
    except Exception as error:  # noqa: BLE001 - whatever gets through to the server
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        return type(error).__name__
    return ""


def _carried(visitors: Visitors) -> Iterator[tuple[str, str, str]]:
    """Each line as each who may have it."""
    for name, (path, route) in matrix.ROUTES.items():
        # The console's own line answers no ping.
        if isinstance(route, WebSocketRoute) and name != "console:live":
            for who in visitors.names():
                expected = matrix.expected(name, matrix.PRINCIPALS[who], "own")
                if expected is matrix.Comes.IN:
                    yield name, who, addresses.filled(path, visitors.world.own.ids)


def _said(hand: Hand, visitors: Visitors) -> list[dict[str, Any]]:
    """What a page says when nothing is wrong, hello first."""
    own = visitors.world.own.ids
    talk = [
        {"type": "signal", "n": 1, "peer": "p", "to": None, "sdp": _SDP, "body": {"a": 1}},
        {"type": "signal", "n": 2, "peer": "p", "to": own["visit"], "body": "candidate"},
        {"type": "offer", "n": 1, "peer": "p", "seat": own["visit"], "sdp": _SDP},
        {"type": "state", "pc": "connected", "seat": own["visit"]},
        {"type": "again", "seat": own["visit"]},
        {"type": "ice"},
        {"type": "left"},
        {"type": "marks", "marks": {"a": 1, "b": 2.5}},
        {"type": "admit", "seat": own["visit"]},
        {"type": "bye"},
    ]
    chosen = hand.random.sample(talk, hand.random.randrange(1, _MOST))
    return [{"type": "hello", "page": "page", "since": None}, *chosen]


def _spoilt(hand: Hand, message: dict[str, Any]) -> Any:
    chance = hand.random.random()
    if chance < 0.35:
        return message
    if chance < 0.4:
        return hand.word().encode("utf-8", "replace").decode()
    kept, field = dict(message), hand.random.choice([*message, "since"])
    kept[field] = hand.value()
    return kept
