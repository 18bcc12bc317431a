from datetime import datetime, time, timedelta

import pytest

from app import wall_time
from app.scheduling import reading_hours, staffed_hours
from app.scheduling.staffed_hours import Opening
from tests.conftest import FRIDAY_NOON

WEEKDAYS = [Opening(weekday, time(9), time(17)) for weekday in range(5)]


@pytest.fixture
def read(db, here, at):
    """`read("2026-11-20T12:00")`: from when until when somebody reads what comes in then."""

    def read(moment, rows=WEEKDAYS):
        staffed_hours.set_hours(db, here.clinic, None, rows, by=None)
        hours = reading_hours.reading_time(db, here.clinic, at(moment))
        zone = here.clinic.zone
        return hours and (
            f"{wall_time.wall(hours.opens_at, zone):%a %H:%M}",
            f"{wall_time.wall(hours.closes_at, zone):%a %H:%M}",
        )

    return read


@pytest.mark.parametrize(
    ("moment", "hours"),
    [
        ("2026-11-20T12:00", ("Fri 09:00", "Fri 17:00")),
        ("2026-11-20T08:59", ("Fri 09:00", "Fri 17:00")),
        ("2026-11-20T16:44", ("Fri 09:00", "Fri 17:00")),
        ("2026-11-20T16:45", ("Mon 09:00", "Mon 17:00")),  # nobody promises the last minutes
        ("2026-11-20T19:00", ("Mon 09:00", "Mon 17:00")),
        ("2026-11-22T23:59", ("Mon 09:00", "Mon 17:00")),
    ],
)
def test_a_text_is_read_in_these_hours_or_the_next(read, moment, hours):
    assert read(moment) == hours


def test_a_clinic_that_is_never_closed_reads_now(read):
    around_the_clock = [Opening(weekday, time(0), time(0)) for weekday in range(7)]

    opens, _ = read("2026-11-20T03:00", around_the_clock)

    assert opens == "Fri 00:00"


def test_a_clinic_without_hours_promises_none(read):
    assert read("2026-11-20T12:00", []) is None


def test_hours_that_begin_next_week_count_from_then(db, here, read):
    later = [Opening(4, time(9), time(17), from_on=datetime(2026, 11, 27).date())]

    assert read("2026-11-20T12:00", later) == ("Fri 09:00", "Fri 17:00")
    hours = reading_hours.reading_time(db, here.clinic, FRIDAY_NOON)
    assert hours.opens_at - FRIDAY_NOON == timedelta(days=7, hours=-3)
