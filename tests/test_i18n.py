"""Days and times as people say them, in both languages."""

from datetime import UTC, datetime

from app import i18n

SATURDAY = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
ZONE = "America/New_York"


def test_a_day_is_said_in_full():
    with i18n.using("en"):
        assert i18n.local_day(SATURDAY, ZONE) == "Saturday, November 21"
    with i18n.using("es"):
        assert i18n.local_day(SATURDAY, ZONE) == "sábado, 21 de noviembre"


def test_a_time_is_said_on_the_clock_of_its_zone():
    with i18n.using("en"):
        assert i18n.local_clock(SATURDAY, ZONE) == "3:30 pm"
    with i18n.using("es"):
        assert i18n.local_clock(SATURDAY, ZONE) == "3:30 p.m."
