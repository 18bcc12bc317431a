"""Every address, tried as everybody who could come along, on their own things and on others'.

What should come of it is read from `app/web/access`; what does come of it, from the answer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

import pytest
from httpx2 import Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from app import clock
from app.access.models import SessionKind, Strength
from app.main import create_app
from app.people.models import Practitioner, Role
from app.settings import Settings
from app.web import site
from app.web.access import others, staff
from app.web.access.others import System, Who
from app.web.visitors import COOKIES
from tests import databases
from tests.conftest import BASE_URL, FRIDAY_NOON
from tests.fakes import RecordingGateway
from tests.house import addresses, world


class Comes(StrEnum):
    """What comes of it."""

    IN = "in"
    SIGN_IN = "sign in first"
    NOT_FOR_YOU = "not for you"  # 403
    WHO_ARE_YOU = "who are you"  # 401
    UNKNOWN = "unknown"  # 404
    BROKEN = "broken"  # 405, 500


def _flat(routes, path="", name="") -> Iterator[tuple[str, str, Route | WebSocketRoute]]:
    for route in routes:
        if isinstance(route, Mount):
            yield from _flat(route.routes, path + route.path, f"{name}{route.name}:")
        else:
            yield name + route.name, path + route.path, route


ROUTES = {name: (path, route) for name, path, route in _flat(site.routes())}
DECLARED = others.PUBLIC | others.PATIENTS | others.SYSTEMS


def declared(name: str) -> Who | System | Role | None:
    """What the tables say of a route."""
    section, _, rest = name.partition(":")
    if section == "console":
        return Who.ANYONE if rest in staff.BEFORE_SIGNING_IN else staff.LEAST.get(rest)
    return DECLARED.get(name)


# Let in, one finds nothing: the world has none of these, or an empty form names none.
NOTHING_THERE = {
    "console:move-visit",
    "console:add-form-rule",
    "console:new-form-rule",
    "console:make-protocol",
    "console:visit-outcome",
    "console:switch-clinic",
    "console:sign-out-one",
    "console:remove-passkey-for-me",
    "intake:file",
    "intake:copy",
    "agreement-copy",
    "take-back-agreement",
    "session-sound",
    "static",
}
# They lead to the page for signing in when all went well.
LEAD_OUT = {"sign-out", "sign-out-everywhere", "console:sign-out", "console:sign-out-everywhere"}
# It answers 503 to everybody as long as no worker works, and here none does.
TELLS_OF_ITSELF = {"ready"}
# It asks where somebody stands, not who it is: here all come from outside.
FOR_INSIDE = {"metrics"}
# To nobody they show a page that knows nobody: what was typed on it must not be lost.
SHOWN_TO_NOBODY = {"journal:write", "journal:go-on", "journal:keep", "journal:skip"}
# The device names these, and any name is new to whoever did not use it before.
NAMED_BY_THE_DEVICE = {"journal:deliver", "safety-alert"}


@dataclass(frozen=True)
class Principal:
    """Somebody who comes along: with which cookie or key, and as what."""

    kind: SessionKind | None = None
    role: Role | None = None
    strength: Strength | None = None
    link: str = ""  # of which text they tapped the link
    at_neighbours: bool = False
    key: str = ""


PRINCIPALS = {
    "stranger": Principal(),
    "join link": Principal(link="join"),
    "quiet hour's link": Principal(link="session"),
    "journal link": Principal(link="write"),
    "forms link": Principal(link="intake"),
    "guest's link": Principal(link="guest"),
    "escort's link": Principal(link="escort"),
    "patient by code": Principal(SessionKind.PATIENT, strength=Strength.CODE),
    "patient by passkey": Principal(SessionKind.PATIENT, strength=Strength.PASSKEY),
    "coordinator": Principal(SessionKind.STAFF, Role.COORDINATOR),
    "clinician": Principal(SessionKind.STAFF, Role.CLINICIAN),
    "administrator": Principal(SessionKind.STAFF, Role.ADMINISTRATOR),
    "leaver": Principal(),
    "neighbour's administrator": Principal(
        SessionKind.STAFF, Role.ADMINISTRATOR, at_neighbours=True
    ),
    "key without the scope": Principal(key="none"),
    "key with the scope": Principal(key="whole"),
}
KNOWN = {
    401: Comes.WHO_ARE_YOU,
    403: Comes.NOT_FOR_YOU,
    404: Comes.UNKNOWN,
    405: Comes.BROKEN,
}
# These two fail by themselves, in a sentence of their own.
UNSAID = {
    name for name, (path, _) in ROUTES.items() if declared(name) is None or addresses.riddles(path)
}
OPENED = {"open", "session", "journal", "intake", "escort"}
# Which text's link opens what; a patient who is signed in needs none for their own.
OPENED_BY = {
    Who.INTAKE: ("intake",),
    Who.INTAKE_RESTED: ("intake",),
    Who.VISIT: ("join",),
    Who.GUEST: ("guest",),
    Who.ESCORT: ("escort",),
    Who.SESSION: ("join", "session"),
}
WHOSE = ("own", "other", "neighbours")


def expected(name: str, principal: Principal, whose: str) -> Comes:
    """What should come of it."""
    if name in FOR_INSIDE:
        return Comes.NOT_FOR_YOU
    says = declared(name)
    is_here = not addresses.ours(ROUTES[name][0]) or (
        (whose == "neighbours") is principal.at_neighbours
    )
    if isinstance(says, Role) or says is Who.STAFF:
        if principal.role is None:
            return Comes.SIGN_IN
        if isinstance(says, Role) and staff.RANKS[principal.role] < staff.RANKS[says]:
            return Comes.NOT_FOR_YOU
        return Comes.IN if is_here else Comes.UNKNOWN
    if isinstance(says, System):
        if not principal.key:
            return Comes.WHO_ARE_YOU
        if principal.key == "none":
            return Comes.NOT_FOR_YOU
        return Comes.IN if is_here else Comes.UNKNOWN
    return _expected_of_patients(name, says, principal, whose)


def _expected_of_patients(name: str, says: Who, principal: Principal, whose: str) -> Comes:
    is_patient = principal.kind is SessionKind.PATIENT
    is_own = whose == "own" or not addresses.ours(ROUTES[name][0]) or name in NAMED_BY_THE_DEVICE
    found = Comes.IN if is_own else Comes.UNKNOWN
    match says:
        case Who.NOBODY_ASKED | Who.ANYONE:
            return Comes.IN
        case Who.TWILIO:
            return Comes.NOT_FOR_YOU
        case Who.PATIENT:
            return found if is_patient else Comes.SIGN_IN
        case Who.READING:
            return found if is_patient else Comes.NOT_FOR_YOU
        case Who.JOURNAL:
            return found if is_patient or principal.link == "write" else Comes.NOT_FOR_YOU
        case _:
            for_patients = says not in (Who.GUEST, Who.ESCORT)
            opened = (is_patient and for_patients) or principal.link in OPENED_BY.get(says, ())
    return Comes.IN if opened and is_own else Comes.NOT_FOR_YOU


def read(status: int, location: str) -> Comes:
    """What came of it."""
    if status == 303 and location.split("?")[0] in ("/sign-in", "/clinic/sign-in"):
        return Comes.SIGN_IN
    if status >= 500:
        return Comes.BROKEN
    return KNOWN.get(status, Comes.IN)


@pytest.fixture(scope="module")
def house():
    with the_house() as built:
        yield built


@contextmanager
def the_house(kind: databases.Kind = "sqlite") -> Iterator["House"]:
    """The world, and one browser without cookies that asks whatever it is told to."""
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON)
    settings = Settings(
        _env_file=None,
        base_url=BASE_URL,
        secret_keys="s" * 40,
        encryption_keys="e" * 40,
        sms="demo",
    )
    with databases.fresh_database("matrix", kind) as url:
        stored = world.Database(url, settings)
        built = world.build(stored)
        cookies = _cookies(stored, built, settings)
        rehearsal = world.Rehearsal(url, settings)
        app = create_app(settings, rehearsal, gateway=RecordingGateway(), works=False)
        with _browser(app) as browser:
            yield House(built, cookies, browser)
        rehearsal.close()
        stored.close()


@dataclass
class House:
    """What the tests of this file work with."""

    world: world.World
    cookies: dict[str, str]
    browser: TestClient

    def headers(self, who: str) -> dict[str, str]:
        """What somebody's browser or system sends along."""
        headers = {"cookie": self.cookies.get(who, ""), "x-forwarded-proto": "https"}
        if key := PRINCIPALS[who].key:
            headers["authorization"] = f"Bearer {self.world.keys[key]}"
        return headers

    def address(self, name: str, whose: str) -> str:
        """The address of a route, with somebody's things in it."""
        return addresses.filled(ROUTES[name][0], getattr(self.world, whose).ids)


