"""Staff answer a patient at the moment in which a text of theirs is taken in."""

import threading

import pytest
from sqlalchemy import text

from app.messaging import claims, threads, writing
from app.messaging.models import Message
from app.people.models import Patient, Practitioner
from app.tasks import desk
from app.tasks.models import TaskCode
from tests.databases import chosen_kind

_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.mark.skipif(chosen_kind() == "sqlite", reason="SQLite has one writer")
def test_neither_the_answer_nor_the_reply_is_thrown_out_when_they_meet(database, queue, cast):
    reply = queue()
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        desk.open_task(db, TaskCode.ANSWER, maya, by=None)
        threads.open_again(db, threads.of(db, maya))
    broken = []

    def answer():
        try:
            with database.session() as db:
                okafor = db.get_one(Practitioner, cast.dr_okafor.id)
                maya = db.get_one(Patient, cast.maya.id)
                writing.send(db, maya, "We'll phone you.", by=okafor, form="a")
        except Exception as error:  # noqa: BLE001  told to the test
            broken.append(error)

    with database.session() as db:
        claims.hold_patient(db, cast.maya.id)
        maya = db.get_one(Patient, cast.maya.id)
        desk.open_task(db, TaskCode.ANSWER, maya, by=None, note="And now?")
        db.flush()
        staff = threading.Thread(target=answer)
        staff.start()
        _until_somebody_waits(database)
        threads.touch_inbound(db, db.get_one(Message, reply.id), needs_person=True)
    staff.join(10)

    assert broken == []


def _until_somebody_waits(database) -> None:
    with database.engine.connect() as looking:
        for _ in range(20_000):
            if looking.scalar(_WAITING):
                return
            looking.rollback()
    raise AssertionError("nobody waits")
