"""The calls that come to the webhooks' door: forged in every way we know, and genuine ones."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import func, select

from app.messaging.models import InboundText, Message, MessageStatus
from bench.reliability.stage import BASE_URL, Stage
from tests.twilio_standin import sign

_PATH = "/hooks/twilio/message"
_WORDS = [
    "Not today",
    "LATER",
    "ok",
    "  Is it  cold? \n",
    "mañana mejor 🙂",
    "",
    "Stop" * 400,
    "+=&%",
]


@dataclass(frozen=True)
class Call:
    """One request at the webhook's door."""

    form: list[tuple[str, str]]
    signature: str | None
    path: str = _PATH
    query: str = ""
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None  # instead of the form

    def alter(self, name: str, value: str) -> "Call":
        """The same with another value of one parameter, signed as before."""
        return replace(self, form=[(key, value if key == name else old) for key, old in self.form])


class Door:
    """The application's door, at any of its processes, and what a forger may have seen."""

    def __init__(self, scene: Stage, chance: random.Random) -> None:
        self.scene, self.chance = scene, chance
        self.token = scene.twilio.token
        self.texts = [str(one) for one in scene.queue(8)]
        self._serial = 0
        self._some = ThreadPoolExecutor(3)

    def genuine(self) -> Call:
        """A request as Twilio makes it, about a text that nobody has heard of."""
        self._serial += 1
        text = self.scene.twilio.shelf.add(
            direction="inbound",
            to="+13125550100",
            sender=self.scene.patients[0].phone,
            body=self.chance.choice(_WORDS),
            status="received",
        )
        form = self.scene.twilio.webhook_form(text)
        return Call(list(form.items()), sign(self.token, BASE_URL + _PATH, form))

    def told(self, text: str) -> Call:
        """A genuine callback about one of our texts."""
        path = f"/hooks/twilio/status/{text}"
        form = {"MessageSid": f"SM{self._serial:032x}", "MessageStatus": "delivered", "To": "+1"}
        return Call(list(form.items()), sign(self.token, BASE_URL + path, form), path)

    def answers(self, call: Call) -> bool:
        """Whether a request is answered as a genuine one is."""
        headers = {
            "host": urlsplit(BASE_URL).netloc,
            "content-type": "application/x-www-form-urlencoded",
        } | call.headers
        if call.signature is not None:
            headers["x-twilio-signature"] = call.signature
        body = urlencode(call.form).encode() if call.body is None else call.body
        address = call.path + (f"?{call.query}" if call.query else "")
        line = HTTPConnection("127.0.0.1", self.chance.choice(self.scene.ports), timeout=60)
        try:
            line.request(call.method, address, body, headers)
            return line.getresponse().status < 300
        finally:
            line.close()

    def answers_at_once(self, call: Call, times: int) -> int:
        """How many of so many repeats at the same moment are answered as genuine."""
        return sum(self._some.map(self.answers, [call] * times))

    def misreported(self) -> int:
        """How many of our texts somebody has told a fate of."""
        with self.scene.database.session(write=False) as db:
            told = select(func.count()).where(Message.status != MessageStatus.QUEUED)
            return db.scalar(told) or 0

    def rows(self) -> int:
        """How many texts are kept as they came in."""
        with self.scene.database.session(write=False) as db:
            return db.scalar(select(func.count()).select_from(InboundText)) or 0

    def signed(self, call: Call, address: str, token: str | None = None) -> Call:
        """The same, signed for another address or by another token."""
        form = dict(call.form)
        return replace(call, signature=sign(self.token if token is None else token, address, form))

    def altered(self, signature: str) -> str:
        """A signature with one letter changed."""
        place = self.chance.randrange(len(signature) - 2)
        other = "A" if signature[place] != "A" else "B"
        return signature[:place] + other + signature[place + 1 :]


def _swallow(call: Call, name: str) -> Call:
    """The parameter swallows the name and value of its neighbour: what is signed stays the same."""
    form = dict(call.form)
    after = sorted(form)[sorted(form).index(name) + 1]
    value = form[name] + after + form.pop(after)
    return replace(call, form=list((form | {name: value}).items()))


Forgery = Callable[[Door, Call], Call]
_HERE = BASE_URL + _PATH
_EVIL = "https://evil.test" + _PATH


def _for(address: str, token: str | None = None, **headers: str) -> Forgery:
    """Signed for that address, by the right token when no other is given."""

    def forge(door: Door, call: Call) -> Call:
        signed = door.signed(call, address, token)
        return replace(signed, headers={key.replace("_", "-"): headers[key] for key in headers})

    return forge


def _changed(name: str, value: str) -> Forgery:
    return lambda _, call: call.alter(name, value)


