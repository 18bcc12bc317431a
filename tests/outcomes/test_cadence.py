"""When the scales are due by themselves: on calm days, each in its time, never too often."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import wall_time
from app.outcomes import cadence
from app.outcomes.cadence import Asked, History

ZONE = "America/New_York"


def at(text):
    return wall_time.instant(datetime.fromisoformat(text), ZONE)


LAST = at("2026-11-10T15:30")
AFTER = History(zone=ZONE, last_end=LAST)
NOW = at("2026-11-11T09:00")


def _due(now=NOW, **differs):
    return cadence.due(replace(AFTER, **differs), now)


def _opens(now=NOW, **differs):
    found = _due(now, **differs)
    return found and (found.slugs, wall_time.written(found.opens_at, ZONE))


BOTH = ("phq-9", "gad-7")


def test_two_weeks_after_the_last_session_both_come_at_ten_in_the_morning():
    assert _opens() == (BOTH, "2026-11-25T10:00")


def test_a_clinic_says_after_how_many_days():
    assert _opens(after=timedelta(days=21)) == (BOTH, "2026-12-02T10:00")


def test_what_was_answered_less_than_a_week_before_waits_its_week():
    told = {"phq-9": at("2026-11-22T12:00"), "gad-7": at("2026-11-01T12:00")}

    assert _opens(told=told) == (("gad-7",), "2026-11-25T10:00")
    assert _opens(told={slug: at("2026-11-22T12:00") for slug in BOTH}) == (
        BOTH,
        "2026-11-30T10:00",
    )


def test_from_then_on_they_come_every_month():
    told = dict.fromkeys(BOTH, at("2026-11-25T18:00"))

    assert _opens(told=told) == (BOTH, "2026-12-26T10:00")
    assert _opens(told=told, every=timedelta(days=60)) == (BOTH, "2027-01-25T10:00")


@pytest.mark.parametrize("differs", [{"is_over": True}, {"every": timedelta(0)}])
def test_once_a_course_is_over_they_come_once_more_and_not_again(differs):
    assert _opens(**differs) == (BOTH, "2026-11-25T10:00")
    assert _opens(**differs, told=dict.fromkeys(BOTH, at("2026-11-25T18:00"))) is None


def test_in_the_week_before_a_session_its_own_check_asks():
    told = dict.fromkeys(BOTH, at("2026-11-09T18:00"))
    booked = at("2026-12-14T14:00")

    assert _opens(told=told, next_start=booked) is None
    assert _opens(told=told, next_start=at("2026-12-30T14:00")) == (BOTH, "2026-12-10T10:00")


def test_while_another_session_is_booked_nothing_is_after_the_course():
    assert _opens(next_start=at("2026-11-26T14:00")) is None


def test_before_anything_took_place_nothing_is_due():
    assert _due(last_end=None) is None
    assert _due(last_end=None, next_start=at("2026-11-26T14:00")) is None


def test_what_is_open_is_not_asked_twice_and_two_in_vain_are_enough():
    first = Asked(at("2026-11-25T10:00"), at("2026-12-04T10:00"), is_done=False)
    second = Asked(at("2026-12-25T10:00"), at("2027-01-03T10:00"), is_done=False)
    told = dict.fromkeys(BOTH, first.opened_at)
    later = dict.fromkeys(BOTH, second.opened_at)

    assert _due(at("2026-11-26T09:00"), told=told, asked=(first,)) is None
    assert _opens(at("2026-12-05T09:00"), told=told, asked=(first,)) == (BOTH, "2026-12-25T10:00")
    assert _due(at("2027-01-10T09:00"), told=later, asked=(second, first)) is None
    assert _due(at("2027-01-10T09:00"), told=later, asked=(replace(second, is_done=True), first))


def test_after_another_session_whoever_let_them_pass_is_asked_again():
    in_vain = tuple(
        Asked(at(day), at(day) + timedelta(days=9), is_done=False)
        for day in ("2026-10-25T10:00", "2026-09-25T10:00")
    )

    assert _opens(told=dict.fromkeys(BOTH, in_vain[0].opened_at), asked=in_vain) == (
        BOTH,
        "2026-11-25T10:00",
    )


TRAUMA = {"asks_about_trauma": True}


def test_hard_memories_are_asked_about_in_the_week_before_the_first_session():
    first = at("2026-11-30T14:00")

    assert _opens(last_end=None, next_start=first, **TRAUMA) == (
        ("pcl-5",),
        "2026-11-24T10:00",
    )
    assert _due(last_end=None, next_start=first, **TRAUMA).closes_at == at("2026-11-29T00:00")
    told = {"pcl-5": at("2026-11-24T12:00")}
    assert _due(last_end=None, next_start=first, told=told, **TRAUMA) is None


def test_on_the_day_before_the_first_session_it_is_too_late_for_them():
    eve = at("2026-11-29T09:00")

    assert _due(eve, last_end=None, next_start=at("2026-11-30T14:00"), **TRAUMA) is None


def test_between_sessions_hard_memories_come_once_a_month_and_on_a_calm_day():
    told = {"pcl-5": at("2026-10-11T12:00")}
    soon, weekly = at("2026-11-13T14:00"), at("2026-11-17T14:00")

    assert _opens(told=told, next_start=weekly, **TRAUMA) == (("pcl-5",), "2026-11-14T10:00")
    assert _due(told=told, next_start=soon, **TRAUMA) is None


def test_said_late_they_come_once_the_days_after_a_session_are_over():
    assert _opens(next_start=at("2026-11-24T14:00"), **TRAUMA) == (
        ("pcl-5",),
        "2026-11-14T10:00",
    )


def test_what_is_due_within_three_days_comes_in_one():
    told = {"pcl-5": at("2026-10-27T09:00"), "phq-9": at("2026-11-09T18:00")}

    assert _opens(told=told, **TRAUMA) == ((*BOTH, "pcl-5"), "2026-11-25T10:00")


def test_every_three_months_a_question_about_the_bladder_goes_along():
    early, told = at("2026-08-26T15:30"), dict.fromkeys(BOTH, at("2026-11-25T18:00"))

    assert _opens(first_end=at("2026-10-13T15:30")) == (BOTH, "2026-11-25T10:00")
    assert _opens(first_end=early) == ((*BOTH, "bladder"), "2026-11-25T10:00")
    told["bladder"] = at("2026-11-25T18:00")
    assert _opens(first_end=early, told=told) == (BOTH, "2026-12-26T10:00")


moments = st.integers(-60 * 24, 60 * 24).map(
    lambda hours: datetime(2026, 11, 10, tzinfo=UTC) + timedelta(hours=hours)
)


@given(
    last_end=st.none() | moments,
    next_start=st.none() | moments,
    told=st.dictionaries(st.sampled_from([*BOTH, "pcl-5"]), moments),
    trauma=st.booleans(),
    is_over=st.booleans(),
    zone=st.sampled_from(["America/New_York", "Pacific/Honolulu", "Asia/Kathmandu"]),
)
@settings(max_examples=400, deadline=None)
def test_a_session_always_has_its_calm_days(last_end, next_start, told, trauma, is_over, zone):
    now = datetime(2026, 11, 10, 12, tzinfo=UTC)
    last_end = min(last_end, now) if last_end else None
    next_start = max(next_start, now + timedelta(minutes=1)) if next_start else None
    told = {slug: min(moment, now) for slug, moment in told.items()}
    history = History(
        zone=zone,
        last_end=last_end,
        next_start=next_start,
        told=told,
        asks_about_trauma=trauma,
        is_over=is_over and next_start is None,
    )

    due = cadence.due(history, now)

    if due is None:
        return
    assert wall_time.wall(due.opens_at, zone).hour == 10
    assert due.slugs
    if last_end:
        assert due.opens_at >= last_end + timedelta(hours=72)
    if next_start:
        eve = wall_time.wall(next_start, zone).date() - timedelta(days=1)
        assert wall_time.wall(due.opens_at, zone).date() < eve
        assert wall_time.wall(due.closes_at, zone).date() <= eve
    for slug in due.slugs:
        assert slug not in told or due.opens_at >= told[slug] + timedelta(days=7)
