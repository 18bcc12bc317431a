"""Who has to say what a visit came to is asked once, and not when it shows by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.scheduling.models import Appointment, AppointmentStatus
from app.tasks.models import StaffTask, TaskCode
from app.telehealth import outcomes, unsaid
from app.telehealth.models import VisitResult
from app.telehealth.outcomes import Said
from app.telehealth.unsaid import AFTER
from tests.cast import gather


@pytest.fixture
def cast(db):
    return gather(db)


@pytest.fixture
def visit(db, cast):
    return db.get_one(Appointment, cast.integration_visit.id)


def _tasks(db):
    """Of each task for an outcome: whether it is done."""
    db.expire_all()
    wanted = select(StaffTask).where(StaffTask.code == TaskCode.RECORD_OUTCOME)
    return [task.done_at is not None for task in db.scalars(wanted)]


def _pass(visit, **time):
    moment = visit.ends_at + timedelta(**time)
    clock.stand_still(moment, machine=moment)


@pytest.mark.parametrize(("seconds", "asked"), [(-1, []), (0, [False])])
def test_an_hour_after_a_visit_somebody_is_asked_what_it_came_to(db, visit, seconds, asked):
    _pass(visit, seconds=AFTER.total_seconds() + seconds)

    unsaid.ask(db)
    unsaid.ask(db)

    assert _tasks(db) == asked


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", AppointmentStatus.FULFILLED),
        ("status", AppointmentStatus.NOSHOW),
        ("status", AppointmentStatus.CANCELLED),
        ("asked_at", clock.machine_now()),
    ],
)
def test_nobody_is_asked_of_a_visit_that_was_decided(db, visit, name, value):
    setattr(visit, name, value)
    _pass(visit, hours=2)

    unsaid.ask(db)

    assert _tasks(db) == []


def test_a_session_is_no_visit_and_an_old_one_nobody_remembers(db, cast, visit):
    _pass(visit, hours=50)

    unsaid.ask(db)

    assert _tasks(db) == []


def test_saying_it_is_doing_it(db, cast, visit):
    _pass(visit, hours=2)
    unsaid.ask(db)

    outcomes.say(db, visit, Said(VisitResult.BY_PHONE), by=cast.dr_okafor)

    assert _tasks(db) == [True]
    unsaid.ask(db)
    assert _tasks(db) == [True]


def test_a_visit_that_was_moved_or_called_off_after_all_needs_no_word(db, visit):
    _pass(visit, hours=2)
    unsaid.ask(db)
    visit.status = AppointmentStatus.CANCELLED
    db.flush()

    unsaid.ask(db)

    assert _tasks(db) == [True]