def _browser(app) -> TestClient:
    return TestClient(
        app,
        base_url=BASE_URL,
        headers={"sec-fetch-site": "same-origin", "origin": BASE_URL},
        follow_redirects=False,
        raise_server_exceptions=False,
    )


def _cookies(stored, built, settings) -> dict[str, str]:
    """Everybody's cookies: of those signed in, and of the browsers that tapped a link."""
    cast, cookies = built.cast, {}
    people = {
        "patient by code": (cast.maya, Strength.CODE),
        "patient by passkey": (cast.maya, Strength.PASSKEY),
        "coordinator": (cast.jordan, Strength.PASSKEY),
        "clinician": (cast.dr_okafor, Strength.PASSKEY),
        "administrator": (cast.ada, Strength.PASSKEY),
        "leaver": (built.leaver, Strength.PASSKEY),
        "neighbour's administrator": (built.lakes, Strength.PASSKEY),
    }
    for who, (person, strength) in people.items():
        is_staff = isinstance(person, Practitioner)
        name = COOKIES[SessionKind.STAFF if is_staff else SessionKind.PATIENT]
        cookies[who] = f"{name}={world.cookie_of(stored, person, strength)}"
    with stored.session() as db:
        db.get_one(Practitioner, built.leaver.id).disabled_at = clock.now()
    app = create_app(settings, stored, gateway=RecordingGateway(), works=False)
    for who, principal in PRINCIPALS.items():
        if principal.link:
            browser = _browser(app)
            kind = "join" if principal.link == "session" else principal.link
            posted = {"t": built.own.tokens[principal.link], "kind": kind}
            assert browser.post("/x", json=posted).json()["state"] in OPENED
            cookies[who] = "; ".join(f"{each}={value}" for each, value in browser.cookies.items())
    for who in ("patient by code", "patient by passkey"):  # they sat down before
        room = f"/visits/{built.own.ids['visit']}"
        assert (
            _browser(app).post(f"{room}/seat", headers={"cookie": cookies[who]}).status_code == 303
        )
    return cookies


