import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock, live
from app.db.base import Model
from app.links import magic_links
from app.links.models import LinkKind, MagicLink
from app.messaging import alarms, delivery, outbox
from app.messaging.models import Direction, Message, Purpose
from app.people.models import Patient
from app.tasks.models import StaffTask

BASE_URL = "https://afterglow.test"


@pytest.fixture
def queue(database, cast):
    """Queue a text to Maya, in a transaction of its own; what differs is said."""

    def queue(purpose=Purpose.JOIN, body="Northside: a word.", *, with_link=False, **differs):
        with database.session() as db:
            values = {"due_at": clock.now(), "appointment_id": cast.integration_visit.id}
            if "practitioner" not in differs:
                values["patient"] = db.get_one(Patient, cast.maya.id)
            if with_link:
                values["link"] = magic_links.mint(
                    db,
                    LinkKind.JOIN,
                    clinic_id=cast.clinic.id,
                    patient_id=cast.maya.id,
                    appointment_id=cast.integration_visit.id,
                    expires_at=clock.now() + timedelta(days=2),
                )
                db.flush()
            return outbox.enqueue(db, purpose, body, **(values | differs))

    return queue


@pytest.fixture
def send(database, gateway):
    """Let a worker send one text; False when none is due."""

    def send(worker="worker-1", through=gateway):
        return delivery.send_one(database, through, worker, BASE_URL)

    return send


@pytest.fixture
def kept(database):
    """A message as it stands in the database now."""

    def kept(message):
        with database.session(write=False) as db:
            return db.get_one(Message, message.id)

    return kept


@pytest.fixture
def kept_all(database):
    """Every outbound text, in the order in which they were made."""

    def kept_all():
        with database.session(write=False) as db:
            return list(
                db.scalars(
                    select(Message)
                    .where(Message.direction == Direction.OUTBOUND)
                    .order_by(Message.made_at, Message.id)
                )
            )

    return kept_all


@pytest.fixture
def callback(database):
    """The gateway says what became of a text: of its last known sending, or of another."""

    def callback(message, word, code="", sid=None):
        with database.session() as db:
            row = db.get_one(Message, message.id)
            delivery.apply_status(db, row, word, code, sid or row.provider_sid or "SM1")

    return callback


@pytest.fixture
def alarms_raised(database):
    """The codes of the open alarms, and how often each was raised."""

    def alarms_raised():
        with database.session(write=False) as db:
            return {alarm.code: alarm.count for alarm in alarms.open_alarms(db)}

    return alarms_raised


@pytest.fixture
def tasks(database):
    """The codes of the clinic's open tasks."""

    def tasks():
        with database.session(write=False) as db:
            return sorted(
                task.code.value
                for task in db.scalars(select(StaffTask).where(StaffTask.done_at.is_(None)))
            )

    return tasks


@pytest.fixture
def link_state(database):
    def link_state(message):
        with database.session(write=False) as db:
            return db.get_one(MagicLink, message.link_id).state

    return link_state


@pytest.fixture
def heard():
    """`heard(act, topic)`: whether a listener of the topic is woken by what `act` does."""

    async def listening(act, topic):
        with live.subscribe(topic) as bell:
            await asyncio.to_thread(act)
            return await bell.wait(0.3)

    return lambda act, topic: asyncio.run(listening(act, topic))


@pytest.fixture
def everything_but(database):
    """`everything_but("message")`: every row of every other table."""

    def everything_but(*tables):
        with database.session(write=False) as db:
            return {
                table.name: sorted(repr(tuple(row)) for row in db.execute(table.select()))
                for table in Model.metadata.sorted_tables
                if table.name not in tables
            }

    return everything_but
