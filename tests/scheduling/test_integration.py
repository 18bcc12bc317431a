"""Choosing the visit after an infusion, on values."""

from datetime import datetime, timedelta
from uuid import UUID

from app import wall_time
from app.people.models import Practitioner
from app.scheduling import integration
from app.scheduling.slots import Slot

OKAFOR, LIND = UUID(int=1), UUID(int=2)
ZONE = "America/New_York"


def at(text):
    return wall_time.instant(datetime.fromisoformat(text), ZONE)


def slot(text, who=OKAFOR):
    return Slot(at(text), at(text) + timedelta(minutes=50), Practitioner(id=who))


def chosen(*free, ended="2026-11-20T15:00", zone=ZONE):
    ordered = sorted(free, key=lambda each: each.starts_at)
    found = integration.choose(ordered, at(ended), OKAFOR, zone)
    return found and (f"{wall_time.wall(found.starts_at, ZONE):%d %H:%M}", found.practitioner.id)


def test_nothing_free_is_nothing_chosen():
    assert chosen() is None


def test_the_first_slot_that_leaves_a_nights_rest_is_taken():
    free = [slot("2026-11-20T18:00"), slot("2026-11-21T09:00"), slot("2026-11-21T10:00")]

    assert chosen(*free) == ("21 09:00", OKAFOR)


def test_exactly_sixteen_hours_are_enough_and_a_minute_less_is_not():
    free = [slot("2026-11-21T09:00"), slot("2026-11-21T09:30")]

    assert chosen(*free, ended="2026-11-20T17:00") == ("21 09:00", OKAFOR)
    assert chosen(*free, ended="2026-11-20T17:01") == ("21 09:30", OKAFOR)


def test_the_own_clinician_comes_before_an_earlier_colleague():
    free = [slot("2026-11-21T09:00", LIND), slot("2026-11-22T16:00", OKAFOR)]

    assert chosen(*free) == ("22 16:00", OKAFOR)


def test_a_colleague_comes_before_a_visit_without_a_nights_rest():
    free = [slot("2026-11-20T16:30", OKAFOR), slot("2026-11-22T09:00", LIND)]

    assert chosen(*free) == ("22 09:00", LIND)


def test_quiet_hours_are_the_patients_own():
    free = [slot(f"2026-11-21T{time}") for time in ("09:00", "11:00", "11:30")]

    # At 11:00 it is eight in the morning there: too early for the text before it.
    assert chosen(*free, zone="America/Los_Angeles") == ("21 11:30", OKAFOR)


def test_without_a_good_slot_the_nearest_awake_one_is_taken():
    free = [slot("2026-11-20T15:30"), slot("2026-11-20T17:00"), slot("2026-11-21T07:00")]

    assert chosen(*free) == ("20 17:00", OKAFOR)
    assert chosen(slot("2026-11-21T07:00")) == ("21 07:00", OKAFOR)
