"""A worker's turn: all that is due leaves, and what was answered about one is never lost."""

from contextlib import contextmanager
from datetime import timedelta

import pytest

from app import clock
from app.messaging import claims, delivery, outbox
from app.messaging.gateway import Accepted, Declined, InDoubt
from app.messaging.models import Message, MessageStatus, Purpose
from tests.fakes import RecordingGateway

BASE_URL = "https://afterglow.test"


@pytest.fixture
def send_all(database, gateway):
    """A turn of one worker, at most so many texts long."""

    memory = delivery.Memory()

    def send_all(most=100, through=gateway, kept_in=database):
        turns = iter(range(most))
        delivery.send_all(
            kept_in,
            through,
            "worker-1",
            BASE_URL,
            memory,
            goes_on=lambda: next(turns, None) is not None,
        )

    return send_all


@pytest.fixture
def written(queue):
    """`written(3)`: texts that were due one after the other."""

    def written(count):
        return [
            queue(
                Purpose.WRITTEN,
                f"Northside: word {number}.",
                due_at=clock.now() - timedelta(seconds=count - number),
            )
            for number in range(count)
        ]

    return written


def _statuses(kept, messages):
    return [kept(each).status for each in messages]


def test_all_that_is_due_leaves_once_and_is_noted(written, send_all, gateway, kept):
    texts = written(5)

    send_all()
    send_all()

    assert [each.body for each in gateway.sent] == [f"Northside: word {n}." for n in range(5)]
    assert _statuses(kept, texts) == [MessageStatus.ACCEPTED] * 5
    assert len({kept(each).provider_sid for each in texts}) == 5


def test_before_a_text_leaves_its_row_says_so_and_the_one_before_has_its_receipt(
    written, send_all, database, kept
):
    texts = written(3)
    stood = []

    class Looking(RecordingGateway):
        def send(self, outgoing):
            with database.session(write=False) as db:
                stood.append([db.get_one(Message, each.id).status.value for each in texts])
            return super().send(outgoing)

    send_all(through=Looking())

    assert stood == [
        ["sending", "queued", "queued"],
        ["accepted", "sending", "queued"],
        ["accepted", "accepted", "sending"],
    ]


def test_a_turn_that_is_over_notes_the_answer_and_begins_nothing(written, send_all, gateway, kept):
    texts = written(3)

    send_all(most=1)

    assert len(gateway.sent) == 1
    assert _statuses(kept, texts) == [MessageStatus.ACCEPTED, *[MessageStatus.QUEUED] * 2]


def test_a_next_text_that_cannot_be_claimed_costs_the_last_one_no_receipt(
    written, send_all, gateway, kept, monkeypatch
):
    texts = written(2)
    real = claims.claim_next

    def once(*given, **named):
        if gateway.sent:
            raise RuntimeError
        return real(*given, **named)

    monkeypatch.setattr(claims, "claim_next", once)

    with pytest.raises(RuntimeError):
        send_all()

    assert len(gateway.sent) == 1
    assert _statuses(kept, texts) == [MessageStatus.ACCEPTED, MessageStatus.QUEUED]


@pytest.mark.parametrize(
    ("answer", "status"),
    [(Declined("21211"), MessageStatus.FAILED), (InDoubt(), MessageStatus.IN_DOUBT)],
)
def test_what_became_of_one_text_holds_up_no_other(written, send_all, kept, answer, status):
    texts = written(3)

    class Second(RecordingGateway):
        def send(self, outgoing):
            taken = super().send(outgoing)
            return answer if outgoing.message_id == texts[1].id else taken

    send_all(through=Second())

    assert kept(texts[0]).status is MessageStatus.ACCEPTED
    assert kept(texts[1]).status is status


def test_a_receipt_that_a_callback_overtook_counts_all_the_same(written, send_all, callback, kept):
    texts = written(2)

    class Overtaken(RecordingGateway):
        def send(self, outgoing):
            taken = super().send(outgoing)
            assert isinstance(taken, Accepted)
            callback(
                next(each for each in texts if each.id == outgoing.message_id),
                "delivered",
                sid=taken.sid,
            )
            return taken

    send_all(through=Overtaken())

    assert _statuses(kept, texts) == [MessageStatus.DELIVERED] * 2


class _Gone(Exception):
    """As a driver says it."""


class _Going:
    """The database, as it goes: the next transactions are kept, or not, and nobody hears of it."""

    def __init__(self, database):
        self._database = database
        self.answers_lost = self.refusals = 0

    @contextmanager
    def session(self, **named):
        if self.refusals:
            self.refusals -= 1
            raise _Gone
        with self._database.session(**named) as db:
            yield db
        if self.answers_lost:
            self.answers_lost -= 1
            raise _Gone


@pytest.fixture
def going(database):
    return _Going(database)


def test_a_text_claimed_as_the_database_went_leaves_when_it_is_back(
    written, send_all, going, gateway, kept
):
    (text,) = written(1)
    going.answers_lost = 1
    with pytest.raises(_Gone):
        send_all(kept_in=going)
    assert (kept(text).status, gateway.sent) == (MessageStatus.SENDING, [])

    send_all(kept_in=going)

    assert kept(text).status is MessageStatus.ACCEPTED
    assert len(gateway.sent) == 1


def test_a_next_text_claimed_as_the_database_went_leaves_and_the_one_before_not_again(
    written, send_all, going, kept
):
    texts = written(2)

    class Last(RecordingGateway):
        def send(self, outgoing):
            going.answers_lost = 0 if self.sent else 1
            return super().send(outgoing)

    through = Last()
    with pytest.raises(_Gone):
        send_all(through=through, kept_in=going)
    assert _statuses(kept, texts) == [MessageStatus.ACCEPTED, MessageStatus.SENDING]

    send_all(through=through, kept_in=going)

    assert _statuses(kept, texts) == [MessageStatus.ACCEPTED] * 2
    assert [each.body[-2] for each in through.sent] == ["0", "1"]


def test_a_text_whose_receipt_was_lost_with_the_database_is_not_sent_again(
    written, send_all, going, kept
):
    (text,) = written(1)

    class Last(RecordingGateway):
        def send(self, outgoing):
            going.refusals = 2
            return super().send(outgoing)

    through = Last()
    with pytest.raises(_Gone):
        send_all(through=through, kept_in=going)

    send_all(through=through, kept_in=going)

    assert len(through.sent) == 1
    assert kept(text).status is MessageStatus.SENDING  # its lease ends, and it is looked for


def test_what_another_worker_has_in_hand_is_not_given_back(
    written, send_all, going, gateway, database, kept
):
    (text,) = written(1)
    with database.session() as db:
        claims.claim_next(db, "worker-2")
    going.answers_lost = 1
    with pytest.raises(_Gone):
        send_all(kept_in=going)

    send_all(kept_in=going)

    assert (kept(text).status, gateway.sent) == (MessageStatus.SENDING, [])


def test_a_text_withdrawn_after_it_was_claimed_as_the_database_went_stays_here(
    queue, cast, send_all, going, gateway, database, kept
):
    text = queue()
    going.answers_lost = 1
    with pytest.raises(_Gone):
        send_all(kept_in=going)
    with database.session() as db:
        outbox.withdraw(db, cast.integration_visit.id)

    send_all(kept_in=going)

    assert (kept(text).status, gateway.sent) == (MessageStatus.CANCELLED, [])
