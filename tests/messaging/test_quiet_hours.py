from datetime import datetime, timedelta

import pytest

from app import wall_time
from app.messaging import quiet_hours

ZONE = "America/New_York"


def at(text):
    return wall_time.instant(datetime.fromisoformat(text), ZONE)


@pytest.mark.parametrize(
    ("clock", "awake"),
    [
        ("07:59", False),
        ("08:00", True),
        ("20:10", True),
        ("20:11", False),
        ("21:00", False),
        ("23:30", False),
    ],
)
def test_a_visit_lies_wholly_between_eight_and_nine(clock, awake):
    start = at(f"2026-11-25T{clock}")

    assert quiet_hours.is_awake(start, start + timedelta(minutes=50), ZONE) is awake


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-25T20:59", "2026-11-25T20:59"),
        ("2026-11-25T21:00", "2026-11-26T08:00"),
        ("2026-11-26T03:00", "2026-11-26T08:00"),
        ("2026-11-26T08:00", "2026-11-26T08:00"),
        ("2026-03-07T22:00", "2026-03-08T08:00"),
    ],
)
def test_what_comes_up_in_quiet_hours_waits_for_the_morning(now, then):
    assert quiet_hours.next_awake(at(now), ZONE) == at(then)
