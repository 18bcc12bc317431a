"""What a phone tells by itself, when its requests come on top of each other."""

from uuid import uuid4

from sqlalchemy import func, select

from app import clock
from app.people.models import Patient
from app.safety import from_devices
from app.safety.models import SafetyAlert, Signal
from tests.journal.test_at_once import CROWD, at_once


def test_an_alert_told_of_by_many_at_once_is_one(database, cast):
    uuid = uuid4()

    def tell(db, _number):
        maya = db.get_one(Patient, cast.maya.id)
        return from_devices.take(db, maya, uuid, Signal.CONTROL, clock.now()).id

    told = at_once(database, tell)

    assert len(told) == CROWD
    assert len(set(told)) == 1
    with database.session(write=False) as db:
        assert db.scalar(select(func.count(SafetyAlert.id))) == 1
