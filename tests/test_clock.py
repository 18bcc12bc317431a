from datetime import UTC, datetime, timedelta

from app import clock
from tests.conftest import FRIDAY_NOON


def test_both_times_are_aware_and_in_utc():
    for moment in (clock.now(), clock.machine_now()):
        assert moment.utcoffset() == timedelta(0)


def test_the_demo_pushes_visits_ahead_and_leases_not():
    clock.stand_still(None)
    clock.run_ahead(timedelta(days=3))

    assert clock.now() - clock.machine_now() > timedelta(days=2, hours=23)
    assert abs(clock.machine_now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.ahead() == timedelta(days=3)


def test_a_clock_that_stands_still_does_so_for_both_when_asked():
    assert (clock.now(), clock.machine_now()) == (FRIDAY_NOON, FRIDAY_NOON)

    clock.stand_still(FRIDAY_NOON)

    assert clock.now() == FRIDAY_NOON
    assert clock.machine_now() != FRIDAY_NOON