def _sent(**differs: Any) -> Forgery:
    return lambda _, call: replace(call, **differs)


FORGERIES: list[tuple[str, Forgery]] = [
    ("no signature", _sent(signature=None)),
    ("empty signature", _sent(signature="")),
    ("one letter off", lambda door, call: replace(call, signature=door.altered(call.signature))),
    ("cut short", lambda _, call: replace(call, signature=call.signature[:-4])),
    ("two in one", lambda _, call: replace(call, signature=f"{call.signature},{call.signature}")),
    ("another's", lambda door, call: replace(call, signature=door.genuine().signature)),
    ("other token", _for(_HERE, "stolen" * 5)),
    ("empty token", _for(_HERE, "")),
    ("account as token", lambda door, call: door.signed(call, _HERE, door.scene.twilio.account)),
    ("other host", _for(_EVIL)),
    ("other port", _for(f"{BASE_URL}:8443{_PATH}")),
    ("other scheme", _for(f"http://afterglow.test{_PATH}")),
    ("other path", _for(f"{BASE_URL}/hooks/twilio/status/1")),
    ("slash behind", _for(f"{_HERE}/")),
    ("signed with a query", _for(f"{_HERE}?a=1")),
    ("sent with a query", _sent(query="a=1")),
    ("signature in the query", lambda _, call: replace(
        call, signature=None, query=urlencode({"X-Twilio-Signature": call.signature}))),
    ("forwarded host", _for(_EVIL, x_forwarded_host="evil.test", forwarded="host=evil.test")),
    ("forwarded scheme", _for(f"http://afterglow.test{_PATH}", x_forwarded_proto="http")),
    ("forwarded port", _for(f"{BASE_URL}:8443{_PATH}", x_forwarded_port="8443")),
    ("other host asked", _for(_EVIL, host="evil.test")),
    ("original url", _for(_EVIL, x_original_url=_PATH, x_rewrite_url=_PATH)),
    ("words changed", _changed("Body", "I want to stop")),
    ("words lengthened", lambda _, call: call.alter("Body", dict(call.form)["Body"] + " ")),
    ("other sender", _changed("From", "+13125559999")),
    ("other message", _changed("MessageSid", "SM" + "f" * 32)),
    ("parameter added", lambda _, call: replace(call, form=[*call.form, ("OptOutType", "STOP")])),
    ("parameter gone", lambda _, call: replace(call, form=call.form[1:])),
    ("parameter renamed", lambda _, call: replace(call, form=[("body", "x"), *call.form[1:]])),
    ("parameter twice", lambda _, call: replace(call, form=[("Body", "STOP"), *call.form])),
    ("twice, behind", lambda _, call: replace(call, form=[*call.form, ("Body", "STOP")])),
    ("sid swallows its neighbour", lambda _, call: _swallow(call, "MessageSid")),
    ("sender swallows its neighbour", lambda _, call: _swallow(call, "From")),
    ("words swallow their neighbour", lambda _, call: _swallow(call, "Body")),
    ("as json", _sent(headers={"content-type": "application/json"}, body=b"{}")),
    ("not posted", _sent(method="GET")),
    ("put", _sent(method="PUT")),
    ("told as a status", _sent(path="/hooks/twilio/status/1")),
    ("status, unsigned", lambda door, _: replace(door.told(door.texts[0]), signature=None)),
    ("status of another text", lambda door, _: replace(
        door.told(door.texts[0]), path=door.told(door.texts[1]).path)),
    ("another status", lambda door, _: door.told(door.texts[0]).alter("MessageStatus", "failed")),
    ("status by other token", lambda door, _: door.signed(
        door.told(door.texts[0]), BASE_URL + door.told(door.texts[0]).path, "stolen" * 5)),
    ("status at the words' door", lambda door, _: replace(door.told(door.texts[0]), path=_PATH)),
]  # fmt: skip


def _with(more: dict[str, str]) -> Forgery:
    def extend(door: Door, call: Call) -> Call:
        form = dict(call.form) | more
        return Call(list(form.items()), sign(door.token, _HERE, form))

    return extend


VARIANTS: list[tuple[str, Forgery]] = [
    ("as ever", _sent()),
    (
        "reordered",
        lambda door, call: replace(call, form=door.chance.sample(call.form, len(call.form))),
    ),
    ("unknown parameters", _with({"New2027": "x", "Ünï": " ä ", "Z": ""})),
    ("many of them", _with({f"Media{number}": f"https://x.test/{number}" for number in range(40)})),
    ("port said", _for(f"{BASE_URL}:443{_PATH}")),
    ("through a proxy", _sent(headers={"x-forwarded-host": "x.test", "x-forwarded-for": "::1"})),
]
