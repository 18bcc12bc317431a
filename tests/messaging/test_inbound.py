from sqlalchemy import func, select

from app import clock
from app.messaging import inbound
from app.messaging.models import Direction, Message, MessageStatus
from tests.conftest import FRIDAY_NOON


def receive(database, clinic, number, body, sid="SM1"):
    with database.session() as db:
        return inbound.receive(db, clinic, number, body, sid=sid, at=clock.now())


def stored(database):
    with database.session(write=False) as db:
        return db.scalar(select(func.count(Message.id)))


def test_a_reply_is_stored_with_the_patient_whose_number_it_is(database, cast):
    message = receive(database, cast.clinic, "+13125550142", "ok 💛")

    assert (message.patient_id, message.body) == (cast.maya.id, "ok 💛")
    assert (message.direction, message.status) == (Direction.INBOUND, MessageStatus.RECEIVED)
    assert message.sent_at == FRIDAY_NOON


def test_a_reply_that_comes_twice_is_stored_once(database, cast):
    receive(database, cast.clinic, "+13125550142", "ok")

    assert receive(database, cast.clinic, "+13125550142", "ok") is None
    assert stored(database) == 1


def test_a_number_that_nobody_has_is_not_stored(database, cast):
    assert receive(database, cast.clinic, "+13125550199", "ok") is None
    assert stored(database) == 0


def test_a_patient_of_the_neighbour_clinic_is_unknown_here(database, cast):
    assert receive(database, cast.clinic, "+13125550144", "ok") is None
    assert receive(database, cast.neighbour, "+13125550144", "ok").patient_id == cast.noor.id
