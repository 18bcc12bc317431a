from datetime import timedelta
from itertools import permutations

import pytest
import structlog
from sqlalchemy import event

from app import clock
from app.links import magic_links
from app.links.models import LinkState, MagicLink
from app.messaging import delivery, inbound, outbox, reports
from app.messaging.gateway import Accepted, Declined, InDoubt, TooFast
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Patient
from app.security import keyring
from app.security.keyring import KeyRing
from tests.fakes import RecordingGateway

FINAL = {"delivered", "undelivered", "failed"}


def opted_out(database, cast):
    with database.session(write=False) as db:
        return db.get_one(Patient, cast.maya.id).opted_out_at is not None


def test_a_text_that_was_taken_is_noted_with_its_number_at_the_gateway(
    queue, send, kept, link_state
):
    message = queue(body="Tap {link} to join.", with_link=True)

    assert send()

    assert (kept(message).status, kept(message).provider_sid) == (
        MessageStatus.ACCEPTED,
        f"SM{1:032d}",
    )
    assert kept(message).sent_at == clock.now()
    assert link_state(message) is LinkState.SENT
    assert not send()


def test_the_link_is_put_in_when_the_text_leaves_and_rests_nowhere(
    queue, send, gateway, kept, database
):
    message = queue(body="Tap {link} to join.", with_link=True)

    send()

    with database.session(write=False) as db:
        link = db.get_one(MagicLink, message.link_id)
    address = magic_links.address_of(link, "https://afterglow.test")
    assert gateway.sent[0].body == f"Tap {address} to join."
    assert kept(message).body == "Tap {link} to join."


def test_the_text_names_its_own_id_so_that_a_callback_can_find_it(queue, send, gateway):
    message = queue()

    send()

    assert (gateway.sent[0].message_id, gateway.sent[0].to) == (message.id, "+13125550142")


def test_a_text_is_not_wanted_longer_than_its_visit(queue, send, gateway):
    queue(expires_at=clock.now() + timedelta(minutes=55))

    send()

    assert gateway.sent[0].valid_for == timedelta(minutes=55)


def test_a_text_that_is_always_wanted_is_given_no_end(queue, send, gateway):
    queue()

    send()

    assert gateway.sent[0].valid_for is None


def test_a_text_that_is_on_the_phone_at_once_has_arrived_and_nobody_asks_about_it(
    queue, send, gateway, kept
):
    message = queue()
    gateway.answers = [Accepted("SM1", delivered=True)]

    send()

    assert kept(message).status is MessageStatus.DELIVERED
    assert kept(message).look_at is None
    assert (kept(message).sent_at, kept(message).status_at) == (clock.now(), clock.now())


@pytest.mark.parametrize(
    "answer", [Accepted("SM1"), TooFast(timedelta(seconds=1)), InDoubt(), Declined("30007")]
)
def test_the_desk_hears_what_became_of_a_text(queue, send, gateway, heard, cast, answer):
    queue()
    gateway.answers = [answer]

    assert heard(send, f"desk:{cast.clinic.id}")


@pytest.mark.parametrize(("seconds", "sent"), [(1, True), (0, False), (-1, False)])
def test_a_text_that_nobody_wants_any_more_stays_here(
    queue, send, gateway, kept, tasks, seconds, sent
):
    message = queue(expires_at=clock.now() + timedelta(seconds=seconds))

    assert send()

    assert len(gateway.sent) == sent
    if not sent:
        assert kept(message).status is MessageStatus.FAILED
        assert tasks() == ["text-undelivered"]


def test_somebody_who_opted_out_after_it_was_queued_gets_nothing(
    queue, send, gateway, kept, database, cast
):
    message = queue()
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).opted_out_at = clock.now()

    send()

    assert gateway.sent == []
    assert kept(message).status is MessageStatus.CANCELLED


def test_a_text_that_was_not_taken_for_haste_leaves_later(queue, send, gateway, kept):
    message = queue()
    gateway.answers = [TooFast(timedelta(seconds=5))]

    send()

    assert kept(message).status is MessageStatus.QUEUED
    clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(seconds=5))
    assert not send()
    clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(seconds=4))
    assert send()
    assert kept(message).status is MessageStatus.ACCEPTED


def test_a_text_that_was_declined_becomes_somebodys_task(queue, send, gateway, kept, tasks):
    message = queue()
    gateway.answers = [Declined("21617")]

    send()

    assert (kept(message).status, kept(message).error_code) == (MessageStatus.FAILED, "21617")
    assert tasks() == ["text-undelivered"]
    assert not send()


