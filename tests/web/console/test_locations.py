"""Places where sessions are given."""

import pytest
from sqlalchemy import select

from app.scheduling.models import Location


@pytest.fixture
def office(signed_in, cast):
    """The console as the administrator has it open."""
    return signed_in(cast.ada)


def _place(**differs):
    return {
        "name": "Main street",
        "address": "1 Main street, Albany",
        "directions": "Ring at the side door",
        "zone": "America/Chicago",
    } | differs


@pytest.fixture
def place(office, database):
    """The id of a place that stands."""
    office.post("/clinic/locations", data=_place())
    with database.session(write=False) as db:
        return db.scalar(select(Location.id))


def test_a_place_is_entered_and_everybody_reads_it(place, desk):
    page = desk.get("/clinic/locations").text

    for words in ("Main street", "1 Main street, Albany", "Ring at the side door"):
        assert words in page
    assert "Its own clock: America/Chicago" in page
    assert "Add a place" not in page


def test_a_place_is_changed_closed_and_opened_again(office, place, database):
    office.post(f"/clinic/locations/{place}", data=_place(address="2 Main street, Albany"))
    assert "2 Main street, Albany" in office.get("/clinic/locations").text

    for action, closed in (("closing", True), ("closing", True), ("reopening", False)):
        assert office.post(f"/clinic/locations/{place}/{action}").status_code == 303
        with database.session(write=False) as db:
            assert (db.get_one(Location, place).closed_at is not None) is closed


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": " "}, "Enter a name"),
        ({"address": ""}, "Enter the address"),
        ({"zone": "Mars/Base"}, "Choose a time zone from the list."),
        ({"directions": "x" * 301}, "That is too long."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(office, database, typed, words):
    answer = office.post("/clinic/locations", data=_place(**typed))

    assert answer.status_code == 422
    assert words in answer.text
    with database.session(write=False) as db:
        assert db.scalar(select(Location.id)) is None


@pytest.mark.parametrize("action", ["", "/closing", "/reopening"])
def test_only_administrators_change_places(desk, place, action):
    assert desk.post(f"/clinic/locations/{place}{action}", data=_place()).status_code == 403
