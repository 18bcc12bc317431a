"""Who comes in, by which ways, and what each is worth."""

import ast
import re
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from app.access import code_texts, codes
from app.access.models import SessionKind, Strength, WebSession
from app.web.guards import COOKIES
from tests.conftest import BASE_URL

ROOT = Path(__file__).parents[2]
WAYS_IN = (ROOT / "docs/decisions/0051-who-shows-what-and-how-far-it-reaches.md").read_text()
NUMBER = "(312) 555-0142"
PATIENT = COOKIES[SessionKind.PATIENT]


def test_asvs_6_1_3_6_3_4_one_page_tells_all_ways_in_and_what_each_is_worth():
    rows = [line for line in WAYS_IN.splitlines() if line.startswith("| ")]
    told = {kind for kind in SessionKind if any(f"`{kind}`" in row for row in rows)}
    worth = {each for each in Strength if any(f"`{each}`" in row for row in rows)}

    assert told == set(SessionKind)
    assert worth == set(Strength)
    assert "`/fhir/R4`" in WAYS_IN


@pytest.fixture
def texted(client, database, cast):
    """The code that Maya was texted, asked for in this browser."""
    client.post("/sign-in/number", data={"phone": NUMBER})
    with database.session() as db:
        code_texts.send_waiting(db)
        waiting = db.scalars(select(codes.SignInCode)).one()
        return codes.digits_of(waiting)


def test_asvs_6_4_2_a_birth_date_by_itself_opens_nothing(client, texted):
    wrong = f"{(int(texted) + 1) % 1_000_000:06d}"
    client.post("/sign-in/code", data={"code": wrong})

    answer = client.post("/sign-in/birth-date", data={"birth_on": "1990-04-12"})

    assert answer.headers.get("location") != "/"
    assert PATIENT not in client.cookies
    client.post("/sign-in/code", data={"code": texted})
    client.post("/sign-in/birth-date", data={"birth_on": "1990-04-12"})
    assert PATIENT in client.cookies


def test_asvs_6_5_3_no_secret_is_drawn_by_plain_chance():
    drawing = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            named = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            from_chance = isinstance(node, ast.ImportFrom) and node.module == "random"
            if "random" in named or from_chance:
                drawing.add(path.relative_to(ROOT / "app").as_posix().split("/")[0])
            assert not (isinstance(node, ast.Attribute) and node.attr in ("uuid1", "uuid3"))

    # Seeded people, and how long to wait before a text is tried again.
    assert drawing <= {"demo", "messaging"}


def test_asvs_6_6_1_the_passkey_stands_before_the_code(client, cast):
    page = client.get("/sign-in").text

    assert 0 < page.index("<passkey-ceremony") < page.index("Text me a code")


def test_asvs_7_2_3_a_cookie_is_a_reference_of_128_bits_and_rests_as_a_hash(
    signed_in, cast, database
):
    browsers = [signed_in(cast.maya) for _ in range(8)]
    tokens = {browser.cookies[PATIENT] for browser in browsers}

    assert len(tokens) == len(browsers)
    assert all(re.fullmatch(r"[1-9A-HJ-NP-Za-km-z]{22}", token) for token in tokens)
    with database.session(write=False) as db:
        rest = set(db.scalars(select(WebSession.token_hash)))
    assert {sha256(token.encode()).digest() for token in tokens} <= rest


@pytest.mark.parametrize("door", ["/sign-out", "/clinic/sign-out"])
def test_asvs_14_3_1_signing_out_empties_what_the_browser_kept_of_us(
    signed_in, cast, door, database
):
    browser = signed_in(cast.dr_okafor if "clinic" in door else cast.maya)

    left = browser.post(door, headers={"origin": BASE_URL})

    # Not "storage": words that are not with the clinic yet lie there, sealed.
    assert left.headers["clear-site-data"] == '"cache"'
    assert "max-age=0" in left.headers["set-cookie"].lower()
    with database.session(write=False) as db:
        assert db.scalars(select(WebSession.ended_at)).one() is not None
