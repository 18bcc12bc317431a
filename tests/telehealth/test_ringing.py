from datetime import timedelta

import pytest
from sqlalchemy import inspect, select

from app import clock
from app.messaging.models import Message, Purpose
from app.scheduling import rescheduling
from app.tasks import desk
from app.telehealth import calling_back, presence, ringing, seats
from tests.asked_of import asked_of
from tests.conftest import FRIDAY_NOON


def rung(db):
    texts = select(Message).where(Message.purpose == Purpose.STAFF).order_by(Message.made_at)
    return [message.practitioner.display_name for message in db.scalars(texts)]


def after(seconds):
    moment = FRIDAY_NOON + timedelta(seconds=seconds)
    clock.stand_still(moment, machine=FRIDAY_NOON)


@pytest.fixture
def waiting(db, open_link):
    seat = seats.claim(db, open_link())
    presence.arrive(db, seat, "phone")
    return seat


@pytest.mark.parametrize(
    ("seconds", "who"),
    [(44, []), (45, ["Dr. Okafor"]), (89, ["Dr. Okafor"]), (90, ["Dr. Okafor", "Jordan"])],
)
def test_the_clinician_is_rung_after_45_seconds_and_then_the_coordinator(
    db, cast, waiting, seconds, who
):
    for moment in range(0, seconds + 1, 5):
        after(moment)
        ringing.ring(db)
    after(seconds)
    ringing.ring(db)

    assert rung(db) == who


def test_nobody_is_rung_twice(db, cast, waiting):
    for seconds in (50, 100, 200):
        after(seconds)
        ringing.ring(db)

    assert rung(db) == ["Dr. Okafor", "Jordan"]


def test_an_admitted_patient_waits_no_more(db, cast, waiting, clinician):
    seats.admit(db, waiting, by=clinician)
    after(120)

    ringing.ring(db)

    assert rung(db) == []


def test_a_patient_who_has_gone_rings_nobody(db, cast, waiting):
    presence.go(db, waiting, "phone")
    after(120)

    ringing.ring(db)

    assert rung(db) == []


def test_who_asks_to_be_phoned_rings_at_once(db, cast, open_link):
    calling_back.ask(db, open_link())

    ringing.ring(db)

    assert rung(db) == ["Dr. Okafor"]


def test_a_call_that_was_made_rings_nobody(db, cast, open_link, clinician):
    task = calling_back.ask(db, open_link())
    desk.close_task(db, task, by=clinician)

    ringing.ring(db)

    assert rung(db) == []


def test_the_texts_to_staff_hold_no_link_and_no_name(db, cast, waiting):
    after(100)
    ringing.ring(db)

    for message in db.scalars(select(Message)):
        assert "{link}" not in message.body
        assert "Maya" not in message.body
        assert "http" not in message.body


def test_the_next_ring_is_known_ahead(db, cast, waiting):
    assert ringing.next_due(db) == FRIDAY_NOON + timedelta(seconds=45)


def test_whoever_waits_at_another_time_rings_again(db, appointment, open_link, waiting, clinician):
    after(100)
    ringing.ring(db)
    seats.leave(db, waiting)
    rescheduling.reschedule(
        db, appointment, appointment.starts_at + timedelta(days=1), by=clinician
    )
    presence.arrive(db, seats.claim(db, open_link()), "phone")
    after(200)

    ringing.ring(db)

    assert rung(db) == ["Dr. Okafor", "Jordan", "Dr. Okafor", "Jordan"]


def copy_of(row):
    columns = {column.key for column in inspect(type(row)).column_attrs} - {"id"}
    return type(row)(**{name: getattr(row, name) for name in columns})


def asked_by(db, act):
    with asked_of(db.get_bind()) as said:
        act(db)
    return len(said)


def test_many_who_wait_cost_no_more_questions_than_one(db, cast, waiting, appointment):
    after(40)  # nobody is rung yet
    db.flush()
    alone = [asked_by(db, act) for act in (ringing.ring, ringing.next_due)]
    for _ in range(3):
        also = copy_of(appointment)
        db.add(also)
        seat = seats.claim(db, seats.take(db, also, waiting.web_session, None))
        presence.arrive(db, seat, "phone")
    db.flush()

    assert [asked_by(db, act) for act in (ringing.ring, ringing.next_due)] == alone
