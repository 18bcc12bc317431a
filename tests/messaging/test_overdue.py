from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.messaging import overdue
from app.messaging.gateway import TooFast
from app.messaging.models import Purpose
from app.tasks import desk
from app.tasks.models import StaffTask


@pytest.fixture
def tell_staff(database):
    def tell_staff():
        with database.session() as db:
            overdue.tell_staff(db)

    return tell_staff


def later(**by):
    clock.stand_still(clock.now() + timedelta(**by), machine=clock.machine_now() + timedelta(**by))


@pytest.mark.parametrize(("seconds", "told"), [(119, []), (120, ["text-undelivered"])])
def test_a_join_text_that_something_holds_is_on_the_desk_before_the_visit(
    queue, tell_staff, tasks, seconds, told
):
    queue(Purpose.JOIN, expires_at=clock.now() + timedelta(minutes=55))
    later(seconds=seconds)

    tell_staff()

    assert tasks() == told


def test_only_a_join_text_that_is_still_wanted_is(queue, tell_staff, tasks):
    queue(Purpose.NOTICE)
    queue(Purpose.JOIN, due_at=clock.now() + timedelta(minutes=4))
    queue(Purpose.JOIN, expires_at=clock.now() + timedelta(minutes=3))
    later(minutes=3)

    tell_staff()

    assert tasks() == []


def test_staff_who_have_seen_to_it_are_not_told_again(queue, tell_staff, tasks, database, cast):
    queue(Purpose.JOIN)
    later(minutes=3)
    tell_staff()
    with database.session() as db:
        desk.close_task(db, db.scalars(select(StaffTask)).one(), by=cast.jordan)

    tell_staff()

    assert tasks() == []


def test_the_task_is_done_when_the_text_arrives_after_all(
    queue, tell_staff, tasks, send, gateway, callback
):
    message = queue(Purpose.JOIN)
    gateway.answers = [TooFast(timedelta(minutes=3))]
    send()
    later(minutes=3)
    tell_staff()
    assert tasks() == ["text-undelivered"]
    later(minutes=3)

    send()
    callback(message, "delivered")

    assert tasks() == []


def test_many_late_texts_come_onto_the_desk_a_part_at_a_time(
    queue, tell_staff, tasks, cast, monkeypatch
):
    monkeypatch.setattr(overdue, "_AT_ONCE", 1)
    queue(Purpose.JOIN, expires_at=clock.now() + timedelta(minutes=1))  # nobody wants it any more
    queue(Purpose.JOIN)
    queue(Purpose.JOIN, appointment_id=cast.infusion.id)
    later(minutes=3)

    tell_staff()
    assert tasks() == ["text-undelivered"]

    tell_staff()
    assert tasks() == ["text-undelivered"] * 2
