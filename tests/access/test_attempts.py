from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.access import attempts
from app.access.models import Attempt
from tests.conftest import FRIDAY_NOON

HOUR = timedelta(hours=1)


def test_a_source_has_its_tries_and_no_more_until_the_window_is_over(db):
    allowed = [attempts.allow(db, "somebody", limit=3, per=HOUR) for _ in range(5)]
    assert allowed == [True, True, True, False, False]

    assert attempts.allow(db, "somebody else", limit=3, per=HOUR)
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + HOUR)
    assert attempts.allow(db, "somebody", limit=3, per=HOUR)


def test_limits_hold_in_another_process(database):
    for _ in range(3):
        with database.session() as db:
            attempts.allow(db, "somebody", limit=3, per=HOUR)

    with database.session() as db:
        assert not attempts.allow(db, "somebody", limit=3, per=HOUR)


def test_limits_of_different_lengths_do_not_mix(db):
    assert attempts.allow(db, "somebody", limit=1, per=HOUR)
    assert attempts.allow(db, "somebody", limit=1, per=timedelta(days=1))
    assert not attempts.allow(db, "somebody", limit=1, per=HOUR)


def test_failures_are_counted_whatever_the_limit(db):
    for _ in range(4):
        attempts.count(db, "somebody", per=HOUR)

    assert attempts.is_over(db, "somebody", limit=4, per=HOUR)
    assert not attempts.is_over(db, "somebody", limit=5, per=HOUR)
    attempts.forget(db, "somebody", per=HOUR)
    assert not attempts.is_over(db, "somebody", limit=1, per=HOUR)


def test_no_number_or_address_rests_in_clear(db):
    attempts.allow(db, "codes +13125550142", limit=3, per=HOUR)

    attempt = db.scalars(select(Attempt)).one()
    assert b"5550142" not in attempt.source_hash
    assert len(attempt.source_hash) == 32


def test_old_counts_are_dropped_and_running_ones_kept(db):
    attempts.count(db, "yesterday", per=HOUR)
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + timedelta(hours=2))
    attempts.count(db, "now", per=HOUR)

    attempts.forget_old(db)

    assert len(db.scalars(select(Attempt)).all()) == 1
    assert attempts.is_over(db, "now", limit=1, per=HOUR)


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2:ffff::1", "2001:0db8:0001:0002"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_household_is_one_source(address, source):
    assert attempts.network(address) == source
