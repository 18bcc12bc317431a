from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from app import clock
from app.db.once import add_once
from app.messaging import inbound, threads
from app.messaging.models import Thread
from app.people.models import Patient
from app.tasks import desk
from app.tasks.models import TaskCode
from tests.conftest import FRIDAY_NOON

LATER = FRIDAY_NOON + timedelta(hours=1)


@pytest.fixture
def here(db, cast):
    return SimpleNamespace(**{name: db.merge(row) for name, row in vars(cast).items()})


@pytest.fixture
def comes_in(db, here):
    """`comes_in(…)`: a text from Maya that touches her thread."""
    count = iter(range(100))

    def comes_in(*, needs_person=True, at=None, patient=None):
        patient = patient or here.maya
        message = inbound.record(
            db,
            patient.clinic_id,
            patient.phone,
            "Who is this?",
            sid=f"SM{next(count)}",
            at=at or clock.now(),
            patient_id=patient.id,
        )
        threads.touch_inbound(db, message, needs_person=needs_person)
        return message

    return comes_in


def test_a_patient_has_one_thread(db, here):
    assert threads.of(db, here.maya).id == threads.of(db, here.maya).id
    assert threads.of(db, here.theo).id != threads.of(db, here.maya).id
    assert db.scalar(select(func.count(Thread.id))) == 2


def test_a_thread_is_made_once_though_two_make_it_together(database, cast):
    with database.session() as db:
        threads.of(db, db.get_one(Patient, cast.maya.id))
        again = Thread(
            clinic_id=cast.clinic.id, patient_id=cast.maya.id, last_at=clock.now(), unread=0
        )
        assert add_once(db, again) is False


def test_an_unknown_number_has_one_thread_at_a_clinic_and_its_number_is_kept(db, here):
    thread = threads.of_stranger(db, here.clinic, "+13125550199")

    assert threads.of_stranger(db, here.clinic, "+13125550199").id == thread.id
    assert threads.of_stranger(db, here.neighbour, "+13125550199").id != thread.id
    assert (thread.number, thread.patient_id) == ("+13125550199", None)


def test_a_text_that_needs_somebody_opens_the_thread_until_it_is_answered(db, here, comes_in):
    comes_in()
    clock.stand_still(LATER)
    comes_in()

    thread = threads.of(db, here.maya)
    assert (thread.opened_at, thread.last_at, thread.unread) == (FRIDAY_NOON, LATER, 2)

    threads.answered(db, thread, by=here.jordan)
    assert (thread.opened_at, thread.unread) == (None, 0)


def test_a_text_that_was_understood_is_unread_and_opens_nothing(db, here, comes_in):
    comes_in(needs_person=False)

    thread = threads.of(db, here.maya)
    assert (thread.opened_at, thread.unread) == (None, 1)
    threads.mark_read(db, thread)
    assert thread.unread == 0


def test_an_understood_text_closes_nothing_that_is_open(db, here, comes_in):
    comes_in()
    clock.stand_still(LATER)
    comes_in(needs_person=False)

    assert threads.of(db, here.maya).opened_at == FRIDAY_NOON


def test_a_text_that_was_found_late_does_not_turn_the_thread_back(db, here, comes_in):
    comes_in(at=LATER)
    comes_in(at=FRIDAY_NOON)

    assert threads.of(db, here.maya).last_at == LATER


def test_answering_does_the_task_to_answer_and_no_other(db, here, comes_in):
    comes_in()
    answer = desk.open_task(db, TaskCode.ANSWER, here.maya, by=here.maya, note="Who is this?")
    call = desk.open_task(db, TaskCode.CALL_BACK, here.maya, by=here.maya)
    others = desk.open_task(db, TaskCode.ANSWER, here.theo, by=here.theo)

    threads.answered(db, threads.of(db, here.maya), by=here.jordan)

    db.expire_all()
    assert (answer.done_at, answer.done_by_id) == (clock.now(), here.jordan.id)
    assert (call.done_at, others.done_at) == (None, None)


def test_a_thread_is_taken_on_and_given_back(db, here):
    thread = threads.of(db, here.maya)

    threads.own(db, thread, here.jordan)
    assert thread.owner.id == here.jordan.id

    threads.own(db, thread, None)
    assert thread.owner is None


def test_the_oldest_open_thread_comes_first_and_the_quiet_ones_follow(db, here, comes_in):
    comes_in(patient=here.maya, needs_person=False)
    clock.stand_still(LATER)
    comes_in(patient=here.theo)
    clock.stand_still(LATER + timedelta(hours=1))
    stranger = threads.of_stranger(db, here.clinic, "+13125550199")
    threads.open_again(db, stranger)
    comes_in(patient=here.noor)

    listed = threads.of_clinic(db, here.clinic.id)
    assert [thread.patient_id for thread in listed] == [here.theo.id, None, here.maya.id]


def test_a_threads_texts_are_its_own_and_in_order(db, here, comes_in):
    first, other = comes_in(), comes_in(patient=here.theo)
    clock.stand_still(LATER)
    second = comes_in()
    stranger = threads.of_stranger(db, here.clinic, "+13125550199")
    theirs = inbound.record(
        db,
        here.clinic.id,
        "+13125550199",
        "Hello?",
        sid="SM99",
        at=clock.now(),
        thread_id=stranger.id,
    )

    assert threads.texts(db, threads.of(db, here.maya)) == [first, second]
    assert threads.texts(db, threads.of(db, here.theo)) == [other]
    assert threads.texts(db, stranger) == [theirs]
