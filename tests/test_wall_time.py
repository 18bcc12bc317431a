from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import wall_time

# Both clock changes of several zones, a half-hour one and one without any among them.
CHANGES = [
    ("America/New_York", datetime(2026, 3, 8, 2), datetime(2026, 11, 1, 1)),
    ("America/Los_Angeles", datetime(2026, 3, 8, 2), datetime(2026, 11, 1, 1)),
    ("America/Havana", datetime(2026, 3, 8, 0), datetime(2026, 11, 1, 0)),
    ("Europe/Berlin", datetime(2026, 3, 29, 2), datetime(2026, 10, 25, 2)),
    ("Australia/Lord_Howe", datetime(2026, 10, 4, 2), datetime(2026, 4, 5, 1, 30)),
    ("America/Phoenix", datetime(2026, 3, 8, 2), datetime(2026, 11, 1, 1)),
]
zones = st.sampled_from([zone for zone, _, _ in CHANGES])
around_changes = st.tuples(
    st.sampled_from(
        [(zone, at) for zone, gap, overlap in CHANGES for at in (gap, overlap)],
    ),
    st.integers(min_value=-26 * 60, max_value=26 * 60),
)


@pytest.mark.parametrize(
    ("zone", "wall", "utc"),
    [
        ("America/New_York", "2026-11-25T10:00", "2026-11-25T15:00"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00"),
        ("America/New_York", "2026-03-08T02:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-03-08T03:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("America/Havana", "2026-03-08T00:15", "2026-03-08T05:00"),
        ("Europe/Berlin", "2026-03-29T02:59", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),
        ("Australia/Lord_Howe", "2026-10-04T02:10", "2026-10-03T15:30"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),
    ],
)
def test_a_skipped_time_is_the_next_valid_minute_and_a_doubled_one_the_first(zone, wall, utc):
    moment = wall_time.instant(datetime.fromisoformat(wall), zone)

    assert moment == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@given(around_changes)
def test_a_time_that_exists_comes_back_as_it_was_agreed(case):
    (zone, at), minutes = case
    wall = at + timedelta(minutes=minutes)

    moment = wall_time.instant(wall, zone)

    shown = wall_time.wall(moment, zone)
    assert shown >= wall
    if shown != wall:  # skipped: nothing in between exists either
        assert wall_time.wall(moment - timedelta(minutes=1), zone) < wall


@given(around_changes)
def test_of_two_equal_times_the_first_is_meant(case):
    (zone, at), minutes = case
    wall = at + timedelta(minutes=minutes)

    moment = wall_time.instant(wall, zone)

    for earlier in (30, 60, 120):
        assert wall_time.wall(moment - timedelta(minutes=earlier), zone) != wall


@given(around_changes, st.integers(min_value=0, max_value=600))
def test_later_on_the_wall_is_never_earlier_in_time(case, later):
    (zone, at), minutes = case
    wall = at + timedelta(minutes=minutes)

    earlier_moment = wall_time.instant(wall, zone)

    assert wall_time.instant(wall + timedelta(minutes=later), zone) >= earlier_moment


@given(zones, st.datetimes(datetime(2020, 1, 1), datetime(2036, 12, 31)))
def test_what_a_clock_shows_is_found_again(zone, utc):
    moment = utc.replace(tzinfo=UTC, microsecond=0)

    found = wall_time.instant(wall_time.wall(moment, zone), zone)

    assert found == moment or moment.astimezone(ZoneInfo(zone)).fold == 1


def test_a_day_later_is_the_same_time_on_the_clock_although_23_hours_passed():
    saturday = wall_time.instant(datetime(2026, 3, 7, 15), "America/New_York")

    sunday = wall_time.days_later(saturday, 1, "America/New_York")

    assert wall_time.wall(sunday, "America/New_York") == datetime(2026, 3, 8, 15)
    assert sunday - saturday == timedelta(hours=23)


def test_agreed_times_are_written_to_the_minute():
    at = datetime(2026, 11, 25, 15, tzinfo=UTC)

    assert wall_time.written(at, "America/New_York") == "2026-11-25T10:00"
    assert wall_time.written(at.replace(second=9), "America/New_York") == "2026-11-25T10:00:09"
