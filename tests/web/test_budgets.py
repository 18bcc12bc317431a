"""What pages weigh and how many statements they cost: exact, so they are tests."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from app.links import magic_links
from app.links.magic_links import PATHS
from app.links.models import MagicLink
from app.people.models import Clinic
from app.scheduling import visit_texts
from app.scheduling.models import Appointment
from app.web.console.today import around_now, board
from app.web.console.today.board import AtDesk
from app.web.files.assets import ROOT, Assets, load
from app.web.pages import TEMPLATES

KB = 1000


@contextmanager
def counting(database) -> Iterator[list[str]]:
    """Every statement that runs inside the block."""
    said: list[str] = []

    def note(_connection, _cursor, statement, *_) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


@pytest.fixture
def token(database, cast) -> str:
    with database.session() as db:
        visit = db.get(Appointment, cast.integration_visit.id)
        link = visit_texts.plan(db, visit)
        return magic_links.token_of(db.get(MagicLink, link.id))


def wire(client, path: str) -> int:
    """Bytes of a page's body as they travel."""
    with client.stream("GET", path, headers={"accept-encoding": "br"}) as answer:
        return sum(len(part) for part in answer.iter_raw())


def fetched(html: str) -> list[str]:
    """What a phone's browser fetches with a page. The picture for its home screen it does not."""
    wanted = re.findall(r'<(?:link|script)[^>]+(?:href|src)="(/static/[^"]+)"', html)
    return [path for path in wanted if "apple-touch-icon" not in path]


@pytest.mark.parametrize("path", sorted(PATHS.values()))
def test_a_link_opens_with_six_kilobytes_all_told(app, client, path):
    assets = app.state.assets

    own = assets.size("css/landing.css") + assets.size("js/landing.js")

    assert wire(client, path) + own <= 6 * KB


def test_no_stylesheet_of_a_page_weighs_more_than_it_may():
    assets = load()
    bundles = json.loads((ROOT / "css" / "bundles.json").read_text())

    weights = {name: assets.size(f"css/{name}") for name in bundles}

    assert {name: size for name, size in weights.items() if size > 12 * KB} == {}


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.stem)
def test_nothing_but_stylesheets_holds_up_the_first_paint(template):
    tags = re.findall(r"<script\b[^>]*", template.read_text())

    assert [
        tag for tag in tags if not re.search(r'\bdefer\b|type="(module|application/)', tag)
    ] == []


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_a_file_of_ours_is_compressed_and_kept_for_ever(client, app, encoding):
    assets = app.state.assets
    answer = client.get(assets("css/patient.css"), headers={"accept-encoding": encoding})

    assert answer.headers["content-encoding"] == encoding
    assert int(answer.headers["content-length"]) == assets.size("css/patient.css", encoding)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.text == assets.body("css/patient.css").decode()


def test_what_nobody_asked_for_yet_is_compressed_beside_the_first_visitors():
    assets = Assets()
    assert not any(asset.is_at_hand("br") for asset in assets._by_name.values())

    assets.press()

    for asset in assets._by_name.values():
        assert all(asset.is_at_hand(encoding) for encoding in asset.encodings)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("br;q=0, gzip", "gzip"),
        ("GZIP; Q=0.5", "gzip"),
        ("br;q=0.0, gzip;q=0", None),
        ("br;q=much", None),
        ("identity", None),
    ],
)
def test_a_file_is_sent_in_no_form_that_the_client_refused(client, app, accepted, encoding):
    answer = client.get(app.state.assets("css/patient.css"), headers={"accept-encoding": accepted})
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == encoding
    assert answer.text == app.state.assets.body("css/patient.css").decode()


def test_the_visit_page_weighs_under_thirty_kilobytes_before_the_talk(app, client, token):
    opened = client.post("/x", json={"t": token, "kind": "join"})
    assets = app.state.assets

    own = assets.size("css/room.css") + assets.size("js/visit/room.js")

    assert opened.json()["state"] == "open"
    assert wire(client, opened.json()["address"]) + own <= 30 * KB
    page = client.get(opened.json()["address"]).text
    assert len(fetched(page)) + 1 <= 4
    assert page.count('rel="stylesheet"') == 1


def test_home_weighs_no_more_than_a_page_may(app, signed_in, cast):
    assert wire(signed_in(cast.maya), "/") <= 8 * KB
    assert app.state.assets.size("css/patient.css") <= 12 * KB


def test_the_board_of_an_ordinary_day_weighs_little(desk):
    assert wire(desk, "/clinic") <= 60 * KB


def test_opening_a_link_costs_few_statements(database, client, cast, token):
    with counting(database) as said:
        assert client.post("/x", json={"t": token, "kind": "join"}).json()["state"] == "open"

    assert len(said) <= 5, "\n\n".join(said)


def test_what_is_at_risk_costs_few_statements(database, cast):
    with database.session(write=False) as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        with counting(database) as said:
            around = around_now.read(db, clinic)
            board.board_of(clinic, around, AtDesk(set(), {}))

    assert len(said) <= 8, "\n\n".join(said)
