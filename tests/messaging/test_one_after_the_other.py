"""A worker's turn: all that is due leaves, and what was answered about one is never lost."""

from datetime import timedelta

import pytest

from app import clock
from app.messaging import claims, delivery
from app.messaging.gateway import Accepted, Declined, InDoubt
from app.messaging.models import Message, MessageStatus, Purpose
from tests.fakes import RecordingGateway

BASE_URL = "https://afterglow.test"


@pytest.fixture
def send_all(database, gateway):
    """A turn of one worker, at most so many texts long."""

    def send_all(most=100, through=gateway):
        turns = iter(range(most))
        delivery.send_all(
            database,
            through,
            "worker-1",
            BASE_URL,
            set(),
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
