"""Texts that no webhook brought are found by asking."""

from datetime import timedelta

import pytest
import structlog
from sqlalchemy import select, text

from app import clock
from app.messaging import inbound, sweeping
from app.messaging.gateway import Received
from app.messaging.inbound import Raw
from app.messaging.models import Alarm, InboundText
from tests.conftest import FRIDAY_NOON
from tests.databases import chosen_kind


def came_in(sid="SM1", *, minutes_ago=5.0, body="ok", sender="+13125550142"):
    at = FRIDAY_NOON - timedelta(minutes=minutes_ago)
    return Received(sid, sender, "+13125550110", body, at)


@pytest.fixture
def kept(database):
    def kept():
        with database.session(write=False) as db:
            return list(db.scalars(select(InboundText).order_by(InboundText.received_at)))

    return kept


@pytest.fixture
def alarms(database):
    def alarms():
        with database.session(write=False) as db:
            return [(alarm.code, alarm.count) for alarm in db.scalars(select(Alarm))]

    return alarms


def test_what_the_webhook_missed_is_found_stored_and_told(database, gateway, kept, alarms):
    gateway.received = [came_in()]

    assert sweeping.sweep(database, gateway) == 1

    (text,) = kept()
    assert inbound.raw_of(text) == Raw("+13125550142", "+13125550110", "ok")
    assert (text.received_at, text.swept) == (FRIDAY_NOON - timedelta(minutes=5), True)
    assert alarms() == [("webhook-missed", 1)]


def test_what_the_webhook_brought_is_not_stored_again(database, gateway, kept, alarms):
    with database.session() as db:
        inbound.store(db, "SM1", Raw("+13125550142", "+13125550110", "ok"))
    gateway.received = [came_in("SM1")]

    assert sweeping.sweep(database, gateway) == 0
    assert (len(kept()), alarms()) == (1, [])


def test_sweeping_again_finds_nothing_more(database, gateway, alarms):
    gateway.received = [came_in()]
    sweeping.sweep(database, gateway)

    assert sweeping.sweep(database, gateway) == 0
    assert alarms() == [("webhook-missed", 1)]


@pytest.mark.parametrize(("seconds", "raised"), [(60, False), (61, True)])
def test_a_text_of_this_minute_may_still_be_on_its_way_by_itself(
    database, gateway, kept, alarms, seconds, raised
):
    gateway.received = [came_in(minutes_ago=seconds / 60)]

    sweeping.sweep(database, gateway)

    assert (len(kept()), bool(alarms())) == (1, raised)


def test_the_webhook_that_comes_after_the_sweep_changes_nothing(database, gateway, kept):
    gateway.received = [came_in(minutes_ago=0.1)]
    sweeping.sweep(database, gateway)

    with database.session() as db:
        assert inbound.store(db, "SM1", Raw("+13125550142", "", "ok")) is None
    assert len(kept()) == 1


def test_texts_of_one_second_keep_the_order_in_which_they_came(database, gateway, kept):
    newest_first = [came_in(f"SM{number}", body=str(number)) for number in (3, 2, 1)]
    gateway.received = newest_first

    sweeping.sweep(database, gateway)

    assert [inbound.raw_of(text).body for text in kept()] == ["1", "2", "3"]


def test_however_many_came_in_one_second_they_keep_their_order(database, gateway, kept):
    gateway.received = [came_in(f"SM{place}", body=str(place)) for place in reversed(range(130))]

    sweeping.sweep(database, gateway)

    assert [inbound.raw_of(text).body for text in kept()] == [str(place) for place in range(130)]
    assert len({text.received_at for text in kept()}) == 130


def test_of_a_sweep_that_breaks_off_the_oldest_are_stored(database, gateway, kept):
    """Whoever understands them meanwhile must not read an answer before its question."""
    gateway.received = [came_in(f"SM{place}", minutes_ago=200 - place) for place in range(100)]
    gateway.received.append(came_in("SM100", minutes_ago=1, body=b"no words"))

    with pytest.raises(TypeError):
        sweeping.sweep(database, gateway)

    assert len(kept()) == 100


@pytest.mark.skipif(chosen_kind() != "sqlite", reason="it has one writer")
def test_a_sweep_that_finds_nothing_waits_for_nobody_who_writes(database, gateway):
    with database.session() as db:
        inbound.store(db, "SM1", Raw("+13125550142", "+13125550110", "ok"))
    gateway.received = [came_in("SM1")]

    with database.session() as db:
        db.execute(text("SELECT 1"))  # a writer from here on

        assert sweeping.sweep(database, gateway) == 0


def test_of_two_that_were_missed_the_older_one_is_reason_enough_to_tell(database, gateway, alarms):
    gateway.received = [came_in("SM2", minutes_ago=0.1), came_in("SM1", minutes_ago=5)]

    sweeping.sweep(database, gateway)

    assert alarms() == [("webhook-missed", 1)]


def test_only_what_was_not_here_is_counted_and_told(database, gateway, kept, alarms):
    with database.session() as db:
        inbound.store(db, "SM1", Raw("+13125550142", "+13125550110", "ok"))
    gateway.received = [came_in("SM1"), came_in("SM2")]

    assert sweeping.sweep(database, gateway) == 1
    assert (len(kept()), alarms()) == (2, [("webhook-missed", 1)])


@pytest.mark.every_value_on_both
@pytest.mark.parametrize(("back", "found"), [(sweeping.LATELY, 1), (sweeping.A_DAY, 2)])
def test_between_the_long_looks_only_the_last_hours_are_asked_for(database, gateway, back, found):
    gateway.received = [came_in("SM1", minutes_ago=119), came_in("SM2", minutes_ago=121)]

    assert sweeping.sweep(database, gateway, back) == found


def test_a_day_is_looked_back_on_and_no_more(database, gateway):
    gateway.received = [came_in("SM1", minutes_ago=24 * 60 + 1), came_in("SM2", minutes_ago=1439)]

    assert sweeping.sweep(database, gateway) == 1


def test_a_gateway_that_does_not_answer_is_asked_again_later(database, gateway, kept, alarms):
    gateway.received, gateway.unreachable = [came_in()], True
    assert sweeping.sweep(database, gateway) is None
    assert (kept(), alarms()) == ([], [])

    gateway.unreachable = False
    assert sweeping.sweep(database, gateway) == 1


def test_ten_minutes_of_silence_are_recovered_in_one_sweep(database, gateway, kept):
    gateway.received = [
        came_in(f"SM{place}", minutes_ago=place / 100, sender=f"+1312555{place:04d}")
        for place in range(1000)
    ]

    assert sweeping.sweep(database, gateway) == 1000
    assert len(kept()) == 1000


def test_a_sweep_on_the_demos_clock_keeps_the_moment_of_that_clock(database, gateway, kept):
    clock.stand_still(FRIDAY_NOON + timedelta(days=3), machine=FRIDAY_NOON)
    gateway.received = [came_in()]

    sweeping.sweep(database, gateway)

    assert kept()[0].received_at == FRIDAY_NOON + timedelta(days=3, minutes=-5)


def test_the_log_of_a_sweep_names_nobody(database, gateway):
    gateway.received = [came_in(body="periwinkle")]

    with structlog.testing.capture_logs() as lines:
        sweeping.sweep(database, gateway)

    assert lines
    assert "periwinkle" not in str(lines)
    assert "5550142" not in str(lines)
