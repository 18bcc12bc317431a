from datetime import datetime, time, timedelta

import pytest

from app import wall_time
from app.journal import timing
from app.journal.models import Moment
from app.journal.preferences import Preference

NEW_YORK = "America/New_York"


def at(text, zone=NEW_YORK):
    return wall_time.instant(datetime.fromisoformat(text), zone)


def due(ended_at, preference=None, zone=NEW_YORK):
    """Each text as the patient's clock shows it: `{"evening": "24 18:00"}`."""
    spans = timing.spans(at(ended_at, zone), preference or Preference(), zone)
    return {
        moment.value: f"{wall_time.wall(span.due_at, zone):%d %H:%M}" if span.due_at else None
        for moment, span in spans.items()
    }


@pytest.mark.parametrize(
    ("ended_at", "evening", "morning"),
    [
        ("2026-11-24T11:00", "24 18:00", "25 09:00"),  # twenty hours on it would be night
        ("2026-11-24T12:30", "24 18:00", "25 08:30"),  # twenty hours after
        ("2026-11-24T14:00", "24 18:00", "25 09:00"),
        ("2026-11-24T16:30", "24 18:30", "25 09:00"),  # two hours after the end at least
        ("2026-11-24T18:59", "24 20:59", "25 09:00"),
        ("2026-11-24T19:00", None, "25 09:00"),  # it would be night: the morning comes
        ("2026-11-24T23:30", None, "25 11:30"),  # twelve hours after
        ("2026-11-25T00:30", None, "25 12:30"),  # a night belongs to the day before
    ],
)
def test_the_texts_come_in_the_evening_and_the_next_morning(ended_at, evening, morning):
    texts = due(ended_at)

    assert (texts["evening"], texts["morning"]) == (evening, morning)


def test_the_days_between_have_no_text_and_the_week_has_one():
    texts = due("2026-11-24T14:00")

    assert texts["days"] is None
    assert texts["week"] == "01 10:00"


def test_hours_that_somebody_chose_are_kept():
    chosen = Preference(evening_at=time(20), morning_at=time(11, 15))

    texts = due("2026-11-24T14:00", chosen)

    assert (texts["evening"], texts["morning"]) == ("24 20:00", "25 11:15")


def test_an_hour_that_was_chosen_gives_way_to_rest_alone():
    chosen = Preference(evening_at=time(16), morning_at=time(8))

    texts = due("2026-11-24T18:30", chosen)
    assert (texts["evening"], texts["morning"]) == ("24 20:30", "25 08:00")
    texts = due("2026-11-24T22:00", chosen)
    assert (texts["evening"], texts["morning"]) == (None, "25 10:00")


@pytest.mark.parametrize(
    "ended_at",
    [
        "2026-03-07T14:00",  # the clocks go forward in the night
        "2026-10-31T14:00",  # and back
        "2026-03-02T14:00",  # and within the week
        "2026-10-26T14:00",
    ],
)
def test_a_clock_change_moves_no_text_on_the_patient_s_clock(ended_at):
    texts = due(ended_at)

    assert texts["evening"].endswith("18:00")
    assert texts["morning"].endswith("09:00")
    assert texts["week"].endswith("10:00")


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Asia/Kolkata", "America/Los_Angeles"])
def test_it_is_the_patient_s_own_clock(zone):
    assert due("2026-11-24T14:00", zone=zone)["evening"] == "24 18:00"


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("chosen", [Preference(), Preference(morning_at=time(12))])
def test_one_quiet_minute_follows_the_other_without_a_gap(hour, chosen):
    ended_at = at("2026-11-24T00:00") + timedelta(hours=hour)
    spans = timing.spans(ended_at, chosen, NEW_YORK)

    assert list(spans) == [Moment.EVENING, Moment.MORNING, Moment.DAYS, Moment.WEEK]
    evening, morning, days, week = spans.values()
    assert evening.opens_at == ended_at + timedelta(hours=2)
    assert evening.closes_at == morning.opens_at
    assert morning.closes_at == days.opens_at
    assert days.closes_at == week.opens_at
    assert week.closes_at == ended_at + timing.LINK_LIVES
    for span in spans.values():
        assert span.opens_at < span.closes_at
        if span.due_at is not None:
            assert span.opens_at <= span.due_at < span.closes_at
            wall = wall_time.wall(span.due_at, NEW_YORK).time()
            assert time(8) <= wall < time(21)


def test_a_text_that_could_not_leave_in_six_hours_or_by_night_is_not_wanted_any_more():
    assert timing.late_at(at("2026-11-25T09:00"), NEW_YORK) == at("2026-11-25T15:00")
    assert timing.late_at(at("2026-11-24T18:00"), NEW_YORK) == at("2026-11-24T21:00")


@pytest.mark.parametrize(
    ("begins", "over", "texted"),
    [
        ("25T09:00", "25T09:50", "25 08:00"),  # an hour before it
        ("25T08:30", "25T09:20", "25 10:20"),  # that would be night: an hour after it
        ("25T08:20", "25T08:40", "25 09:40"),
        ("25T09:40", "25T10:30", "25 08:40"),
        ("25T09:45", "25T10:30", "25 09:00"),  # there is time enough before it
        ("25T08:00", "25T08:30", "25 09:00"),
        ("25T15:00", "25T15:50", "25 09:00"),
    ],
)
def test_no_text_comes_into_a_talk(begins, over, texted):
    ended_at = at("2026-11-24T14:00")
    morning = timing.spans(ended_at, Preference(), NEW_YORK)[Moment.MORNING]

    moved = timing.beside_talk(
        morning, ended_at, at(f"2026-11-{begins}"), at(f"2026-11-{over}"), NEW_YORK
    )

    assert f"{wall_time.wall(moved.due_at, NEW_YORK):%d %H:%M}" == texted
    assert moved.opens_at == morning.opens_at
