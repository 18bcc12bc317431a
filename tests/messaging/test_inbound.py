import json

import pytest
from sqlalchemy import func, select, text

from app import clock
from app.messaging import inbound
from app.messaging.inbound import Raw
from app.messaging.models import InboundText
from app.security.encryption import Unreadable
from tests.conftest import FRIDAY_NOON

RAW = Raw("+13125550142", "+13125550110", "Not ready 💛", pictures=1)


def keep(database, sid="SM1", raw=RAW, **differs):
    with database.session() as db:
        return inbound.store(db, sid, raw, **differs)


def stored(database):
    with database.session(write=False) as db:
        return db.scalar(select(func.count(InboundText.id)))


def test_what_came_in_is_read_again_as_it_came(database):
    kept = keep(database)

    assert inbound.raw_of(kept) == RAW
    assert (kept.received_at, kept.swept) == (FRIDAY_NOON, False)


def test_it_rests_sealed_though_nobody_knows_yet_whose_it_is(database):
    keep(database)

    with database.session(write=False) as db:
        (row,) = db.execute(text("SELECT * FROM inbound_text")).all()
    for canary in ("5550142", "5550110", "ready"):
        assert canary not in repr([bytes(v) if isinstance(v, memoryview) else v for v in row])


def test_a_text_that_comes_twice_is_kept_once(database):
    assert keep(database) is not None

    assert keep(database, raw=Raw("+13125550143", "", "something else")) is None
    assert stored(database) == 1


def test_two_texts_that_say_the_same_are_two(database):
    keep(database, "SM1")
    keep(database, "SM2")

    assert stored(database) == 2


def test_words_that_were_moved_to_another_row_cannot_be_read(database):
    first, second = keep(database, "SM1"), keep(database, "SM2")
    second.raw_sealed = first.raw_sealed

    with pytest.raises(Unreadable):
        inbound.raw_of(second)


def test_a_number_is_known_again_without_standing_there(database):
    ours = keep(database, "SM1")
    same = keep(database, "SM2", Raw("+13125550142", "", "and more"))
    other = keep(database, "SM3", Raw("+13125550143", "", "and more"))

    assert ours.sender_index == same.sender_index != other.sender_index
    assert b"5550142" not in ours.sender_index


def test_keeping_a_text_writes_one_row_and_no_other(database, everything_but):
    before = everything_but("inbound_text")
    keep(database)

    assert everything_but("inbound_text") == before


def test_a_claim_that_failed_is_free_again_after_its_wait(database):
    kept = keep(database)
    with database.session() as db:
        claimed = inbound.claim_next(db)
        assert (claimed.id, claimed.attempts) == (kept.id, 1)
        inbound.put_off(db, claimed, inbound.LEASE / 2)

    with database.session() as db:
        assert inbound.claim_next(db) is None
        clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + inbound.LEASE / 2)
        assert inbound.claim_next(db).attempts == 2


def test_the_raw_words_survive_any_sign(database):
    strange = Raw("+1", "", json.dumps("\u0000\u202e\ud83d ñ\n\r"))

    assert inbound.raw_of(keep(database, raw=strange)) == strange
