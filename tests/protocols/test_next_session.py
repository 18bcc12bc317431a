"""The session that comes next inside a course is suggested, as far as nobody has booked it."""

from datetime import timedelta

import pytest

from app import clock, wall_time
from app.outcomes import courses
from app.people.models import Patient
from app.plans import shipped
from app.protocols import next_session
from app.scheduling.models import Appointment, AppointmentStatus
from tests.outcomes.conftest import at as at
from tests.outcomes.conftest import later as later
from tests.outcomes.conftest import session_on as session_on


@pytest.fixture
def follows(database, cast):
    """`follows("four-weekly")`: Maya's session of the cast follows that protocol."""

    def follows(slug, route=None):
        with database.session() as db:
            session = db.get_one(Appointment, cast.infusion.id)
            session.protocol_id = shipped.id_of(cast.clinic.id, slug)
            session.route = route

    return follows


@pytest.fixture
def suggested(database, cast):
    """`suggested()`: what comes next for Maya."""

    def suggested(patient=None):
        with database.session(write=False) as db:
            return next_session.suggest(db, db.get_one(Patient, (patient or cast.maya).id))

    return suggested


def _wall(found, cast):
    return wall_time.written(found.starts_at, cast.clinic.zone)


def test_a_week_later_at_the_same_hour_in_a_weekly_course(follows, suggested, cast):
    follows("four-weekly", route="im")

    found = suggested()

    assert (found.number, found.of) == (2, 4)
    assert _wall(found, cast) == "2026-11-26T12:00"
    assert (found.minutes, found.route) == (120, "im")
    assert found.protocol.slug == "four-weekly"


def test_gaps_take_turns(follows, suggested, session_on, later, cast, database):
    follows("six-in-three-weeks")
    assert _wall(suggested(), cast) == "2026-11-22T12:00"  # three days after the first

    later("2026-11-22T16:00")
    second = session_on("2026-11-22T12:00")
    with database.session() as db:
        row = db.get_one(Appointment, second)
        row.protocol_id = shipped.id_of(cast.clinic.id, "six-in-three-weeks")

    assert _wall(suggested(), cast) == "2026-11-26T12:00"  # four after the second


def test_nothing_follows_a_session_alone(suggested):
    assert suggested() is None


def test_but_where_staff_have_planned_more_the_next_one_does(database, cast, suggested):
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        doctor = db.merge(cast.dr_okafor)
        courses.plan(db, maya, sessions_planned=3, asks_about_trauma=False, by=doctor)

    assert (suggested().number, suggested().of) == (2, 3)


def test_what_is_booked_is_not_suggested(follows, suggested, session_on):
    follows("four-weekly")
    session_on("2026-12-02T12:00")

    assert suggested() is None


def test_nor_is_anything_once_the_course_is_over(follows, suggested, database, cast):
    follows("four-weekly")
    with database.session() as db:
        courses.end(db, db.get_one(Patient, cast.maya.id), by=db.merge(cast.dr_okafor))

    assert suggested() is None


def test_nor_for_whoever_never_had_one(suggested, cast):
    assert suggested(cast.theo) is None


def test_nor_is_one_that_never_began_counted(follows, suggested, database, cast):
    follows("four-weekly")
    with database.session() as db:
        db.get_one(Appointment, cast.infusion.id).status = AppointmentStatus.NOSHOW

    assert suggested() is None


@pytest.mark.parametrize("days_past", [0, 1, 30, 90])
def test_it_never_lies_behind_or_today_and_keeps_its_hour(
    follows, suggested, cast, later, days_past
):
    follows("four-weekly")
    clock.stand_still(clock.now() + timedelta(days=7 + days_past))

    found = suggested()

    assert found.starts_at >= clock.now() + timedelta(days=1)
    assert found.starts_at < clock.now() + timedelta(days=2, hours=1)
    assert _wall(found, cast)[11:] == "12:00"
