"""Ten thousand forged webhooks, genuine ones of every shape, repeats, and a door that was shut.

The forgers know the account, an old request with its signature, and how signing works; they lack
the token. A forgery is accepted when it is answered as if it were genuine, or leaves a row behind.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.messaging.models import Direction, InboundText, Message
from bench.reliability.stage import BASE_URL, Stage, keep, stage
from bench.rows import Row, at_most, seen
from tests.databases import Kind
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


@dataclass(frozen=True)
class Outcome:
    """What came through the door, and what it did."""

    database: str
    seed: int
    forged: int
    forged_accepted: int
    forged_accepted_by_kind: dict[str, int]
    genuine: int
    genuine_accepted: int
    repeats: int
    effects_of_repeats: int  # beyond the one
    rows_left_by_forgers: int

    @property
    def is_clean(self) -> bool:
        """Whether nothing happened that must not."""
        wrong = self.forged_accepted + self.effects_of_repeats + self.rows_left_by_forgers
        return wrong == 0 and self.genuine_accepted == self.genuine


@dataclass(frozen=True)
class Recovery:
    """What the sweep brought back after the door had been shut."""

    database: str
    replies: int
    recovered: int
    kept: int  # as the clinic reads them: each once
    seconds: float  # from the start of the process until the last one was understood

    @property
    def is_clean(self) -> bool:
        """Whether every reply was there in three minutes."""
        return self.recovered == self.kept == self.replies and self.seconds <= 180


def measure(*, full: bool) -> list[Row]:
    """Both experiments on both databases."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    rows: list[Row] = []
    kept = []
    for kind in ("sqlite", "postgresql"):
        forged = forge(kind, count=10_000 if full else 1_000, seed=seed)
        back = recover(kind, replies=500 if full else 60)
        kept += [asdict(forged), asdict(back)]
        rows += [
            at_most(f"forgery, {kind}: accepted of {forged.forged}", forged.forged_accepted, "", 0),
            at_most(
                f"forgery, {kind}: genuine refused of {forged.genuine}",
                forged.genuine - forged.genuine_accepted,
                "",
                0,
            ),
            at_most(f"forgery, {kind}: second effects", forged.effects_of_repeats, "", 0),
            at_most(
                f"shut for ten minutes, {kind}: replies lost of {back.replies}",
                back.replies - back.recovered + abs(back.kept - back.replies),
                "",
                0,
            ),
            at_most(f"shut for ten minutes, {kind}: last one understood", back.seconds, "s", 180),
            seen(f"forgery, {kind}: seed", seed, ""),
        ]
    keep("forgery", kept)
    return rows