def test_every_route_is_declared_and_nothing_else_is():
    named = {name.removeprefix("console:") for name in ROUTES if name.startswith("console:")}

    assert {name for name in ROUTES if declared(name) is None} == set()
    assert set(staff.LEAST) | staff.BEFORE_SIGNING_IN == named
    assert set(DECLARED) == {name for name in ROUTES if not name.startswith("console:")}


def test_every_address_says_which_things_it_names():
    riddles = {path: found for path, _ in ROUTES.values() if (found := addresses.riddles(path))}

    assert riddles == {}  # add a line to tests/house/addresses.py


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_a_route_wears_the_guard_that_is_declared(name):
    endpoint, says = ROUTES[name][1].endpoint, declared(name)
    who = Who.STAFF if isinstance(says, Role) else getattr(says, "who", says)

    if isinstance(ROUTES[name][1], Route):
        assert getattr(endpoint, "audience", "nobody asked") == who.value


@pytest.mark.parametrize("whose", WHOSE)
@pytest.mark.parametrize("who", sorted(PRINCIPALS))
def test_asvs_8_2_1_8_2_2_every_address_does_with_everybody_what_is_declared(house, who, whose):
    wrong = []
    told = []
    for name, method in asked_about(whose):
        should = expected(name, PRINCIPALS[who], whose)
        came, answer = ask(house, name, method, who, whose)
        if not as_declared(name, came, should):
            wrong.append(f"{method} {name}: {came}, not {should}")
        told += [f"{method} {name}: {secret}" for secret in others_secrets(who, answer)]

    assert not wrong, "\n" + "\n".join(wrong)
    assert not told, "\n" + "\n".join(told)


