"""When a patient is asked whether the time still suits them."""

from datetime import datetime, timedelta

import pytest

from app import clock, wall_time
from app.messaging.models import Purpose
from app.scheduling import confirming, day_before, rescheduling
from app.scheduling.models import Service

ZONE = "America/New_York"


def at_clock(text):
    return wall_time.instant(datetime.fromisoformat(text), ZONE)


def asked(starts, now="2026-11-20T12:00", session=None):
    """When it is asked, on the patient's clock; times as `2026-11-24T10:00`."""
    moment = day_before.due_at(
        at_clock(starts),
        ZONE,
        at_clock(now),
        session=tuple(map(at_clock, session)) if session else None,
    )
    return moment and wall_time.written(moment, ZONE)


@pytest.mark.parametrize(
    ("starts", "moment"),
    [
        ("2026-11-24T10:00", "2026-11-23T10:00"),
        ("2026-11-24T09:00", "2026-11-23T09:00"),
        ("2026-11-24T08:00", "2026-11-23T09:00"),
        ("2026-11-24T20:00", "2026-11-23T20:00"),
        ("2026-11-24T20:30", "2026-11-23T20:00"),
        ("2026-11-24T00:30", "2026-11-23T09:00"),
        # The clocks change on the night between.
        ("2027-03-14T11:00", "2027-03-13T11:00"),
        ("2027-11-07T11:00", "2027-11-06T11:00"),
    ],
)
def test_it_is_asked_a_day_ahead_in_the_kind_hours(starts, moment):
    assert asked(starts) == moment


@pytest.mark.parametrize(
    ("now", "moment"),
    [
        ("2026-11-23T15:00", "2026-11-23T15:00"),
        ("2026-11-23T20:59", "2026-11-23T20:59"),
        ("2026-11-23T21:00", "2026-11-24T08:00"),
        ("2026-11-24T03:00", "2026-11-24T08:00"),
        ("2026-11-24T11:00", "2026-11-24T11:00"),
        ("2026-11-24T11:01", None),
    ],
)
def test_booked_late_it_is_asked_at_the_next_waking_minute_or_not_at_all(now, moment):
    assert asked("2026-11-24T14:00", now) == moment


def test_nobody_is_asked_within_three_hours_of_the_visit():
    assert asked("2026-11-24T10:59", "2026-11-24T07:00") is None
    assert asked("2026-11-24T11:00", "2026-11-24T07:00") == "2026-11-24T08:00"


def test_a_phone_stays_silent_through_a_session():
    session = ("2026-11-23T09:30", "2026-11-23T11:30")

    assert asked("2026-11-24T09:00", session=session) == "2026-11-23T09:00"
    assert asked("2026-11-24T10:00", session=session) == "2026-11-23T13:30"
    assert asked("2026-11-24T13:30", session=session) == "2026-11-23T13:30"
    assert asked("2026-11-24T14:00", session=session) == "2026-11-23T14:00"


def questions(queued, visit):
    return [text for text in queued(visit) if text.purpose is Purpose.CONFIRM]


def test_the_question_names_the_day_and_offers_two_words(book, at, queued):
    visit = book(Service.INFUSION, at("2026-11-24T10:00")).integration

    (text,) = questions(queued, visit)

    assert text.body == (
        "Northside: Dr. Okafor is set to see you Wed, Nov 25 at 9:00am. "
        "Reply OK, or LATER if you need a new time."
    )
    assert text.due_at == at("2026-11-24T09:00")
    assert text.once_key == f"confirm:{visit.id}:1"
    assert (text.visit_at, text.at_any_hour) == (visit.starts_at, False)
    assert text.link_id is None


def test_a_visit_booked_with_the_patient_is_asked_about_all_the_same(book, at, queued):
    near = book(Service.CONSULTATION, at("2026-11-21T11:00")).appointment
    far = book(Service.CONSULTATION, at("2026-11-24T14:00")).appointment

    assert [text.due_at for text in questions(queued, near)] == [at("2026-11-20T12:00")]
    assert [text.due_at for text in questions(queued, far)] == [at("2026-11-23T14:00")]


@pytest.mark.parametrize(("day", "still"), [("22", False), ("21", True)])
def test_a_yes_within_the_day_before_the_question_stands_for_its_answer(
    db, book, at, queued, here, day, still
):
    visit = book(Service.INFUSION, at("2026-11-23T10:00")).integration
    clock.stand_still(at(f"2026-11-{day}T10:00"))

    confirming.confirm(db, visit, by=here.theo)

    assert bool(questions(queued, visit)) is still


def test_whoever_has_just_been_texted_a_new_time_is_not_asked_about_it(db, book, at, queued, here):
    visit = book(Service.INFUSION, at("2026-11-23T10:00")).integration
    clock.stand_still(at("2026-11-23T14:00"))

    rescheduling.reschedule(db, visit, at("2026-11-24T15:00"), by=here.jordan)
    assert Purpose.CONFIRM not in [text.purpose for text in queued(visit)]
    rescheduling.reschedule(db, visit, at("2026-11-25T15:00"), by=here.jordan)
    assert [text.due_at for text in questions(queued, visit)] == [at("2026-11-24T15:00")]


def test_a_question_loses_its_sense_three_hours_before_the_visit(book, at, queued):
    visit = book(Service.INFUSION, at("2026-11-24T10:00")).integration

    (text,) = questions(queued, visit)

    left = visit.starts_at - text.expires_at
    assert timedelta(hours=2, minutes=30) < left <= timedelta(hours=3)
