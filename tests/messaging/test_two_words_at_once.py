"""Callbacks come while our own request is still being answered, and several of them at once."""

import threading
from uuid import UUID

import pytest
from sqlalchemy import text

from app.messaging import delivery
from app.messaging.gateway import Accepted
from app.messaging.models import Message, MessageStatus
from tests.databases import chosen_kind
from tests.fakes import RecordingGateway

_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


class CalledBackAtOnce(RecordingGateway):
    """Two callbacks are there before the answer: both are in hand when the worker notes it."""

    def __init__(self, database) -> None:
        super().__init__()
        self._database = database
        self._first_is_in = threading.Event()
        self.callers: list[threading.Thread] = []
        self.broken: list[Exception] = []

    def send(self, outgoing):
        for call in (self._first, self._second):
            caller = threading.Thread(target=self._watched, args=(call, outgoing.message_id))
            caller.start()
            self.callers.append(caller)
            assert self._first_is_in.wait(10)
        return Accepted("SM1")

    def _watched(self, call, message_id) -> None:
        try:
            call(message_id)
        except Exception as error:  # noqa: BLE001  told to the test
            self.broken.append(error)

    def _first(self, message_id: UUID) -> None:
        with self._database.session() as db:
            delivery.apply_status(db, db.get_one(Message, message_id), "sent", "", "SM1")
            db.flush()
            self._first_is_in.set()
            self._until_two_wait()

    def _second(self, message_id: UUID) -> None:
        with self._database.session() as db:
            delivery.apply_status(db, db.get_one(Message, message_id), "delivered", "", "SM1")

    def _until_two_wait(self) -> None:
        with self._database.engine.connect() as looking:
            for _ in range(20_000):
                if looking.scalar(_WAITING) >= 2:
                    return
                looking.rollback()
        raise AssertionError("nobody waits")


@pytest.mark.skipif(chosen_kind() == "sqlite", reason="SQLite has one writer")
def test_neither_the_worker_nor_a_callback_is_thrown_out_when_all_come_at_once(
    queue, send, kept, database
):
    message = queue(with_link=True)
    gateway = CalledBackAtOnce(database)

    assert send(through=gateway)
    for caller in gateway.callers:
        caller.join(10)

    assert gateway.broken == []
    assert kept(message).status is MessageStatus.DELIVERED
