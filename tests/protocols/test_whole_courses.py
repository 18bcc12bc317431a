"""A course is booked in one go."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from app import wall_time
from app.outcomes import courses
from app.plans import courses as course_dates
from app.plans import kept, shipped
from app.plans.kinds import Route
from app.protocols import whole_courses
from app.scheduling.models import Appointment, Service, StaffedHours

LENGTH = timedelta(minutes=90)


@pytest.fixture
def six(db, here):
    """The course of six in three weeks."""
    return kept.find(db, here.clinic, shipped.id_of(here.clinic.id, "six-in-three-weeks"))


@pytest.fixture
def book(db, here, six, at):
    """`book("2026-11-30T10:00", ...)`: sessions of Theo's at these times."""

    def book(*texts, **others):
        details = {"patient": here.theo, "protocol": six, "by": here.jordan, "length": LENGTH}
        return whole_courses.book(db, starts=[at(text) for text in texts], **details | others)

    return book


def sessions_of(db, patient):
    rows = db.scalars(
        select(Appointment)
        .where(Appointment.patient_id == patient.id, Appointment.service == Service.INFUSION)
        .order_by(Appointment.starts_at)
    )
    return list(rows)


@pytest.mark.parametrize(
    ("slug", "days"),
    [
        ("single", [0]),
        ("six-in-three-weeks", [0, 3, 7, 10, 14, 17]),
        ("four-weekly", [0, 7, 14, 21]),
        ("four-fortnightly", [0, 14, 28, 42]),
    ],
)
def test_each_course_has_its_days_at_the_same_hour_also_across_a_clock_change(at, slug, days):
    first = at("2026-10-19T10:00")

    dates = course_dates.dates(shipped.shelf()[slug].plan, first, "America/New_York")

    shown = [wall_time.wall(each, "America/New_York") for each in dates]
    assert [(each - shown[0]).days for each in shown] == days
    assert {each.hour for each in shown} == {10}


def test_a_course_is_proposed_with_the_visit_that_each_session_would_bring(db, here, six, at):
    proposed = whole_courses.propose(
        db, here.theo, six, at("2026-11-30T10:00"), at("2026-11-30T11:30")
    )

    assert [each.number for each in proposed] == [1, 2, 3, 4, 5, 6]
    assert all(each.choice.slot and each.is_open and not each.is_taken for each in proposed)
    assert sessions_of(db, here.theo) == []


def test_a_session_on_a_closed_day_is_proposed_for_the_next_open_one(db, here, six, at):
    thursday = (StaffedHours.clinic_id == here.clinic.id, StaffedHours.weekday == 3)
    db.execute(delete(StaffedHours).where(*thursday))

    proposed = whole_courses.propose(
        db, here.theo, six, at("2026-11-30T10:00"), at("2026-11-30T11:30")
    )

    assert proposed[1].starts_at == at("2026-12-04T10:00")
    assert proposed[2].starts_at == at("2026-12-07T10:00")  # those after it stay


def test_booking_a_course_books_every_session_with_its_visit_under_the_protocol(
    db, here, six, book
):
    booked = book("2026-11-30T10:00", "2026-12-03T10:00", "2026-12-07T10:00", route=Route.IM)

    assert [each.appointment.protocol_id for each in booked] == [six.id] * 3
    assert [each.appointment.route for each in booked] == [Route.IM] * 3
    assert all(each.integration and each.integration.protocol_id == six.id for each in booked)
    assert courses.open_course(db, here.theo).sessions_planned == 6


def test_a_course_that_is_sent_twice_is_booked_once(db, here, book):
    book("2026-11-30T10:00", "2026-12-03T10:00")

    assert book("2026-11-30T10:00", "2026-12-03T10:00") == []
    assert len(sessions_of(db, here.theo)) == 2


def test_sessions_that_would_overlap_are_refused_and_none_is_booked(db, here, book):
    with pytest.raises(whole_courses.OutOfOrder):
        book("2026-11-30T10:00", "2026-11-30T11:00")

    assert sessions_of(db, here.theo) == []


def test_what_staff_said_of_a_course_before_stands(db, here, book):
    courses.plan(db, here.theo, sessions_planned=8, asks_about_trauma=True, by=here.dr_okafor)

    book("2026-11-30T10:00")

    course = courses.open_course(db, here.theo)
    assert (course.sessions_planned, course.asks_about_trauma) == (8, True)
