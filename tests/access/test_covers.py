"""Who finds again what was typed at the desk before it rested."""

from datetime import timedelta

import pytest

from app import clock
from app.access import covers, passkey_grants, web_sessions
from app.access.covers import KEPT
from app.access.models import Passkey, SessionKind, Strength
from app.db.base import new_id
from tests.conftest import FRIDAY_NOON

DESK, OTHER = "desk" * 5, "other" * 4


@pytest.fixture
def cast(db):
    from tests.cast import gather

    return gather(db)


@pytest.fixture
def begin(db):
    """`begin(person)`: a session of theirs in the browser at the desk."""

    def begin(person, browser=DESK, kind=SessionKind.STAFF, **more):
        staff = kind is SessionKind.STAFF
        row, _ = web_sessions.start(
            db,
            kind,
            clinic_id=person.clinic_id,
            practitioner=person if staff else None,
            patient=None if staff else person,
            strength=Strength.PASSKEY,
            browser=browser,
            **more,
        )
        while new_id().int >> 80 == row.id.int >> 80:
            pass  # ids are in order of milliseconds
        return row

    return begin


@pytest.fixture
def passkey(db, cast):
    """Dr. Okafor's, who works at the neighbours' as well, as Dr. Lind."""
    made = Passkey(
        clinic_id=cast.clinic.id,
        practitioner_id=cast.dr_okafor.id,
        user_handle=b"u",
        credential_id=b"c",
        public_key=b"p",
        sign_count=0,
        aaguid="",
        device_type="",
        backed_up=False,
        made_at=clock.machine_now(),
    )
    db.add(made)
    for row in (cast.dr_okafor, cast.dr_lind):
        passkey_grants.give(db, made, row)
    return made


def test_each_key_is_new_and_long_enough():
    keys = {covers.new_key() for _ in range(50)}

    assert len(keys) == 50
    assert {len(key) for key in keys} == {32}


def test_the_key_is_handed_on_to_the_same_person_in_the_same_browser(db, cast, begin):
    key = begin(cast.dr_okafor).cover_key

    assert covers.hand_on(db, DESK, cast.dr_okafor) == key


def test_it_is_handed_on_once(db, cast, begin):
    rested = begin(cast.dr_okafor)
    key = covers.hand_on(db, DESK, cast.dr_okafor)
    db.refresh(rested)

    assert rested.cover_key is None
    assert covers.hand_on(db, DESK, cast.dr_okafor) not in (key, None)


@pytest.mark.parametrize("browser", [DESK, OTHER])
def test_nobody_else_gets_it_and_it_goes_with_them(db, cast, begin, browser):
    rested = begin(cast.dr_okafor)
    key = rested.cover_key

    new = covers.hand_on(db, browser, cast.jordan)
    db.refresh(rested)

    assert len(new) == 32
    assert new != key
    assert (rested.cover_key is None) is (browser == DESK)  # elsewhere it waits on


def test_the_session_that_was_there_last_decides(db, cast, begin):
    begin(cast.dr_okafor)
    last = begin(cast.jordan)
    begin(cast.maya, kind=SessionKind.PATIENT)
    key = last.cover_key

    assert covers.hand_on(db, DESK, cast.jordan) == key


def test_what_is_handed_on_is_the_newest_of_several(db, cast, begin):
    older, newer = begin(cast.dr_okafor).cover_key, begin(cast.dr_okafor).cover_key

    assert covers.hand_on(db, DESK, cast.dr_okafor) == newer != older


def test_the_holder_of_a_passkey_goes_on_where_the_cover_fell(db, cast, begin, passkey):
    begin(cast.dr_lind)

    assert covers.under_cover(db, DESK, passkey) is cast.dr_lind
    assert covers.under_cover(db, OTHER, passkey) is None


def test_under_somebody_elses_cover_nobody_goes_on(db, cast, begin, passkey):
    begin(cast.jordan)

    assert covers.under_cover(db, DESK, passkey) is None


def test_whoever_signed_out_left_no_cover(db, cast, begin, passkey):
    web_sessions.end(db, begin(cast.dr_lind))

    assert covers.under_cover(db, DESK, passkey) is None
    assert len(covers.hand_on(db, DESK, cast.dr_lind)) == 32


@pytest.mark.parametrize(("seconds", "kept"), [(-1, True), (0, False)])
def test_a_key_is_kept_over_a_weekend_from_the_sessions_last_moment(db, cast, begin, seconds, kept):
    rested = begin(cast.dr_okafor)
    now = rested.expires_at + KEPT + timedelta(seconds=seconds)

    covers.forget_old(db, now)
    db.refresh(rested)

    assert (rested.cover_key is not None) is kept
    assert timedelta(days=3) == KEPT
    assert rested.expires_at > FRIDAY_NOON


def test_a_covered_desk_rests_for_whoever_was_there_last(db, cast, begin):
    assert covers.rests_for(db, DESK) is None
    rested = begin(cast.dr_okafor)

    assert covers.rests_for(db, DESK) is cast.dr_okafor
    assert covers.rests_for(db, OTHER) is None
    last_second = rested.expires_at - timedelta(seconds=1)
    clock.stand_still(FRIDAY_NOON, machine=last_second)
    assert covers.rests_for(db, DESK) is cast.dr_okafor
    clock.stand_still(FRIDAY_NOON, machine=rested.expires_at)
    assert covers.rests_for(db, DESK) is None


@pytest.mark.parametrize("how", ["signed out", "left"])
def test_and_for_nobody_who_is_gone(db, cast, begin, how):
    rested = begin(cast.dr_okafor)
    if how == "left":
        cast.dr_okafor.disabled_at = clock.now()
        db.flush()
    else:
        web_sessions.end(db, rested)

    assert covers.rests_for(db, DESK) is None
