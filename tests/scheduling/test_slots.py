from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import wall_time
from app.scheduling import intervals, slots, staffed_hours
from app.scheduling.staffed_hours import Interval, Opening

NEW_YORK = "America/New_York"
MONDAY = date(2026, 11, 23)


def at(text, zone=NEW_YORK):
    return wall_time.instant(datetime.fromisoformat(text), zone)


def opened(openings, start="2026-11-23T00:00", end="2026-11-24T00:00", zone=NEW_YORK):
    return staffed_hours.intervals(openings, zone, at(start, zone), at(end, zone))


def shown(interval, zone=NEW_YORK):
    return [f"{wall_time.wall(moment, zone):%H:%M}" for moment in slots.grid(interval, zone)]


def test_hours_of_the_week_become_moments_on_the_clinics_clock():
    assert opened([Opening(0, time(9), time(17))]) == [
        Interval(at("2026-11-23T09:00"), at("2026-11-23T17:00"))
    ]


def test_hours_that_touch_are_one():
    morning, afternoon = Opening(0, time(9), time(12)), Opening(0, time(12), time(17))

    assert opened([afternoon, morning]) == opened([Opening(0, time(9), time(17))])


def test_hours_until_midnight_end_with_the_day():
    (interval,) = opened([Opening(0, time(18), time(0))])

    assert interval.closes_at == at("2026-11-24T00:00")


def test_hours_hold_from_their_first_day_on():
    opening = Opening(0, time(9), time(17), from_on=MONDAY + timedelta(days=1))

    assert opened([opening]) == []
    assert len(opened([opening], end="2026-11-30T12:00")) == 1


def test_a_clinician_works_only_while_the_clinic_is_staffed():
    clinic = opened([Opening(0, time(9), time(12)), Opening(0, time(13), time(17))])
    clinician = opened([Opening(0, time(8), time(14))])

    assert intervals.common(clinic, clinician) == opened(
        [Opening(0, time(9), time(12)), Opening(0, time(13), time(14))]
    )


def test_slots_begin_on_the_half_hour_whenever_the_doors_open():
    (interval,) = opened([Opening(0, time(9, 10), time(11))])

    assert shown(interval) == ["09:30", "10:00", "10:30"]


@pytest.mark.parametrize(
    ("day", "times"),
    [
        ("2026-03-08", ["00:30", "01:00", "01:30", "03:00", "03:30"]),
        ("2026-11-01", ["00:30", "01:00", "01:30", "02:00", "02:30", "03:00", "03:30"]),
    ],
)
def test_a_clock_change_neither_invents_nor_repeats_a_slot(day, times):
    (interval,) = opened([Opening(6, time(0, 30), time(4))], f"{day}T00:00", f"{day}T23:00")

    assert shown(interval) == times


@given(
    st.sampled_from([NEW_YORK, "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"]),
    st.integers(min_value=0, max_value=365 * 24 * 4),
    st.integers(min_value=1, max_value=40),
)
def test_every_grid_time_lies_inside_and_shows_a_half_hour(zone, quarter_hours, length):
    opens_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * quarter_hours)
    interval = Interval(opens_at, opens_at + timedelta(minutes=30 * length))

    moments = list(slots.grid(interval, zone))

    assert moments == sorted(set(moments))
    for moment in moments:
        assert interval.opens_at <= moment
        assert wall_time.wall(moment, zone).minute in (0, 30)
