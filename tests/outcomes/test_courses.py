"""Where somebody is in their course, and what staff say of it."""

import pytest

from app import i18n
from app.outcomes import courses, saying
from app.people.models import Practitioner
from app.scheduling.models import AppointmentStatus, Service

ZONE = "America/New_York"


@pytest.fixture
def told(database, cast):
    """`told()`: where Theo is and what comes next, as his page says it."""

    def told():
        with database.session(write=False) as db:
            standing = courses.standing(db, db.merge(cast.theo, load=False))
            return saying.where(standing, ZONE), saying.coming(standing, ZONE), standing.steps

    return told


@pytest.fixture
def theirs(session_on, cast):
    return lambda text, **others: session_on(text, patient=cast.theo, **others)


@pytest.fixture
def plan(database, cast):
    def plan(number, is_over=False):
        with database.session() as db:
            theo, by = db.merge(cast.theo), db.get_one(Practitioner, cast.dr_okafor.id)
            if is_over:
                courses.end(db, theo, by=by)
            else:
                courses.plan(db, theo, sessions_planned=number, asks_about_trauma=False, by=by)

    return plan


def test_before_anything_is_booked_that_is_what_it_says(told):
    assert told() == ("No session is booked yet.", "", ())


def test_the_first_one_is_next(told, theirs):
    theirs("2026-11-24T14:00")

    assert told() == (
        "",
        "Session 1 is next: Tuesday, November 24 at 2:00 pm.",
        ("next",),
    )


def test_nobody_has_said_how_many(told, theirs, later):
    theirs("2026-11-10T14:00")
    later("2026-11-20T12:00")

    assert told() == (
        "Session 1 was on Tuesday, November 10.",
        "No more sessions are booked.",
        ("held",),
    )


def test_in_the_middle_of_six(told, theirs, plan):
    for day in ("2026-11-10T14:00", "2026-11-17T14:00", "2026-11-24T14:00", "2026-12-01T14:00"):
        theirs(day)
    plan(6)

    assert told() == (
        "Session 2 of 6 was on Tuesday, November 17.",
        "Session 3 of 6 is next: Tuesday, November 24 at 2:00 pm.",
        ("held", "held", "next", "booked", "planned", "planned"),
    )


def test_a_gap_and_the_end(told, theirs, plan):
    theirs("2026-11-10T14:00")
    plan(2)
    assert told()[1] == "The next one is not booked yet."

    theirs("2026-11-17T14:00")
    assert told()[:2] == (
        "Session 2 of 2 was on Tuesday, November 17.",
        "No more sessions are planned.",
    )


def test_one_more_than_was_planned_is_none_too_many(told, theirs, plan):
    plan(1)
    theirs("2026-11-21T14:00")
    theirs("2026-11-24T14:00")

    assert told()[1] == "Session 1 of 1 is next: Saturday, November 21 at 2:00 pm."
    assert told()[2] == ("next", "booked")


def test_what_was_called_off_or_missed_does_not_count_and_a_talk_never_does(told, theirs):
    theirs("2026-11-10T14:00", status=AppointmentStatus.CANCELLED)
    theirs("2026-11-11T14:00", status=AppointmentStatus.NOSHOW)
    theirs("2026-11-12T14:00", service=Service.INTEGRATION)

    assert told()[0] == "No session is booked yet."


def test_a_course_that_is_over_stays_so_until_another_session(told, theirs, plan, later):
    theirs("2026-11-10T14:00")
    plan(6)
    plan(None, is_over=True)
    assert told() == (
        "The course is over. Session 1 was on Tuesday, November 10.",
        "",
        ("held",),
    )

    later("2026-11-21T09:00")
    theirs("2027-01-12T14:00")
    assert told()[1] == "Session 1 is next: Tuesday, January 12 at 2:00 pm."


@pytest.mark.parametrize("number", [0, 61])
def test_a_number_that_no_course_has_is_refused(plan, number):
    with pytest.raises(courses.OutOfRange):
        plan(number)


def test_it_is_said_in_spanish_too(told, theirs, plan):
    theirs("2026-11-10T14:00")
    plan(6)

    with i18n.using("es"):
        where, coming, _steps = told()

    assert "6" in where
    assert where != "Session 1 of 6 was on martes, 10 de noviembre."
    assert coming != "The next one is not booked yet."
