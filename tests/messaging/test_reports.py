import threading
from datetime import timedelta
from itertools import permutations

import pytest
import structlog
from sqlalchemy import func, select

from app import clock
from app.messaging import delivery, outbox, reconciling, reports, threads
from app.messaging.gateway import Accepted, InDoubt
from app.messaging.models import DeliveryReport, Message, MessageStatus, Purpose
from app.people.models import Patient
from tests.fakes import RecordingGateway

DELIVERED, UNDELIVERED = MessageStatus.DELIVERED, MessageStatus.UNDELIVERED
FIRST, SECOND = "SM-first", "SM-second"


@pytest.fixture(autouse=True)
def _quietly():
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def sent_twice(queue, send, gateway, database):
    """A link whose first sending fell into doubt and was found nowhere; the second was taken."""
    message = queue(Purpose.NUDGE, "Tap {link}.", with_link=True)
    gateway.answers = [InDoubt(), Accepted(SECOND)]
    send()
    clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(seconds=90))
    reconciling.look_into_one(database, gateway, "https://afterglow.test")
    send()
    return message


@pytest.mark.parametrize("order", list(permutations(["first failed", "second arrived"])))
def test_one_arrival_outdoes_whatever_became_of_the_other(sent_twice, callback, kept, tasks, order):
    says = {
        "first failed": lambda: callback(sent_twice, "undelivered", "30007", sid=FIRST),
        "second arrived": lambda: callback(sent_twice, "delivered", sid=SECOND),
    }
    for event in order:
        says[event]()

    assert (kept(sent_twice).status, kept(sent_twice).provider_sid) == (DELIVERED, SECOND)
    assert tasks() == []


def test_the_first_sending_may_arrive_after_the_second_failed(sent_twice, callback, kept, tasks):
    callback(sent_twice, "undelivered", "30007", sid=SECOND)
    assert (kept(sent_twice).status, tasks()) == (UNDELIVERED, ["text-undelivered"])

    callback(sent_twice, "delivered", sid=FIRST)

    assert (kept(sent_twice).status, kept(sent_twice).provider_sid) == (DELIVERED, FIRST)
    assert kept(sent_twice).error_code == ""
    assert tasks() == []


def test_a_text_has_failed_only_when_both_sendings_have(sent_twice, callback, kept, tasks):
    callback(sent_twice, "undelivered", "30007", sid=FIRST)
    assert (kept(sent_twice).status, tasks()) == (MessageStatus.ACCEPTED, [])

    callback(sent_twice, "undelivered", "30007", sid=SECOND)

    assert (kept(sent_twice).status, tasks()) == (UNDELIVERED, ["text-undelivered"])


def test_the_late_word_of_a_failed_sending_revives_nothing(sent_twice, callback, kept):
    callback(sent_twice, "undelivered", "30007", sid=FIRST)
    callback(sent_twice, "undelivered", "30007", sid=SECOND)

    callback(sent_twice, "sent", sid=FIRST)

    assert kept(sent_twice).status is UNDELIVERED


class FailsMeanwhile(RecordingGateway):
    """While the second request is under way, the first sending is reported as failed."""

    def __init__(self, callback, message):
        super().__init__()
        self.report = lambda: callback(message, "undelivered", "30007", sid=FIRST)

    def send(self, outgoing):
        self.report()
        return Accepted(SECOND)


def test_a_failure_of_the_first_sending_does_not_hide_the_second(
    queue, send, gateway, database, callback, kept
):
    message = queue(Purpose.NUDGE, "Tap {link}.", with_link=True)
    gateway.answers = [InDoubt()]
    send()
    clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(seconds=90))
    reconciling.look_into_one(database, gateway, "https://afterglow.test")

    send(through=FailsMeanwhile(callback, message))

    assert (kept(message).status, kept(message).provider_sid) == (MessageStatus.ACCEPTED, SECOND)
    callback(message, "delivered", sid=SECOND)
    assert kept(message).status is DELIVERED


def test_each_word_about_each_sending_is_kept_once(sent_twice, callback, database):
    for _ in range(3):
        callback(sent_twice, "sent", sid=SECOND)
        callback(sent_twice, "delivered", sid=SECOND)
        callback(sent_twice, "sent", sid=FIRST)

    with database.session(write=False) as db:
        assert db.scalar(select(func.count(DeliveryReport.id))) == 3


def test_a_replayed_failure_is_tried_again_once(queue, send, callback, kept_all):
    message = queue(Purpose.NUDGE, "Tap {link}.", with_link=True)
    send()

    for _ in range(3):
        callback(message, "undelivered", "30003")

    assert len(kept_all()) == 2


def test_a_callback_while_it_waits_to_be_sent_once_more_spares_the_second_copy(
    queue, send, gateway, database, callback, kept
):
    message = queue(Purpose.NUDGE, "Tap {link}.", with_link=True)
    gateway.answers = [InDoubt()]
    send()
    clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(seconds=90))
    reconciling.look_into_one(database, gateway, "https://afterglow.test")
    assert kept(message).status is MessageStatus.QUEUED

    callback(message, "sent", sid=FIRST)

    assert kept(message).status is MessageStatus.SENT
    assert not send()


def test_a_text_that_somebody_called_off_at_the_gateway_did_not_arrive(
    queue, send, callback, kept, tasks
):
    message = queue()
    send()

    callback(message, "canceled")

    assert kept(message).status is MessageStatus.FAILED
    assert tasks() == ["text-undelivered"]


def test_a_text_that_was_withdrawn_and_then_fails_is_nobodys_task(
    queue, send, callback, kept_all, tasks, database, cast
):
    message = queue(Purpose.JOIN, "Tap {link}.", with_link=True)
    send()
    with database.session() as db:
        outbox.withdraw(db, cast.integration_visit.id)

    callback(message, "undelivered", "30003")

    assert len(kept_all()) == 1
    assert tasks() == []


def test_a_text_that_has_left_moves_its_thread_up(queue, send, database, cast):
    with database.session() as db:
        threads.of(db, db.get_one(Patient, cast.maya.id))
    clock.stand_still(clock.now() + timedelta(hours=1), machine=clock.machine_now())
    queue()

    send()

    with database.session(write=False) as db:
        assert threads.of(db, db.get_one(Patient, cast.maya.id)).last_at == clock.now()


def test_a_report_without_a_number_at_the_gateway_still_counts(queue, send, gateway, database):
    message = queue()
    gateway.answers = [InDoubt()]
    send()

    with database.session() as db:
        delivery.apply_status(db, db.get_one(Message, message.id), "delivered", "", "")

    with database.session(write=False) as db:
        assert db.get_one(Message, message.id).status is DELIVERED


def test_a_report_and_a_patient_who_stops_texts_do_not_wait_for_each_other(
    database, queue, send, kept, cast
):
    message = queue()
    send()
    sid = kept(message).provider_sid
    failed = []

    def report():
        with database.session() as db:
            row = db.get_one(Message, message.id)
            reports.apply_status(db, row, "undelivered", "30005", sid)
        failed.append(sid)

    thread = threading.Thread(target=report)
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        maya.opted_out_at = clock.now()
        db.flush()
        thread.start()
        thread.join(0.5)  # as far as it gets
        outbox.withdraw_from(db, maya)
    thread.join(10)

    assert failed == [sid]
    assert kept(message).error_code == "30005"