def test_a_number_that_opted_out_at_the_gateway_is_noted_and_shouted_about(
    queue, send, gateway, tasks, database, cast
):
    queue()
    gateway.answers = [Declined("21610")]

    send()

    assert tasks() == ["opted-out"]
    assert opted_out(database, cast)
    assert queue() is None


def test_a_text_in_doubt_is_not_simply_sent_again(queue, send, gateway, kept, tasks):
    message = queue()
    gateway.answers = [InDoubt()]

    send()

    assert kept(message).status is MessageStatus.IN_DOUBT
    assert kept(message).status_at == clock.now()
    assert kept(message).look_at == clock.machine_now() + timedelta(seconds=10)
    assert tasks() == []
    assert not send()


def test_a_staff_text_in_doubt_or_declined_breaks_nothing(queue, send, gateway, kept, tasks, cast):
    doubted = queue(Purpose.SAFETY, practitioner=cast.jordan, appointment_id=None)
    declined = queue(Purpose.STAFF, practitioner=cast.jordan, appointment_id=None)
    gateway.answers = [InDoubt(), Declined("30006")]

    send()
    send()

    assert kept(doubted).status is MessageStatus.IN_DOUBT
    assert kept(declined).status is MessageStatus.FAILED
    assert tasks() == []


class SettledMeanwhile(RecordingGateway):
    """A gateway whose callback arrives before its answer."""

    def __init__(self, callback, message, word, answer):
        super().__init__()
        self.settle = lambda: callback(message, word, sid="SM1")
        self.answers = [answer]

    def send(self, outgoing):
        self.settle()
        return super().send(outgoing)


@pytest.mark.parametrize("answer", [InDoubt(), Accepted("SM1")])
@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("queued", MessageStatus.ACCEPTED),
        ("sent", MessageStatus.SENT),
        ("delivered", MessageStatus.DELIVERED),
    ],
)
def test_a_callback_that_comes_before_the_answer_settles_it(
    queue, send, kept, tasks, callback, word, status, answer
):
    message = queue()

    send(through=SettledMeanwhile(callback, message, word, answer))

    assert (kept(message).status, kept(message).provider_sid) == (status, "SM1")
    assert tasks() == []
    assert not send()


def test_a_callback_settles_a_doubt(queue, send, gateway, kept, callback):
    message = queue()
    gateway.answers = [InDoubt()]
    send()

    callback(message, "sent", sid="SM77")

    assert (kept(message).status, kept(message).provider_sid) == (MessageStatus.SENT, "SM77")


class Retired:
    """The secret key that a link was signed with is gone."""

    def __enter__(self):
        self._ours = keyring.ring()
        keyring.use(KeyRing(["e" * 40], ["n" * 40], self._ours._load))

    def __exit__(self, *_):
        keyring.use(self._ours)


def test_a_text_whose_link_cannot_be_derived_does_not_hold_up_the_others(
    queue, send, gateway, kept, tasks
):
    broken = queue(body="Tap {link} to join.", with_link=True, due_at=clock.now())
    queue(Purpose.NOTICE, "Good news.")

    with Retired(), structlog.testing.capture_logs():
        while send():
            pass

    assert [one.body for one in gateway.sent] == ["Good news."]
    assert kept(broken).status is MessageStatus.FAILED
    assert tasks() == ["text-undelivered"]


def test_a_text_that_cannot_be_read_does_not_hold_up_the_others(
    queue, send, gateway, kept, database
):
    broken = queue()
    queue(Purpose.NOTICE, "Good news.")
    with database.session() as db:
        db.get_one(Message, broken.id).body_sealed = b"\x01\x00\x01" + b"\x00" * 40

    with structlog.testing.capture_logs():
        while send():
            pass

    assert [one.body for one in gateway.sent] == ["Good news."]
    assert kept(broken).status is MessageStatus.FAILED


@pytest.mark.every_value_on_both
@pytest.mark.parametrize("order", list(permutations(["queued", "sending", "sent", "delivered"])))
def test_callbacks_in_any_order_end_at_the_same_truth(queue, send, kept, callback, tasks, order):
    message = queue()
    send()

    for word in order:
        callback(message, word)
        callback(message, word)

    assert kept(message).status is MessageStatus.DELIVERED
    assert tasks() == []


