"""What pages weigh and how many statements they cost: exact, so they are tests."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from app.links import magic_links
from app.links.models import MagicLink
from app.people.models import Clinic
from app.scheduling import visit_texts
from app.scheduling.models import Appointment
from app.web.console import around_now, board
from app.web.console.board import AtDesk

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


def test_a_link_opens_with_six_kilobytes_all_told(app, client):
    assets = app.state.assets

    own = assets.size("css/landing.css") + assets.size("js/landing.js")

    assert wire(client, "/j") + own <= 6 * KB


def test_the_visit_page_weighs_under_thirty_kilobytes_before_the_talk(app, client, token):
    opened = client.post("/x", json={"t": token, "kind": "join"})
    assets = app.state.assets

    own = assets.size("css/room.css") + assets.size("js/visit/room.js")

    assert opened.json()["state"] == "open"
    assert wire(client, opened.json()["address"]) + own <= 30 * KB


def test_home_weighs_no_more_than_a_page_may(app, signed_in, cast):
    assert wire(signed_in(cast.maya), "/") <= 8 * KB
    assert app.state.assets.size("css/patient.css") <= 12 * KB


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
