from datetime import timedelta

import pytest

from app import clock
from app.access import web_sessions
from app.access.models import SessionKind, Strength
from tests.conftest import FRIDAY_NOON


@pytest.fixture
def start(database, cast):
    """`start(kind)`: Maya (or Dr. Okafor, for the console) is let in; gives the token."""

    def start(kind, **more):
        staff = kind is SessionKind.STAFF
        with database.session() as db:
            _, token = web_sessions.start(
                db,
                kind,
                clinic_id=cast.clinic.id,
                patient=None if staff else cast.maya,
                practitioner=cast.dr_okafor if staff else None,
                strength=Strength.CODE,
                **more,
            )
        return token

    return start


@pytest.fixture
def is_let_in(database):
    def is_let_in(kind, token):
        with database.session(write=False) as db:
            return web_sessions.find(db, kind, token) is not None

    return is_let_in


def later(**time):
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + timedelta(**time))


@pytest.mark.parametrize(
    ("kind", "idle"),
    [(SessionKind.PATIENT, 15), (SessionKind.STAFF, 15), (SessionKind.WRITE, 30)],
)
def test_asvs_7_3_1_a_session_rests_no_longer_than_its_kind_allows(start, is_let_in, kind, idle):
    token = start(kind)

    later(minutes=idle, seconds=-1)
    assert is_let_in(kind, token)
    later(minutes=idle)
    assert not is_let_in(kind, token)


@pytest.mark.parametrize(
    ("kind", "hours"),
    [(SessionKind.PATIENT, 12), (SessionKind.STAFF, 12), (SessionKind.WRITE, 24)],
)
def test_asvs_7_3_2_no_activity_keeps_a_session_beyond_its_end(
    start, is_let_in, database, kind, hours
):
    token = start(kind)
    for minutes in range(10, hours * 60, 10):
        later(minutes=minutes)
        with database.session() as db:
            web_sessions.touch(db, web_sessions.find(db, kind, token))

    later(hours=hours, seconds=-1)
    assert is_let_in(kind, token)
    later(hours=hours)
    assert not is_let_in(kind, token)


def test_a_join_session_ends_with_its_visit_and_not_by_resting(start, is_let_in):
    token = start(SessionKind.JOIN, expires_at=FRIDAY_NOON + timedelta(hours=30))

    clock.stand_still(FRIDAY_NOON + timedelta(hours=29), machine=FRIDAY_NOON + timedelta(days=9))
    assert is_let_in(SessionKind.JOIN, token)
    clock.stand_still(FRIDAY_NOON + timedelta(hours=30), machine=FRIDAY_NOON)
    assert not is_let_in(SessionKind.JOIN, token)


def test_a_token_opens_its_own_kind_only(start, is_let_in):
    token = start(SessionKind.PATIENT)

    assert not is_let_in(SessionKind.STAFF, token)
    assert not is_let_in(SessionKind.PATIENT, token[:-1] + "!")
    assert not is_let_in(SessionKind.PATIENT, "")


def test_asvs_7_2_4_after_a_step_up_the_old_token_is_dead(start, is_let_in, database):
    old = start(SessionKind.PATIENT)

    with database.session() as db:
        new = web_sessions.step_up(
            db, web_sessions.find(db, SessionKind.PATIENT, old), Strength.PASSKEY
        )

    assert not is_let_in(SessionKind.PATIENT, old)
    with database.session(write=False) as db:
        found = web_sessions.find(db, SessionKind.PATIENT, new)
    assert found.strength is Strength.PASSKEY


def test_asvs_7_4_5_signed_out_everywhere_is_signed_out_on_the_server(
    start, is_let_in, database, cast
):
    one, two = start(SessionKind.PATIENT), start(SessionKind.WRITE)

    with database.session() as db:
        assert web_sessions.end_all(db, cast.maya) == 2

    assert not is_let_in(SessionKind.PATIENT, one)
    assert not is_let_in(SessionKind.WRITE, two)


def test_activity_does_not_wake_an_ended_session(start, is_let_in, database):
    token = start(SessionKind.PATIENT)
    with database.session() as db:
        web_session = web_sessions.find(db, SessionKind.PATIENT, token)
        web_sessions.end(db, web_session)

    with database.session() as db:
        web_sessions.touch(db, web_session)
        web_sessions.rotate(db, web_session)

    assert not is_let_in(SessionKind.PATIENT, token)


def test_asvs_7_4_2_staff_who_were_disabled_are_out_at_once(start, is_let_in, database, cast):
    token = start(SessionKind.STAFF)

    with database.session() as db:
        db.get(type(cast.dr_okafor), cast.dr_okafor.id).disabled_at = clock.now()

    assert not is_let_in(SessionKind.STAFF, token)


def test_the_list_of_devices_says_what_they_are_and_no_more(start, database, cast):
    start(
        SessionKind.PATIENT,
        user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605",
    )
    start(SessionKind.PATIENT, user_agent="Mozilla/5.0 (Linux; Android 16; Pixel 9) Mobile Safari")
    start(SessionKind.JOIN, expires_at=FRIDAY_NOON + timedelta(hours=1))

    with database.session(write=False) as db:
        devices = {web_session.device for web_session in web_sessions.of(db, cast.maya)}

    assert devices == {"iPhone", "Android phone"}


def test_tidying_ends_exactly_what_is_over(start, is_let_in, database):
    join = start(SessionKind.JOIN, expires_at=FRIDAY_NOON + timedelta(hours=30))
    rested, fresh = start(SessionKind.PATIENT), start(SessionKind.WRITE)

    later(minutes=20)
    with database.session() as db:
        web_sessions.forget_old(db)
    later(minutes=1)  # were the clock turned back, what was ended stays ended

    assert is_let_in(SessionKind.JOIN, join)
    assert not is_let_in(SessionKind.PATIENT, rested)
    assert is_let_in(SessionKind.WRITE, fresh)


def test_a_page_that_rested_may_still_bring_in_what_was_typed(start, is_let_in, database):
    write = start(SessionKind.WRITE)

    def may_bring_in():
        with database.session() as db:
            web_sessions.forget_old(db)
            return web_sessions.find_rested(db, SessionKind.WRITE, write) is not None

    later(minutes=31)
    assert not is_let_in(SessionKind.WRITE, write)
    assert may_bring_in()

    later(hours=24)
    assert not may_bring_in()


def test_a_session_that_was_ended_brings_in_nothing(start, database, cast):
    write = start(SessionKind.WRITE)

    with database.session() as db:
        web_sessions.end_all(db, cast.maya)
        assert web_sessions.find_rested(db, SessionKind.WRITE, write) is None
        assert web_sessions.find_rested(db, SessionKind.WRITE, "no token") is None


def test_a_link_tapped_again_on_a_bad_line_is_still_the_same_phone_for_two_minutes(database, cast):
    with database.session() as db:
        web_session, first = web_sessions.start(
            db,
            SessionKind.JOIN,
            clinic_id=cast.clinic.id,
            patient=cast.maya,
            strength=Strength.LINK,
            expires_at=clock.now() + timedelta(days=1),
        )
        web_sessions.rotate(db, web_session)

    def still_opens() -> bool:
        with database.session(write=False) as db:
            return web_sessions.find(db, SessionKind.JOIN, first) is not None

    now = clock.machine_now()
    assert still_opens()
    clock.stand_still(now, machine=now + timedelta(minutes=2))
    assert not still_opens()
