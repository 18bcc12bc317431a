"""Who has which text in hand, and what becomes of a claim that counts no more."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app import clock
from app.messaging import caps, claims, outbox
from app.messaging.gateway import TooFast
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Patient
from tests.databases import chosen_kind


@pytest.fixture
def claim(database):
    def claim(worker="worker-1"):
        with database.session() as db:
            return claims.claim_next(db, worker)

    return claim


def test_who_never_had_a_text_in_hand_says_nothing_about_it(queue, claim, database, kept):
    message = queue()
    in_hand = claim("one")
    in_hand.worker = "another"

    with database.session() as db:
        assert not claims.conclude(db, in_hand, status=MessageStatus.FAILED)

    assert kept(message).status is MessageStatus.SENDING


def test_a_claim_says_what_became_of_its_own_text_and_of_no_other(queue, claim, database, kept):
    queue(), queue()
    first, second = claim(), claim()

    with database.session() as db:
        assert claims.conclude(db, first, status=MessageStatus.ACCEPTED)

    assert kept(first).status is MessageStatus.ACCEPTED
    assert kept(second).status is MessageStatus.SENDING


def test_what_was_read_before_it_was_claimed_is_read_anew(queue, database):
    message = queue()
    with database.session() as db:
        read_before = db.get_one(Message, message.id)

        assert claims.claim_next(db, "worker-1") is read_before
        assert (read_before.status, read_before.worker) == (MessageStatus.SENDING, "worker-1")


def test_a_text_that_was_put_back_is_due_as_before_and_not_queued_a_second_time(
    queue, send, gateway, kept
):
    due_at = clock.now() - timedelta(minutes=3)
    message = queue(once_key="join:1:1", due_at=due_at)
    gateway.answers = [TooFast(timedelta(seconds=5))]

    send()

    assert (kept(message).status, kept(message).due_at) == (MessageStatus.QUEUED, due_at)
    assert queue(once_key="join:1:1") is None


def test_nobody_takes_for_lost_what_has_left_or_waits(queue, send, claim, database, kept):
    left, put_back = queue(), None
    send()
    put_back = queue()
    with database.session() as db:
        claims.put_back(db, claims.claim_next(db, "worker-1"))
    clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(hours=1))

    with database.session() as db:
        assert claims.expire_leases(db) == []

    assert kept(left).status is MessageStatus.ACCEPTED
    assert kept(put_back).status is MessageStatus.QUEUED


def test_staff_read_since_when_a_text_has_been_in_doubt(queue, claim, database, kept):
    message = queue()
    claim()
    later = clock.now() + timedelta(minutes=2)
    clock.stand_still(later, machine=clock.machine_now() + timedelta(minutes=2))

    with database.session() as db:
        claims.expire_leases(db)

    assert kept(message).status_at == later


@pytest.mark.skipif(chosen_kind() == "sqlite", reason="SQLite has one writer")
@pytest.mark.parametrize("held_by", ["a report", "a count"])
def test_a_text_is_queued_for_a_patient_whose_texts_are_held(queue, database, cast, held_by):
    counted = queue(Purpose.NOTICE, cap_key=f"after:{cast.infusion.id}")
    with database.session() as holding:
        if held_by == "a report":
            claims.hold_patient(holding, cast.maya.id)
        else:
            assert caps.begin_counting(holding, holding.get_one(Message, counted.id))

        with database.session() as db:
            db.execute(text("SET LOCAL lock_timeout = '2s'"))
            maya = db.get_one(Patient, cast.maya.id)
            outbox.enqueue(db, Purpose.NOTICE, "…", patient=maya, due_at=clock.now())


def test_reading_a_text_anew_loses_no_change_of_ones_own(queue, database):
    message = queue()

    with database.session() as db:
        row = db.get_one(Message, message.id)
        row.looks = 3
        claims.hold(db, row)
        assert row.looks == 3


@pytest.mark.parametrize(("left", "enough"), [(20, True), (19, False)])
def test_a_text_is_handed_over_with_twenty_seconds_left_and_not_with_fewer(left, enough):
    held = Message(lease_until=clock.machine_now() + timedelta(seconds=left))

    assert claims.has_enough_left(held) is enough