def test_a_word_of_somebody_else_would_be_seen(house):
    for who, name in (("patient by code", "home"), ("clinician", "console:patients")):
        _came_in, answer = ask(house, name, "GET", who, "own")

        assert others_secrets("stranger", answer)
        assert not others_secrets(who, answer)


def asked_about(whose: str) -> Iterator[tuple[str, str]]:
    """Every route and method there is to try on somebody's things."""
    for name, (path, route) in ROUTES.items():
        if name in UNSAID or isinstance(route, WebSocketRoute):
            continue
        if whose == "own" or addresses.ours(path):
            for method in sorted(route.methods - {"HEAD"}):
                yield name, method


def as_declared(name: str, came: Comes, should: Comes) -> bool:
    """Whether what came is what should, or nothing was there to be let in to."""
    return came is should or (name in NOTHING_THERE and came is Comes.UNKNOWN)


# By what each patient is known; their words and texts hold their family name as well.
SECRETS = {
    "Maya": ("Osei", "5550142", "555-0142", "1990-04-12", "04/12/1990"),
    "Theo": ("Brandt", "5550143", "555-0143", "1984-09-03", "09/03/1984"),
    "Noor": ("Haddad", "5550144", "555-0144", "1979-01-30", "01/30/1979"),
}


def others_secrets(who: str, answer: Response) -> list[str]:
    """What stands in an answer, body or headers, of patients about whom this one may read nothing.

    Whoever only holds a link may read nothing of its patient either, but for whoever takes them
    home: their first name.
    """
    principal = PRINCIPALS[who]
    theirs: set[str] = set()
    if principal.kind is SessionKind.PATIENT:
        theirs = {"Maya"}
    elif principal.at_neighbours:
        theirs = {"Noor"}
    elif principal.role or principal.key == "whole":
        theirs = {"Maya", "Theo"}
    known = {"Maya"} if principal.link == "escort" else set()
    said = answer.text + repr(answer.headers)
    return [
        secret
        for name, secrets in SECRETS.items()
        for secret in (name, *secrets)
        if name not in theirs and secret not in known and secret in said
    ]


def ask(house: House, name: str, method: str, who: str, whose: str) -> tuple[Comes, Response]:
    """What comes of asking, and the answer itself."""
    headers = house.headers(who)
    if name.startswith("fhir:"):
        headers["content-type"] = "application/fhir+json"
    if name.startswith("journal:"):
        headers["x-owner"] = house.world.own.ids["owner"]
    body = {} if method == "GET" else {"content": b""}
    answer = house.browser.request(method, house.address(name, whose), headers=headers, **body)
    house.browser.cookies.clear()
    return _came(name, answer), answer


def _came(name: str, answer: Response) -> Comes:
    if name in LEAD_OUT and "clear-site-data" in answer.headers:
        return Comes.IN
    if name in TELLS_OF_ITSELF and answer.status_code == 503:
        return Comes.IN
    came = read(answer.status_code, answer.headers.get("location", ""))
    if name in SHOWN_TO_NOBODY and came is Comes.IN and "no-session" in answer.text:
        return Comes.NOT_FOR_YOU
    return came


SOCKETS = [name for name, (_, route) in ROUTES.items() if isinstance(route, WebSocketRoute)]


@pytest.mark.parametrize("whose", WHOSE)
@pytest.mark.parametrize("name", SOCKETS)
def test_a_line_is_carried_for_whom_it_is_declared(house, name, whose):
    if whose != "own" and not addresses.ours(ROUTES[name][0]):
        return
    wrong = []
    for who, principal in PRINCIPALS.items():
        should = expected(name, principal, whose) is Comes.IN
        if is_carried(house, name, who, whose) is not should:
            wrong.append(f"{who}: {'kept out' if should else 'let in'}")

    assert not wrong, wrong


def is_carried(house: House, name: str, who: str, whose: str) -> bool:
    """Whether a line is opened and says something."""
    address = BASE_URL.replace("https", "wss") + house.address(name, whose)
    with house.browser.websocket_connect(address, headers=house.headers(who)) as line:
        try:
            line.send_json({"type": "hello", "page": "page", "since": None})
            line.receive_text()
        except WebSocketDisconnect:
            return False
        return True
