"""What people and machines outside do in one act: requests one after the other, as pages send them.

    await ACTS["form"](world, began)

`began` is when it was meant to begin. What follows an answer is meant to begin with it: a client
that is late, or waits for a line, counts as ours. Raises Wrong for an answer that is not what its
page expects.
"""

import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from websockets.asyncio.client import ClientConnection

from bench.load.world import World
from bench.reliability.browser import BASE_URL
from bench.reliability.lines import Heard, Line
from bench.reliability.morning import _call
from tests.twilio_standin.signature import sign

_JSON = {"content-type": "application/json", "accept": "application/json"}
_FORM = {"content-type": "application/x-www-form-urlencoded"}
_BYTES = {"content-type": "application/octet-stream", "x-kind": "voice"}
_PAGE = {"accept-encoding": "br", "sec-fetch-dest": "document"}
_HIDDEN = re.compile(r'name="(revision|sheet|drawn)" value="([^"]*)"')
_ASKED = re.compile(r'type="radio"[^>]*name="([^"]*)"')
_PIECES, _PIECE = 4, b"\x1a\x45\xdf\xa3" + b"s" * 64 * 1024  # a minute of speech
_READ = (
    "Appointment?date=ge2026-01-01&_count=20",
    "Patient?birthdate=1990-04-12&_count=10",
    "Task?_lastUpdated=ge2026-01-01&_count=20",
)
_WAYS = 6  # candidates of each side


class Wrong(Exception):
    """Something was answered otherwise than its page expects."""


async def tap(world: World, began: float) -> None:
    """A link is opened, somebody is there, and waits on a line that stays."""
    token, visit, _ = world.next("visits")
    await _sit(world, began, token, visit)


async def _sit(world: World, began: float, token: str, visit: str) -> ClientConnection:
    place = world.place()
    async with world.line() as line:
        _is(await line.ask("GET", "/j", place | _PAGE), 200)
        posted = json.dumps({"t": token, "kind": "join"}).encode()
        opened = _is(await line.ask("POST", "/x", _JSON | place, posted), 200)
        world.note("tap", began)
        mine = {"cookie": opened.cookies()} | place
        claim = json.dumps({"visit": visit}).encode()
        _is(await line.ask("POST", "/x/claim", _JSON | mine, claim), 200)
    page = await _arrive(world, f"/visits/{visit}", mine)
    world.note("line", began)
    world.waiting.append(page)
    return page


async def _arrive(world: World, path: str, headers: Mapping[str, str]) -> ClientConnection:
    page = await _call(world.chance.choice(world.urls), f"{path}/socket", dict(headers))
    await page.send(json.dumps({"type": "hello", "page": uuid4().hex, "since": None}))
    await _until(page, "welcome")
    return page


async def _until(page: ClientConnection, kind: str) -> dict[str, Any]:
    while True:
        heard: dict[str, object] = json.loads(await page.recv())
        if heard["type"] == kind:
            return heard


async def form(world: World, began: float) -> None:
    """A question's page is opened, and answered."""
    async with world.alone("phones") as phone, world.line() as line:
        mine = {"cookie": phone["cookie"]}
        path = f"{phone['form']}/s{world.chance.randrange(2, 9)}"
        shown = _is(await line.ask("GET", path, mine), 200).body.decode()
        world.note("page", began)
        began = time.perf_counter()
        said = dict(_HIDDEN.findall(shown))
        said[_ASKED.findall(shown)[0]] = f"o{world.chance.randrange(4)}"
        _is(await line.ask("POST", path, mine | _FORM, urlencode(said).encode()), 303)
        world.note("save", began)


async def entry(world: World, began: float) -> None:
    """Words are kept."""
    async with world.alone("phones") as phone, world.line() as line:
        await _keep(line, phone, "words", "First the light, then waves.")
        world.note("entry", began)


