"""What a session keeps, what ends it, and what goes on."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import defer, joinedload

from app import clock
from app.access import web_sessions
from app.access.models import SessionKind, Strength, WebSession
from app.audit.models import AuditEvent
from app.people.models import Practitioner
from app.security.tokens import hash_token, new_token
from tests.conftest import FRIDAY_NOON

MINUTE = timedelta(minutes=1)
IPAD = "Mozilla/5.0 (iPad; CPU OS 19_1 like Mac OS X) AppleWebKit/605"
OF_VISITS = (SessionKind.JOIN, SessionKind.ESCORT, SessionKind.GUEST)


@pytest.fixture
def cast(db):
    from tests.cast import gather

    return gather(db)


@pytest.fixture
def start(db, cast):
    """`start(kind)`: Maya (or Dr. Okafor, for the console) is let in; gives row and token."""

    def start(kind, who=None, **more):
        staff = kind is SessionKind.STAFF
        who = who or (cast.dr_okafor if staff else cast.maya)
        if kind in OF_VISITS:
            more.setdefault("expires_at", FRIDAY_NOON + timedelta(hours=2))
        return web_sessions.start(
            db,
            kind,
            clinic_id=who.clinic_id,
            patient=None if staff else who,
            practitioner=who if staff else None,
            strength=more.pop("strength", Strength.CODE),
            **more,
        )

    return start


@pytest.fixture
def rung(db):
    """`rung()`: the open lines that end with this transaction."""

    def rung():
        topics = set(db.info.get("live_topics", ()))
        db.info.get("live_topics", set()).clear()
        return topics

    return rung


def later(**time):
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + timedelta(**time))


def test_a_session_keeps_where_it_came_from(start, cast):
    link_id, passkey_id = uuid4(), uuid4()

    row, token = start(
        SessionKind.PATIENT,
        user_agent=IPAD,
        browser="tablet",
        link_id=link_id,
        passkey_id=passkey_id,
    )

    assert row.token_hash == hash_token(token)
    assert (row.clinic_id, row.patient_id) == (cast.clinic.id, cast.maya.id)
    assert (row.link_id, row.passkey_id, row.strength) == (link_id, passkey_id, Strength.CODE)
    assert (row.device, row.browser_hash) == ("iPad", hash_token("tablet"))
    assert row.made_at == row.seen_at == row.proved_at == FRIDAY_NOON


def test_a_browser_without_a_mark_is_no_browser_and_no_device_of_note(start):
    row, _ = start(SessionKind.PATIENT)

    assert (row.browser_hash, row.device) == (None, "computer")


def test_an_end_that_is_given_is_kept_whatever_the_kind_allows(start):
    until = FRIDAY_NOON + timedelta(hours=3)

    row, _ = start(SessionKind.STAFF, expires_at=until)

    assert row.expires_at == until


def test_only_the_desk_has_a_cover_and_each_session_its_own(start):
    desk, other = start(SessionKind.STAFF)[0], start(SessionKind.STAFF)[0]
    given, _ = start(SessionKind.STAFF, cover_key=b"k" * 32)

    assert start(SessionKind.PATIENT)[0].cover_key is None
    assert len(desk.cover_key) == 32
    assert desk.cover_key != other.cover_key
    assert given.cover_key == b"k" * 32


@pytest.mark.parametrize("kind", OF_VISITS)
def test_what_belongs_to_a_visit_ends_with_it_to_the_second(start, db, kind):
    _, token = start(kind)

    clock.stand_still(FRIDAY_NOON + timedelta(hours=2, seconds=-1), machine=FRIDAY_NOON)
    assert web_sessions.find(db, kind, token)
    clock.stand_still(FRIDAY_NOON + timedelta(hours=2), machine=FRIDAY_NOON)
    assert web_sessions.find(db, kind, token) is None


@pytest.mark.parametrize(
    ("seconds", "opens"), [(0, True), (24 * 3600 - 1, True), (24 * 3600, False)]
)
def test_what_was_typed_is_taken_in_until_the_sessions_very_end(start, db, seconds, opens):
    row, token = start(SessionKind.WRITE)
    later(seconds=seconds)

    assert web_sessions.find_rested(db, SessionKind.WRITE, token) is (row if opens else None)
    assert web_sessions.find_rested(db, SessionKind.PATIENT, token) is None
    assert web_sessions.find_rested(db, SessionKind.WRITE, new_token()) is None


def test_a_session_is_named_by_its_own_token_and_kind(start, db):
    row, token = start(SessionKind.WRITE)
    start(SessionKind.WRITE)

    def named(kind, given):
        return db.scalars(select(WebSession).where(web_sessions.named_by(kind, given))).all()

    assert named(SessionKind.WRITE, token) == [row]
    assert named(SessionKind.PATIENT, token) == []
    for nothing in (new_token(), None, "", "\ud800" * 22):
        assert named(SessionKind.WRITE, nothing) == []


def test_the_desk_rests_a_quarter_of_an_hour_after_the_last_touch(start, db):
    row, _ = start(SessionKind.STAFF)
    later(minutes=10)
    web_sessions.touch(db, row)

    assert web_sessions.rests_until(row) == FRIDAY_NOON + 25 * MINUTE


def test_and_never_later_than_the_session_lives_at_all(start, db):
    row, _ = start(SessionKind.STAFF, expires_at=FRIDAY_NOON + 20 * MINUTE)
    later(minutes=10)
    web_sessions.touch(db, row)

    assert web_sessions.rests_until(row) == FRIDAY_NOON + 20 * MINUTE


@pytest.mark.parametrize(("seconds", "stale"), [(0, False), (59, False), (60, True)])
def test_activity_is_noted_once_a_minute(start, seconds, stale):
    row, _ = start(SessionKind.PATIENT)
    later(seconds=seconds)

    assert web_sessions.is_stale(row) is stale


def test_a_new_token_is_activity_and_ends_the_old_one_at_once(start, db):
    row, old = start(SessionKind.PATIENT)
    later(minutes=10)

    new = web_sessions.rotate(db, row)

    assert web_sessions.find(db, SessionKind.PATIENT, new) is row
    assert web_sessions.find(db, SessionKind.PATIENT, old) is None
    assert row.seen_at == FRIDAY_NOON + 10 * MINUTE


def test_an_answer_that_was_lost_is_made_good_for_the_same_kind_alone(start, db):
    row, old = start(SessionKind.JOIN)
    web_sessions.rotate(db, row)

    later(seconds=119)
    assert web_sessions.find(db, SessionKind.JOIN, old) is row
    assert web_sessions.find(db, SessionKind.GUEST, old) is None
    later(seconds=120)
    assert web_sessions.find(db, SessionKind.JOIN, old) is None


def test_a_step_up_is_proof_from_now_on(start, db):
    row, _ = start(SessionKind.PATIENT)
    later(minutes=5)

    web_sessions.step_up(db, row, Strength.PASSKEY)

    db.refresh(row)
    assert (row.strength, row.proved_at) == (Strength.PASSKEY, FRIDAY_NOON + 5 * MINUTE)


def test_signing_out_is_once_and_heard_by_its_open_lines(start, db, rung):
    row, _ = start(SessionKind.STAFF)
    later(minutes=1)
    web_sessions.end(db, row)

    db.refresh(row)
    assert (row.ended_at, row.cover_key) == (FRIDAY_NOON + MINUTE, None)
    assert rung() == {f"session:{row.id}"}
    later(minutes=2)
    web_sessions.end(db, row)
    db.refresh(row)
    assert row.ended_at == FRIDAY_NOON + MINUTE
    assert rung() == set()


def test_whoever_goes_on_at_another_clinic_brings_nothing_but_themselves(start, db, cast, rung):
    passkey_id = uuid4()
    row, token = start(
        SessionKind.STAFF,
        user_agent=IPAD,
        browser="tablet",
        passkey_id=passkey_id,
        strength=Strength.PASSKEY,
    )
    later(minutes=5)

    other, new = web_sessions.switch(db, row, cast.dr_lind)

    assert web_sessions.find(db, SessionKind.STAFF, token) is None
    assert web_sessions.find(db, SessionKind.STAFF, new) is other
    assert (other.clinic_id, other.practitioner_id) == (cast.neighbour.id, cast.dr_lind.id)
    for kept in ("expires_at", "proved_at", "strength", "passkey_id", "browser_hash", "device"):
        assert getattr(other, kept) == getattr(row, kept), kept
    assert other.cover_key
    assert rung() == {web_sessions.topic(row.id)}


def test_a_lost_passkey_signs_out_every_browser_it_opened_but_this_one(start, db, cast, rung):
    passkey_id = uuid4()
    here, there, elsewhere = (
        start(SessionKind.STAFF, who, passkey_id=passkey_id)[0]
        for who in (cast.dr_okafor, cast.dr_okafor, cast.dr_lind)
    )
    another, _ = start(SessionKind.STAFF, passkey_id=uuid4())

    web_sessions.end_opened_by(db, passkey_id, but=here, of=[cast.dr_okafor])
    db.expire_all()
    assert [row.ended_at is None for row in (here, there, elsewhere, another)] == [
        *(True, False, True, True)
    ]
    assert rung() == {web_sessions.topic(there.id)}

    web_sessions.end_opened_by(db, passkey_id, but=here)
    db.expire_all()
    assert [row.ended_at is None for row in (here, elsewhere, another)] == [True, False, True]


def test_signing_out_everywhere_counts_what_was_open_and_says_who_asked(start, db, cast, rung):
    rows = [start(kind)[0] for kind in (SessionKind.PATIENT, SessionKind.JOIN)]
    ended, theos = start(SessionKind.PATIENT)[0], start(SessionKind.PATIENT, cast.theo)[0]
    web_sessions.end(db, ended)
    rung()
    later(minutes=1)

    assert web_sessions.end_all(db, cast.maya, by=cast.dr_okafor) == 2
    assert rung() == {web_sessions.topic(row.id) for row in rows}
    db.expire_all()
    assert (ended.ended_at, theos.ended_at) == (FRIDAY_NOON, None)
    assert {row.ended_at for row in rows} == {FRIDAY_NOON + MINUTE}
    assert web_sessions.end_all(db, cast.maya) == 0

    told = db.scalars(
        select(AuditEvent).where(AuditEvent.action == "sign-out-everywhere").order_by(AuditEvent.id)
    ).all()
    assert [event.agent_id for event in told] == [cast.dr_okafor.id, cast.maya.id]
    assert {event.entity_id for event in told} == {cast.maya.id}


def test_signing_out_everywhere_takes_what_was_typed_with_it(start, db, cast):
    desk, neighbours = start(SessionKind.STAFF)[0], start(SessionKind.STAFF, cast.dr_lind)[0]

    web_sessions.end_all(db, cast.dr_okafor)
    db.expire_all()

    assert desk.cover_key is None
    assert neighbours.cover_key


def test_the_list_of_devices_begins_with_the_one_used_last_and_ends_with_what_is_over(
    start, db, cast
):
    first, second = (start(SessionKind.PATIENT)[0] for _ in range(2))
    ended, rested = (start(SessionKind.PATIENT)[0] for _ in range(2))
    for kind in (SessionKind.WRITE, SessionKind.JOIN):
        start(kind)
    start(SessionKind.PATIENT, cast.theo)
    desk, _ = start(SessionKind.STAFF)
    web_sessions.end(db, ended)
    later(minutes=5)
    web_sessions.touch(db, first)
    later(minutes=6)
    web_sessions.touch(db, second)
    later(minutes=15)

    assert web_sessions.of(db, cast.maya) == [second, first]
    assert rested not in web_sessions.of(db, cast.maya)
    later(minutes=14)
    assert web_sessions.of(db, cast.dr_okafor) == [desk]


@pytest.mark.every_value_on_both
@pytest.mark.parametrize(
    ("kind", "time", "ended"),
    [
        (SessionKind.PATIENT, {"minutes": 15}, True),
        (SessionKind.PATIENT, {"minutes": 15, "seconds": -1}, False),
        (SessionKind.STAFF, {"minutes": 15}, True),
        (SessionKind.STAFF, {"minutes": 15, "seconds": -1}, False),
        (SessionKind.WRITE, {"hours": 24}, True),
        (SessionKind.WRITE, {"hours": 24, "seconds": -1}, False),
        (SessionKind.JOIN, {"days": 9}, False),
    ],
)
def test_tidying_is_exact_to_the_second(start, db, kind, time, ended):
    row, _ = start(kind)
    later(**time)

    web_sessions.forget_old(db)

    db.refresh(row)
    assert row.ended_at == (clock.machine_now() if ended else None)


@pytest.mark.every_value_on_both
@pytest.mark.parametrize("kind", OF_VISITS)
@pytest.mark.parametrize(("seconds", "ended"), [(-1, False), (0, True)])
def test_tidying_ends_what_belongs_to_a_visit_by_the_visits_clock(start, db, kind, seconds, ended):
    row, _ = start(kind)
    clock.stand_still(row.expires_at + timedelta(seconds=seconds), machine=FRIDAY_NOON)

    web_sessions.forget_old(db)

    db.refresh(row)
    assert (row.ended_at is not None) is ended


def test_tidying_touches_nothing_that_has_ended_and_nobody_at_work(start, db):
    ended, busy = (start(SessionKind.PATIENT)[0] for _ in range(2))
    web_sessions.end(db, ended)
    for minutes in range(10, 12 * 60, 10):
        later(minutes=minutes)
        web_sessions.touch(db, busy)
    web_sessions.forget_old(db)
    db.expire_all()
    assert (ended.ended_at, busy.ended_at) == (FRIDAY_NOON, None)

    later(hours=12)
    web_sessions.touch(db, busy)
    web_sessions.forget_old(db)
    db.expire_all()
    assert busy.ended_at == FRIDAY_NOON + timedelta(hours=12)


def test_activity_touches_one_session_and_is_seen_by_whoever_holds_it(start, db):
    row, other = (start(SessionKind.PATIENT)[0] for _ in range(2))
    later(minutes=3)

    web_sessions.touch(db, row)

    assert row.seen_at == FRIDAY_NOON + 3 * MINUTE  # without another look
    db.expire_all()
    assert (row.seen_at, other.seen_at) == (FRIDAY_NOON + 3 * MINUTE, FRIDAY_NOON)


def test_a_row_of_staff_that_is_gone_lets_nobody_in(start, db, cast):
    row, token = start(SessionKind.STAFF)
    db.get_one(Practitioner, cast.dr_okafor.id).disabled_at = clock.now()
    db.flush()

    assert not web_sessions.is_live(row)
    assert web_sessions.find(db, SessionKind.STAFF, token) is None


def test_what_is_asked_for_with_a_session_is_read_along_with_it(start, db):
    row, token = start(SessionKind.STAFF)
    db.flush()
    db.expire(row)

    found = web_sessions.find(
        db, SessionKind.STAFF, token, joinedload(WebSession.patient), defer(WebSession.device)
    )

    assert {"patient", "device"} & inspect(found).unloaded == {"device"}


def test_while_one_answer_may_be_lost_no_other_token_opens_anything(start, db):
    row, _ = start(SessionKind.JOIN)
    web_sessions.rotate(db, row)

    assert web_sessions.find(db, SessionKind.JOIN, new_token()) is None


def test_whoever_is_let_in_stands_in_the_rows_at_once(start, db):
    row, _ = start(SessionKind.JOIN)

    with db.no_autoflush:
        assert db.scalars(select(WebSession.id)).all() == [row.id]


@pytest.mark.every_value_on_both
@pytest.mark.parametrize("why", ["ended", "rested", "over", "of a visit that is over"])
def test_a_session_is_live_or_it_is_not(start, db, why):
    row, _ = start(SessionKind.JOIN if "visit" in why else SessionKind.PATIENT)
    assert web_sessions.is_live(row) is True
    if why == "ended":
        web_sessions.end(db, row)
    elif why == "rested":
        later(minutes=15)
    elif why == "over":
        later(hours=12)
        web_sessions.touch(db, row)
    else:
        clock.stand_still(row.expires_at, machine=FRIDAY_NOON)

    assert web_sessions.is_live(row) is False


@pytest.mark.parametrize("kind", [SessionKind.PATIENT, SessionKind.STAFF, SessionKind.WRITE])
def test_a_day_that_is_pushed_ahead_signs_nobody_out(start, db, kind):
    row, _ = start(kind)
    clock.stand_still(FRIDAY_NOON + timedelta(days=30), machine=FRIDAY_NOON)

    web_sessions.forget_old(db)

    db.refresh(row)
    assert row.ended_at is None
    assert web_sessions.is_live(row)


def test_nothing_more_is_noted_of_a_session_that_ended_elsewhere(start, db):
    row, token = start(SessionKind.PATIENT)
    web_sessions.end(db, row)
    later(minutes=5)

    web_sessions.touch(db, row)
    web_sessions.step_up(db, row, Strength.PASSKEY)

    for _ in range(2):
        assert (row.seen_at, row.proved_at) == (FRIDAY_NOON, FRIDAY_NOON)
        assert (row.strength, row.token_hash) == (Strength.CODE, hash_token(token))
        db.refresh(row)
