"""A zone's rules change while visits are booked: ten o'clock stays ten o'clock."""

from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.links.models import LinkState, MagicLink
from app.messaging.models import Purpose
from app.scheduling import agreed_times, booking
from app.scheduling.models import Service
from tests.other_rules import other_rules

BEFORE_SUMMER = datetime(2027, 3, 1, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def visit(book, at):
    """Agreed in March for ten o'clock of a day in April, by summer time."""
    clock.stand_still(BEFORE_SUMMER, machine=BEFORE_SUMMER)
    return book(Service.PREPARATION, at("2027-04-13T10:00")).appointment


@pytest.fixture
def without_summer(tmp_path):
    """From now on New York keeps winter time all year, as Panama does."""
    with other_rules(tmp_path, New_York="Panama"):
        yield


def due(queued, visit, purpose):
    return [text.due_at for text in queued(visit) if text.purpose is purpose]


def test_the_visit_its_texts_and_its_link_go_to_where_clocks_show_what_was_agreed(
    db, visit, queued, tmp_path
):
    before, ends = visit.starts_at, visit.ends_at
    [join] = due(queued, visit, Purpose.JOIN)

    with other_rules(tmp_path, New_York="Panama"):
        assert agreed_times.follow_zones(db) == 1

    assert (visit.starts_at, visit.ends_at) == (before + HOUR, ends + HOUR)
    assert visit.wall_start == "2027-04-13T10:00"
    assert due(queued, visit, Purpose.JOIN) == [join + HOUR]
    assert len(due(queued, visit, Purpose.CONFIRM)) == 1
    live = [
        link
        for link in db.query(MagicLink).filter_by(appointment_id=visit.id)
        if link.state is not LinkState.SUPERSEDED
    ]
    assert [link.expires_at for link in live] == [ends + HOUR + timedelta(minutes=30)]


def test_a_second_look_changes_nothing(db, visit, without_summer):
    agreed_times.follow_zones(db)
    version = visit.version

    assert agreed_times.follow_zones(db) == 0
    assert visit.version == version


def test_nobody_is_asked_anew_and_nobody_is_told_what_their_clock_shows_anyway(
    db, visit, queued, without_summer
):
    accepted = visit.confirmed_at

    agreed_times.follow_zones(db)

    assert visit.confirmed_at == accepted
    assert due(queued, visit, Purpose.NOTICE) == []


def test_whoever_lives_by_another_clock_is_told_what_it_shows(db, book, at, here, queued, tmp_path):
    clock.stand_still(BEFORE_SUMMER, machine=BEFORE_SUMMER)
    here.theo.zone = "America/Phoenix"
    visit = book(Service.PREPARATION, at("2027-04-13T10:00")).appointment

    with other_rules(tmp_path, New_York="Panama"):
        agreed_times.follow_zones(db)

    [notice] = [text for text in queued(visit) if text.purpose is Purpose.NOTICE]
    assert "8:00" in notice.body


def test_a_session_goes_along_too(db, book, at, tmp_path):
    clock.stand_still(BEFORE_SUMMER, machine=BEFORE_SUMMER)
    session = book(Service.INFUSION, at("2027-04-12T09:00")).appointment
    before = session.starts_at

    with other_rules(tmp_path, New_York="Panama"):
        agreed_times.follow_zones(db)

    assert session.starts_at == before + HOUR


def test_the_second_of_two_hours_in_autumn_stays_the_second(db, book, at):
    second = at("2026-12-01T01:30").replace(month=11, day=1) + HOUR
    clock.stand_still(second - timedelta(days=9), machine=second - timedelta(days=9))
    visit = book(Service.PREPARATION, second).appointment

    assert agreed_times.follow_zones(db) == 0
    assert visit.starts_at == second


def test_what_is_over_or_called_off_stays_where_it_was(db, visit, here, without_summer):
    booking.cancel(db, visit, by=here.jordan)
    before = visit.starts_at

    assert agreed_times.follow_zones(db) == 0
    assert visit.starts_at == before
