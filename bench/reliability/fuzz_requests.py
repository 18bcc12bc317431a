"""Draws requests for every route: who asks, where, with which fields, and what is wrong with it."""

import hashlib
import hmac
import json
import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.routing import Route

from bench.reliability import posted
from bench.reliability.asking import Asked, Asking
from bench.reliability.form_fields import fields_of
from bench.reliability.hostile import Hand, as_json, form_encoded, multipart
from bench.reliability.hostile_words import TYPES
from tests.conftest import BASE_URL
from tests.house import addresses, world
from tests.house import test_access_matrix as matrix

_EXAMPLES = Path(__file__).resolve().parents[2] / "tests" / "fhir_examples"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "x")
_FORM = "application/x-www-form-urlencoded"
_FHIR_ID = re.compile(r"/fhir/R4/(\w+)")
_PARAMETERS = [
    "_id",
    "_lastUpdated",
    "_count",
    "_sort",
    "_include",
    "_revinclude",
    "_summary",
    "_elements",
    "_format",
    "identifier",
    "name",
    "family",
    "given",
    "birthdate",
    "phone",
    "patient",
    "subject",
    "date",
    "status",
    "actor",
    "_offset",
    "page",
    "cursor",
    "day",
    "week",
    "patient",
    "at",
    "q",
    "search",
    "from",
    "to",
    "kind",
    "month",
    "tab",
    "unit",
    "who",
    "before",
    "after",
    "since",
    "zone",
    "visit",
    "question",
]


@dataclass
class Visitors:
    """Who can come along, and what they own."""

    world: world.World
    cookies: dict[str, str]
    twilio_token: str

    def names(self) -> list[str]:
        """Everybody, by name."""
        return sorted(matrix.PRINCIPALS)

    def headers(self, who: str) -> dict[str, str]:
        """What somebody's browser or system sends along."""
        headers = {"cookie": self.cookies[who]} if who in self.cookies else {}
        if key := matrix.PRINCIPALS[who].key:
            headers["authorization"] = f"Bearer {self.world.keys[key]}"
        return headers


Pairs = list[tuple[str, str]]


