from datetime import datetime, timedelta

import pytest

from app import wall_time
from app.intake import timing

ZONE = "America/New_York"


def at(text):
    return wall_time.instant(datetime.fromisoformat(text), ZONE)


TUESDAY_TWO = at("2026-11-24T14:00")
FRIDAY_NOON = at("2026-11-20T12:00")


def test_forms_are_due_a_day_before_the_infusion_and_close_when_it_begins():
    span = timing.intake(TUESDAY_TWO, FRIDAY_NOON)

    assert span == timing.Span(FRIDAY_NOON, at("2026-11-23T14:00"), TUESDAY_TWO)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-23T09:00", "2026-11-24T11:00"),
        ("2026-11-24T12:00", "2026-11-24T12:00"),
        ("2026-11-24T13:55", "2026-11-24T13:55"),
    ],
)
def test_forms_asked_late_are_due_shortly_before(asked, due):
    assert timing.intake(TUESDAY_TWO, at(asked)).due_at == at(due)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-20T12:00", "2026-11-23T17:00"),
        ("2026-11-23T18:30", "2026-11-23T18:30"),
        ("2026-11-23T21:30", None),
        ("2026-11-24T09:00", None),
    ],
)
def test_the_check_of_the_day_before_comes_at_five_or_later_that_day(now, opens):
    span = timing.eve(TUESDAY_TWO, at(now), ZONE)

    assert (span and span.opens_at) == (opens and at(opens))


@pytest.mark.parametrize(
    ("starts", "opens"),
    [
        ("2026-11-24T14:00", "2026-11-24T11:00"),
        ("2026-11-24T10:00", "2026-11-24T08:00"),
        ("2026-11-24T09:00", "2026-11-24T08:00"),
        ("2026-11-24T08:30", None),
    ],
)
def test_the_check_of_the_day_comes_three_hours_ahead_but_not_before_eight(starts, opens):
    span = timing.morning(at(starts), FRIDAY_NOON, ZONE)

    assert (span and span.opens_at) == (opens and at(opens))


def test_checks_keep_to_the_patients_own_clock():
    span = timing.eve(TUESDAY_TWO, FRIDAY_NOON, "America/Los_Angeles")

    assert span.opens_at == at("2026-11-23T20:00")


@pytest.mark.parametrize(
    ("asked", "reminded"),
    [
        ("2026-11-18T12:00", "2026-11-22T10:00"),
        ("2026-11-21T15:00", "2026-11-23T10:00"),
        ("2026-11-23T09:00", None),
    ],
)
def test_a_reminder_comes_two_mornings_before_and_never_right_after_the_first_text(asked, reminded):
    span = timing.intake(TUESDAY_TWO, at(asked))

    assert timing.reminder(span, at(asked), ZONE) == (reminded and at(reminded))


def test_what_staff_ask_for_is_reminded_of_the_day_before_it_is_due():
    span = timing.Span(
        FRIDAY_NOON, FRIDAY_NOON + timedelta(days=7), FRIDAY_NOON + timedelta(days=7)
    )

    assert timing.reminder(span, FRIDAY_NOON, ZONE) == at("2026-11-26T10:00")
