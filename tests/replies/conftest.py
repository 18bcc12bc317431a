"""Texts as they come in over the road, from whichever number, and what stands afterwards."""

from itertools import count

import pytest
from sqlalchemy import select

from app import clock
from app.messaging import inbound
from app.messaging.inbound import Raw
from app.messaging.models import Direction, InboundText, Message, Thread
from app.people.models import Patient
from app.replies import taking_in
from app.safety.models import SafetyAlert
from app.scheduling import visit_texts
from app.scheduling.models import Appointment
from app.tasks.models import StaffTask

MAYA = "+13125550142"
CLINIC = "+13125550110"


@pytest.fixture
def planned(database, cast):
    """Maya's visit, with its texts waiting."""
    with database.session() as db:
        visit_texts.plan(db, db.get_one(Appointment, cast.integration_visit.id))


@pytest.fixture
def come_in(database, cast):
    """`come_in(body)`: a text is stored as a webhook brings it, and not yet understood."""
    sids = (f"SM{number:032d}" for number in count())

    def come_in(body, *, sender=MAYA, to=CLINIC, at=None, answered="", pictures=0, sid=""):
        with database.session() as db:
            raw = Raw(sender, to, body, answered, pictures)
            return inbound.store(db, sid or next(sids), raw, at=at)

    return come_in


@pytest.fixture
def reply(database, planned, come_in):
    """`reply(body)`: a text from Maya, unless said otherwise, understood."""

    def reply(body, **differs):
        come_in(body, **differs)
        while taking_in.understand_next(database):
            pass

    return reply


@pytest.fixture
def rows(database):
    """`rows(StaffTask)`: every row of one kind, oldest first."""

    def rows(kind):
        with database.session(write=False) as db:
            return list(db.scalars(select(kind).order_by(kind.id)))

    return rows


@pytest.fixture
def tasks(rows):
    """The open tasks: what is to be done, and its note."""
    return lambda: [(task.code.value, task.note) for task in rows(StaffTask) if not task.done_at]


@pytest.fixture
def alerts(rows):
    return lambda: rows(SafetyAlert)


@pytest.fixture
def said(rows):
    """What waits to be sent to patients and strangers: purpose and words."""

    def said(*purposes):
        return [
            (message.purpose.value, message.body)
            for message in rows(Message)
            if message.direction is Direction.OUTBOUND
            and message.practitioner_id is None
            and message.status.value == "queued"
            and (not purposes or message.purpose.value in purposes)
        ]

    return said


@pytest.fixture
def answers_of(said):
    """The words of what answers by itself."""
    return lambda: [body for _, body in said("answer", "keyword", "safety")]


@pytest.fixture
def received(rows):
    return lambda: [message for message in rows(Message) if message.direction is Direction.INBOUND]


@pytest.fixture
def waiting(rows):
    """Texts that came in and are not understood."""
    return lambda: [text for text in rows(InboundText) if text.understood_at is None]


@pytest.fixture
def thread(rows):
    """`thread()`: the only thread there is."""

    def thread():
        (only,) = rows(Thread)
        return only

    return thread


@pytest.fixture
def change(database):
    """`change(row, **values)`: as if it had been so before."""

    def change(row, **values):
        with database.session() as db:
            kept = db.get_one(type(row), row.id)
            for name, value in values.items():
                setattr(kept, name, value)

    return change


@pytest.fixture
def maya(database, cast):
    def maya():
        with database.session(write=False) as db:
            return db.get_one(Patient, cast.maya.id)

    return maya


@pytest.fixture
def at():
    """`at(moment)`: both clocks stand there from now on."""
    return lambda moment: clock.stand_still(moment, machine=moment)