class Requests:
    """Requests of one seed, for every route of the router alike.

    `looks`: as how many visitors each page is read, to know its forms.
    """

    def __init__(self, seed: int, visitors: Visitors, line: Asking, *, looks: int) -> None:
        self._hand = Hand(seed)
        self._visitors = visitors
        self._line = line
        self.routes = {
            name: (path, route)
            for name, (path, route) in matrix.ROUTES.items()
            if isinstance(route, Route)
        }
        self._forms: dict[str, list[Pairs]] = defaultdict(list)  # by address
        self._names: list[str] = []  # of all fields anywhere
        self._resources: dict[str, list[Any]] = defaultdict(list)  # by their type
        self._let_in: dict[str, list[str]] = {}  # who gets somewhere, by route
        self._learn(looks)

    def draw(self, count: int) -> Iterator[tuple[str, Asked]]:
        """So many requests, each with the name of the route it is for."""
        names = sorted(self.routes)
        for number in range(count):
            name = names[number % len(names)]
            yield name, self._one(name)

    def _one(self, name: str) -> Asked:
        draw, (_, route) = self._hand.random, self.routes[name]
        who = draw.choice(self._let_in[name] if draw.random() < 0.8 else self._visitors.names())
        own = sorted((route.methods or set()) - {"HEAD"})
        method = draw.choice(own) if draw.random() < 0.93 else draw.choice(_METHODS)
        target = self._target(name)
        headers = {"sec-fetch-site": "same-origin"} | self._visitors.headers(who)
        if name.startswith("journal:") and draw.random() < 0.9:
            headers["x-owner"] = self._visitors.world.own.ids["owner"]
        body = b""
        if method not in ("GET", "HEAD"):
            address = target.partition("?")[0]
            body, headers["content-type"] = self._body(name, address)
        if name.startswith("twilio-"):
            headers["x-twilio-signature"] = signature(self._visitors.twilio_token, target, body)
        headers |= self._hand.headers() if draw.random() < 0.4 else {}
        return Asked(method, target, list(headers.items()), body, draw.random() < 0.01)

    def _target(self, name: str) -> str:
        draw, path = self._hand.random, self.routes[name][0]
        whose = draw.choice(("own", "own", "own", "own", "other", "neighbours"))
        address = quote(addresses.filled(path, getattr(self._visitors.world, whose).ids), safe="/$")
        for each in addresses.names(path):
            if draw.random() < 0.1:
                address = quote(path, safe="/$").replace(quote("{" + each + "}"), self._hand.part())
        if draw.random() < 0.03:
            address += draw.choice(("/", "//", "/.", ";a=b", "%2f", "%00", "/%2e%2e/"))
        if draw.random() < (0.6 if "GET" in (self.routes[name][1].methods or ()) else 0.1):
            address += "?" + self._hand.query(
                [*_PARAMETERS, *self._hand.random.sample(self._names, 5)]
            )
        return address

    def _body(self, name: str, address: str) -> tuple[bytes, str]:
        draw = self._hand.random
        if draw.random() < 0.04:
            return self._hand.raw(), draw.choice(TYPES)
        if name.startswith("fhir:"):
            body, kind = as_json(self._resource(address)), "application/fhir+json"
        elif name in posted.JSON:
            given = posted.JSON[name](self._visitors.world)
            body, kind = as_json(self._spoilt(given)), "application/json"
        elif name == "journal:piece":
            body, kind = draw.choice((b"\x1aE\xdf\xa3webm", self._hand.raw())), "audio/webm"
        else:
            body, kind = self._form(address)
        return body, draw.choice(TYPES) if draw.random() < 0.03 else kind

    def _spoilt(self, given: Any) -> Any:
        for _ in range(self._hand.random.choice((0, 1, 1, 1, 2))):
            given = self._hand.spoil(given)
        return given

    def _resource(self, address: str) -> Any:
        kind = _FHIR_ID.match(address)
        known = self._resources.get(kind[1] if kind else "", [])
        if not known:
            return self._hand.value()
        return self._spoilt(self._hand.random.choice(known))

    def _form(self, address: str) -> tuple[bytes, str]:
        """A form as its page has it, a few of its fields spoilt."""
        draw = self._hand.random
        known = self._forms.get(address)
        pairs = list(draw.choice(known)) if known else []
        if draw.random() < (0.1 if known else 0.9):
            pairs += [(each, self._hand.word()) for each in draw.sample(self._names, 4)]
        for _ in range(draw.choice((0, 1, 1, 2, 3))):
            if pairs:
                place = draw.randrange(len(pairs))
                pairs[place] = (pairs[place][0], self._hand.word())
        if draw.random() < 0.1 and pairs:
            pairs.pop(draw.randrange(len(pairs)))
        if draw.random() < 0.05:
            pairs *= draw.choice((2, 60))
        if draw.random() < 0.1:
            files = [
                (draw.choice(["file", *self._names]), self._hand.word(), draw.choice(_FILES))
                for _ in range(draw.choice((0, 1, 1, 3)))
            ]
            return multipart(pairs, files), "multipart/form-data; boundary=b"
        return form_encoded(pairs), _FORM

    def _learn(self, looks: int) -> None:
        """Walk through the house as everybody: which forms are where, and which resources."""
        for name, (path, route) in self.routes.items():
            methods, own = route.methods or set(), self._visitors.world.own
            self._let_in[name] = [
                who
                for who in self._visitors.names()
                if matrix.declared(name) is not None
                and matrix.expected(name, matrix.PRINCIPALS[who], "own") is matrix.Comes.IN
            ] or self._visitors.names()
            if "GET" not in methods:
                continue
            address = addresses.filled(path, own.ids)
            for who in self._let_in[name][:looks]:
                headers = {"sec-fetch-site": "same-origin"} | self._visitors.headers(who)
                answer = self._line.ask(
                    Asked("GET", quote(address, safe="/$"), list(headers.items()))
                )
                if name.startswith("fhir:"):
                    self._keep_resources(answer.body)
                elif "html" in answer.header("content-type"):
                    for action, pairs in fields_of(answer.body.decode(), address):
                        self._forms[action].append(pairs)
        for action, pairs in posted.forms(self._visitors.world):
            self._forms[action].append(pairs)
        self._names = sorted({name for each in self._forms.values() for p in each for name, _ in p})
        for example in _EXAMPLES.glob("*.json"):
            self._keep_resources(example.read_bytes())
        for resource in posted.resources(self._visitors.world):
            self._resources[resource["resourceType"]].append(resource)

    def _keep_resources(self, body: bytes) -> None:
        try:
            told = json.loads(body)
        except ValueError:
            return
        entries = [told, *(each.get("resource") for each in told.get("entry") or [])]
        for resource in entries[:6]:
            if (
                isinstance(resource, dict)
                and len(self._resources[kind := resource.get("resourceType", "")]) < 6
            ):
                self._resources[kind].append(resource)


_FILES = (
    b"",
    b"a,b\n1,2\n",
    b"\xff\xfea\x00",
    b'"' * 5000,
    b"date,start,patient\n2026-11-23,09:00,Maya Osei\n",
    b'{"resourceType":"Questionnaire"}',
    b"%PDF-1.7\n",
    b"OggS" + b"\0" * 40,
    b"\x89PNG\r\n\x1a\n",
    b"\0" * 60_000,
)


def signature(token: str, target: str, body: bytes) -> str:
    """As Twilio signs: the address, then every name and value in the names' order."""
    pairs = dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True, errors="replace"))
    said = BASE_URL + target + "".join(name + pairs[name] for name in sorted(pairs))
    made = hmac.new(token.encode(), said.encode(errors="replace"), hashlib.sha1)
    return b64encode(made.digest()).decode()