@pytest.mark.parametrize("last", ["undelivered", "failed"])
def test_a_text_that_never_arrived_becomes_a_task_once(
    queue, send, kept, callback, tasks, database, last
):
    message = queue()
    send()

    for word in (last, "sent", last, "queued"):
        callback(message, word, code="30007")

    assert (kept(message).status.value, kept(message).error_code) == (last, "30007")
    assert tasks() == ["text-undelivered"]


def test_what_arrived_stays_arrived(queue, send, kept, callback, tasks):
    message = queue()
    send()
    callback(message, "delivered")

    callback(message, "failed", code="30008")

    assert kept(message).status is MessageStatus.DELIVERED
    assert tasks() == []


@pytest.mark.parametrize("word", ["", "receiving", "DELIVERED", "nonsense"])
def test_a_word_that_nobody_knows_changes_nothing(queue, send, kept, callback, word):
    message = queue()
    send()

    callback(message, word)

    assert kept(message).status is MessageStatus.ACCEPTED


def test_a_callback_about_a_text_that_came_in_changes_nothing(database, cast, kept, callback):
    with database.session() as db:
        message = inbound.record(
            db,
            cast.clinic.id,
            "+13125550142",
            "ok",
            sid="SM1",
            at=clock.now(),
            patient_id=cast.maya.id,
        )

    callback(message, "delivered")

    assert kept(message).status is MessageStatus.RECEIVED


def test_two_callbacks_at_once_end_at_the_higher_rank(queue, send, kept, database):
    message = queue()
    send()
    with database.session(write=False) as db:
        read_early = db.get_one(Message, message.id)
    with database.session() as db:
        delivery.apply_status(db, db.get_one(Message, message.id), "delivered", "", "SM1")

    with database.session() as db:
        delivery.apply_status(db, db.merge(read_early, load=False), "sent", "", "SM1")

    assert kept(message).status is MessageStatus.DELIVERED


def test_a_link_that_was_opened_is_not_sent_back_to_sent(
    queue, send, database, link_state, callback
):
    message = queue(body="Tap {link}.", with_link=True)
    send()
    with database.session() as db:
        db.get_one(MagicLink, message.link_id).state = LinkState.CLAIMED

    callback(message, "delivered")

    assert link_state(message) is LinkState.CLAIMED


def test_no_log_line_tells_what_was_said_or_to_whom(queue, send, gateway):
    queue(body="Northside: tap {link}.", with_link=True)
    queue(body="heliotrope")
    gateway.answers = [Accepted("SM9"), Declined("21614")]

    with structlog.testing.capture_logs() as lines:
        send()
        send()

    said = repr(lines)
    assert len(lines) == 2
    for private in ("5550142", "heliotrope", "Maya", "/j#", gateway.sent[0].body[-10:]):
        assert private not in said


def test_the_worker_claims_nothing_while_nothing_is_due(queue, send, database):
    queue(due_at=clock.now() + timedelta(seconds=1))

    assert not send()
    with database.session(write=False) as db:
        assert outbox.lateness(db) == timedelta(0)


@pytest.fixture
def statements(database):
    """What is asked of the database, statement by statement."""
    seen = []

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def test_a_text_costs_few_statements_however_many_wait(queue, send, statements):
    for _ in range(3):
        queue(body="Tap {link} to join.", with_link=True)
    send()  # the first makes the sender and the thread
    statements.clear()
    send()
    few = len(statements)
    for _ in range(30):
        queue(body="Tap {link} to join.", with_link=True)
    statements.clear()

    send()

    assert len(statements) == few <= 8


class Hurried(RecordingGateway):
    """Its pace is asked while a text is claimed, and meanwhile the lease all but runs out."""

    @property
    def segments_per_second(self):
        clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(seconds=45))


def test_a_text_whose_lease_ran_short_stays_here_and_the_worker_goes_on(queue, send, gateway, kept):
    message, hurried = queue(), Hurried()

    assert send(through=hurried)

    assert (hurried.sent, kept(message).status) == ([], MessageStatus.QUEUED)
    assert send()
    assert kept(message).status is MessageStatus.ACCEPTED


def test_what_becomes_of_a_text_that_was_taken_is_asked_from_the_beginning(
    queue, send, kept, database
):
    message = queue()
    with database.session() as db:
        db.get_one(Message, message.id).looks = 5  # while an earlier sending of it was in doubt

    send()

    assert kept(message).looks == 0
    assert kept(message).look_at == reports.first_look()