async def note(world: World, began: float) -> None:
    """A spoken note, piece by piece, and its end."""
    async with world.alone("phones") as phone, world.line() as line:
        path = await _keep(line, phone, "voice", "")
        world.note("entry", began)
        mine = {"cookie": phone["cookie"], "x-owner": phone["owner"]}
        path = f"{path}/files/{uuid4()}"
        for number in range(_PIECES):
            began = time.perf_counter()
            _is(await line.ask("PUT", f"{path}/{number}", mine | _BYTES, _PIECE), 200)
            world.note("piece", began)
        told = json.dumps({"slices": _PIECES, "media_type": "audio/webm", "seconds": 60})
        _is(await line.ask("PUT", path, mine | _JSON, told.encode()), 200)


async def _keep(line: Line, phone: Mapping[str, str], kind: str, words: str) -> str:
    told = {"owner": phone["owner"], "revision": 1, "words": words, "kind": kind}
    told["written_at"] = datetime.now(UTC).isoformat()
    path = f"/journal/entries/{uuid4()}"
    mine = {"cookie": phone["cookie"]}
    _is(await line.ask("PUT", path, mine | _JSON, json.dumps(told).encode()), 201)
    return path


async def call(world: World, began: float) -> None:
    """A patient and a clinician find each other: an offer, and ways to connect from both."""
    token, visit, staff = world.next("visits")
    patient = await _sit(world, began, token, visit)
    clinician = await _call(
        world.chance.choice(world.urls), f"/clinic/visits/{visit}/socket", {"cookie": staff}
    )
    try:
        await clinician.send(json.dumps({"type": "hello", "page": uuid4().hex, "since": None}))
        room = await _until(clinician, "welcome")
        seat, peer = room["room"]["seats"][0]["id"], uuid4().hex
        began = time.perf_counter()
        await clinician.send(json.dumps({"type": "offer", "peer": peer, "sdp": "v=0"}))
        await _until(patient, "offer")
        world.note("offer", began)
        for number in range(1, _WAYS + 1):
            began = time.perf_counter()
            said = {"type": "signal", "n": number, "peer": peer, "candidates": [f"way {number}"]}
            await patient.send(json.dumps(said))
            await clinician.send(json.dumps(said | {"seat": seat}))
            await _until(patient, "ack")
            await _until(clinician, "ack")
            world.note("signal", began)
    finally:
        await clinician.close()


async def hook(world: World, began: float) -> None:
    """Twilio calls: what became of a text, and now and then one that came in."""
    hooks = world.hooks
    text, sid = world.chance.choice(hooks["texts"])
    became = {"MessageSid": sid, "MessageStatus": world.chance.choice(("sent", "delivered"))}
    path, told, status = f"/hooks/twilio/status/{text}", became, 204
    if world.chance.random() < 1 / 13:
        path, told, status = "/hooks/twilio/message", _came_in(world), 200
    signed = {"x-twilio-signature": sign(hooks["token"], BASE_URL + path, told)}
    async with world.line() as line:
        _is(await line.ask("POST", path, _FORM | signed, urlencode(told).encode()), status)
        world.note("hook", began)


def _came_in(world: World) -> dict[str, str]:
    sid = f"SM{uuid4().hex}"
    return {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": world.hooks["account"],
        "MessagingServiceSid": world.hooks["service"],
        "From": world.chance.choice(world.hooks["numbers"]),
        "To": world.hooks["to"],
        "Body": "Is it far?",
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
    }


async def board(world: World, began: float) -> None:
    """The clinic's day is opened."""
    async with world.line() as line:
        mine = {"cookie": world.next("desks")}
        _is(await line.ask("GET", "/clinic/", mine | _PAGE), 200)
        world.note("board", began)


async def read(world: World, began: float) -> None:
    """Another system asks for visits, people or forms."""
    key = {"authorization": f"Bearer {world.next('keys')}"}
    what = world.chance.choice(_READ)
    async with world.line() as line:
        _is(await line.ask("GET", f"/fhir/R4/{what}", key), 200)
        world.note("read", began)


def _is(heard: Heard, status: int) -> Heard:
    if heard.status != status:
        raise Wrong(f"{heard.status} instead of {status}")
    return heard


ACTS: dict[str, Callable[[World, float], Awaitable[None]]] = {
    "tap": tap,
    "form": form,
    "entry": entry,
    "note": note,
    "call": call,
    "hook": hook,
    "board": board,
    "read": read,
}