def forge(kind: Kind, *, count: int, seed: int, worker_id: str = "bench") -> Outcome:
    """So many forgeries in turn of every kind, with genuine calls and repeats between them."""
    print(f"forgery: {kind}, seed {seed}", flush=True)
    chance = random.Random(seed)
    accepted: Counter[str] = Counter()
    genuine = taken = repeats = second = 0
    with stage(kind, patients=4, worker_id=worker_id) as scene:
        door = _Door(scene, chance)
        for number in range(count):
            name, forgery = _FORGERIES[number % len(_FORGERIES)]
            if door.answers(forgery(door, door.genuine())):
                accepted[name] += 1
        left = door.rows()
        for number in range(max(20, count // 20)):
            name, variant = _VARIANTS[number % len(_VARIANTS)]
            call = variant(door, door.genuine())
            before = door.rows()
            genuine += 1
            taken += door.answers(call)
            repeats += 3
            taken_again = sum(door.answers(call) for _ in range(3))
            second += (3 - taken_again) + (door.rows() - before - 1)
    return Outcome(
        database=kind,
        seed=seed,
        forged=count,
        forged_accepted=accepted.total(),
        forged_accepted_by_kind=dict(accepted),
        genuine=genuine,
        genuine_accepted=taken,
        repeats=repeats,
        effects_of_repeats=second,
        rows_left_by_forgers=left,
    )


def recover(kind: Kind, *, replies: int, worker_id: str = "bench") -> Recovery:
    """Nobody takes calls for ten minutes; then `afterglow serve` starts, with its worker."""
    with stage(kind, patients=20, worker_id=worker_id) as scene:
        _write_unheard(scene, replies)
        began = time.monotonic()
        with scene.serving():
            while _understood(scene) < replies and time.monotonic() - began < 200:
                time.sleep(0.1)
            took = time.monotonic() - began
            return Recovery(kind, replies, _understood(scene), _kept(scene), round(took, 1))


def _write_unheard(scene: Stage, replies: int) -> None:
    real = scene.twilio.shelf.now
    for number in range(replies):
        back = timedelta(minutes=10) * (1 - number / replies)
        scene.twilio.shelf.now = lambda back=back: real() - back
        patient = scene.patients[number % len(scene.patients)]
        _, answers = scene.twilio.text_in(patient.phone, f"Is it far? ({number})")
        assert answers == [0]
    scene.twilio.shelf.now = real


def _understood(scene: Stage) -> int:
    with scene.database.session(write=False) as db:
        stored = select(func.count()).where(InboundText.understood_at.is_not(None))
        return db.scalar(stored) or 0


def _kept(scene: Stage) -> int:
    with scene.database.session(write=False) as db:
        kept = select(func.count()).where(Message.direction == Direction.INBOUND)
        return db.scalar(kept) or 0


class _Door:
    """The application in this process, and what a forger may have seen."""

    def __init__(self, scene: Stage, chance: random.Random) -> None:
        self.scene, self.chance = scene, chance
        self.token = scene.twilio.token
        self._browser = TestClient(scene.app(), base_url=BASE_URL)
        self._serial = 0

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

    def answers(self, call: Call) -> bool:
        """Whether a request is answered as a genuine one is."""
        headers = {"content-type": "application/x-www-form-urlencoded"} | call.headers
        if call.signature is not None:
            headers["x-twilio-signature"] = call.signature
        body = urlencode(call.form).encode() if call.body is None else call.body
        address = call.path + (f"?{call.query}" if call.query else "")
        answer = self._browser.request(call.method, address, content=body, headers=headers)
        return answer.status_code < 300

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


Forgery = Callable[[_Door, Call], Call]
_HERE = BASE_URL + _PATH
_EVIL = "https://evil.test" + _PATH


def _for(address: str, token: str | None = None, **headers: str) -> Forgery:
    """Signed for that address, by the right token when no other is given."""

    def forge(door: _Door, call: Call) -> Call:
        signed = door.signed(call, address, token)
        return replace(signed, headers={key.replace("_", "-"): headers[key] for key in headers})

    return forge


def _changed(name: str, value: str) -> Forgery:
    return lambda _, call: call.alter(name, value)


def _sent(**differs: Any) -> Forgery:
    return lambda _, call: replace(call, **differs)


_FORGERIES: list[tuple[str, Forgery]] = [
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
]  # fmt: skip


def _with(more: dict[str, str]) -> Forgery:
    def extend(door: _Door, call: Call) -> Call:
        form = dict(call.form) | more
        return Call(list(form.items()), sign(door.token, _HERE, form))

    return extend


_VARIANTS: list[tuple[str, Forgery]] = [
    ("as ever", _sent()),
    ("reordered", lambda door, call: replace(call, form=door.chance.sample(call.form, 15))),
    ("unknown parameters", _with({"New2027": "x", "Ünï": " ä ", "Z": ""})),
    ("many of them", _with({f"Media{number}": f"https://x.test/{number}" for number in range(40)})),
    ("port said", _for(f"{BASE_URL}:443{_PATH}")),
    ("through a proxy", _sent(headers={"x-forwarded-host": "x.test", "x-forwarded-for": "::1"})),
]
