from datetime import timedelta

import pytest

from app import clock
from app.tasks import desk
from app.tasks.models import TaskCode


@pytest.fixture
def db(cast, db):
    return db


def test_the_same_thing_to_do_stands_on_the_desk_once(db, cast):
    first = desk.open_task(db, TaskCode.CALL_BACK, cast.maya, by=cast.maya, note="1")
    again = desk.open_task(db, TaskCode.CALL_BACK, cast.maya, by=cast.maya, note="2", urgent=True)

    assert again is first
    assert (first.note, first.urgent) == ("2", True)


def test_an_urgent_task_does_not_calm_down_by_itself(db, cast):
    desk.open_task(db, TaskCode.CALL_BACK, cast.maya, by=None, urgent=True)

    assert desk.open_task(db, TaskCode.CALL_BACK, cast.maya, by=None).urgent


@pytest.mark.parametrize("differs", ["code", "patient", "visit"])
def test_different_things_to_do_stand_beside_each_other(db, cast, differs):
    desk.open_task(db, TaskCode.CALL_BACK, cast.maya, by=None)
    desk.open_task(
        db,
        TaskCode.ANSWER if differs == "code" else TaskCode.CALL_BACK,
        cast.theo if differs == "patient" else cast.maya,
        by=None,
        appointment_id=cast.integration_visit.id if differs == "visit" else None,
    )

    assert len(desk.open_tasks(db, cast.clinic.id)) == 2


def test_what_was_done_comes_anew_when_it_happens_again(db, cast):
    first = desk.open_task(db, TaskCode.CALL_BACK, cast.maya, by=None)
    desk.close_task(db, first, by=cast.jordan)

    again = desk.open_task(db, TaskCode.CALL_BACK, cast.maya, by=None)
    db.flush()

    assert again is not first
    assert desk.open_tasks(db, cast.clinic.id) == [again]


def test_closing_twice_keeps_who_did_it_first(db, cast):
    task = desk.open_task(db, TaskCode.CALL_BACK, cast.maya, by=None)
    desk.close_task(db, task, by=cast.jordan)
    clock.stand_still(clock.now() + timedelta(hours=1))

    desk.close_task(db, task, by=cast.ada)

    assert (task.done_by_id, task.done_at) == (cast.jordan.id, clock.now() - timedelta(hours=1))


def test_urgent_tasks_stand_first_then_the_oldest(db, cast):
    old = desk.open_task(db, TaskCode.ANSWER, cast.maya, by=None)
    clock.stand_still(clock.now() + timedelta(minutes=1))
    late = desk.open_task(db, TaskCode.ANSWER, cast.theo, by=None)
    urgent = desk.open_task(db, TaskCode.CALL_BACK, cast.theo, by=None, urgent=True)

    assert desk.open_tasks(db, cast.clinic.id) == [urgent, old, late]


def test_the_neighbour_clinic_sees_none_of_it(db, cast):
    desk.open_task(db, TaskCode.ANSWER, cast.maya, by=None)

    assert desk.open_tasks(db, cast.neighbour.id) == []
