import pytest
from sqlalchemy import select

from app.telehealth import presence, timings
from app.telehealth.models import VisitTiming


@pytest.fixture
def seat(open_link):
    return open_link()


def kept(db):
    return db.scalars(select(VisitTiming)).all()


def test_what_a_page_measured_is_kept_once(db, seat):
    timings.note(db, seat, {"ms": {"usable": 300, "allow": 2100}})
    timings.note(db, seat, {"ms": {"usable": 90_000, "preview": 2600}})

    (row,) = kept(db)
    assert (row.usable_ms, row.allow_ms, row.preview_ms) == (300, 2100, 2600)
    assert row.remote_ms is None


def test_how_many_pages_it_took_is_kept_with_the_picture(db, seat):
    presence.arrive(db, seat, "first")
    timings.note(db, seat, {"ms": {"usable": 300}})
    presence.arrive(db, seat, "second")
    presence.arrive(db, seat, "second")

    timings.note(db, seat, {"ms": {"preview": 2600}})

    assert kept(db)[0].pages == 2


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"ms": None},
        {"ms": "100"},
        {"ms": {"usable": "100", "allow": -1, "join": True, "other": 3}},
        {"ms": {"usable": 99_999_999_999}},
        {"fault": "<script>"},
        {"fault": ["denied"]},
    ],
)
def test_nothing_else_is_kept_of_what_a_page_says(db, seat, said):
    try:
        timings.note(db, seat, said)
    finally:
        assert kept(db) == []


def test_the_kind_of_a_fault_is_kept_and_nothing_more(db, seat):
    timings.note(db, seat, {"fault": "denied"})
    timings.note(db, seat, {"fault": "busy"})

    assert kept(db)[0].fault == "denied"
