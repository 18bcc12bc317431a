"""The trail only grows, and whoever changes it all the same is found."""

import multiprocessing
from contextlib import suppress
from itertools import pairwise
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app.audit import chain, trail
from app.audit.models import AuditEvent
from app.db.engine import Database
from app.people.models import Clinic, Patient
from app.settings import Settings


@pytest.fixture
def recorded(database, cast):
    """`recorded(n)`: so many views of Maya, each in a transaction of its own."""

    def recorded(count):
        for _ in range(count):
            with database.session() as db:
                trail.record(db, "view", agent=cast.jordan, entity=db.merge(cast.maya))

    return recorded


@pytest.fixture
def verdict(database, cast):
    def verdict(clinic=None):
        with database.session(write=False) as db:
            return chain.verify(db, (clinic or cast.clinic).id)

    return verdict


def _count(database, clinic_id):
    with database.session(write=False) as db:
        return db.scalar(select(func.count()).where(AuditEvent.clinic_id == clinic_id))


def test_every_event_of_a_clinic_has_its_place(database, cast, recorded, verdict):
    recorded(3)

    found = verdict()

    assert found.broken_at is None
    assert found.length == _count(database, cast.clinic.id)


def test_each_clinic_has_a_chain_of_its_own(cast, recorded, verdict):
    theirs = verdict(cast.neighbour)
    recorded(2)

    assert verdict(cast.neighbour) == theirs
    assert verdict(cast.neighbour).broken_at is None


def test_events_of_one_act_stand_in_the_order_in_which_they_happened(database, cast, verdict):
    with database.session() as db:
        for action in ("first", "second", "third"):
            trail.record(db, action, agent=None, entity=db.merge(cast.maya))

    with database.session(write=False) as db:
        last = select(AuditEvent.action).order_by(AuditEvent.seq.desc()).limit(3)
        mine = last.where(AuditEvent.clinic_id == cast.clinic.id)
        assert db.scalars(mine).all() == ["third", "second", "first"]
    assert verdict().broken_at is None


def test_what_was_taken_back_leaves_no_gap(database, cast, recorded, verdict):
    with database.session() as db:
        trail.record(db, "first", agent=None, entity=db.merge(cast.maya))
        savepoint = db.begin_nested()
        trail.record(db, "taken back", agent=None, entity=db.merge(cast.maya))
        db.flush()
        savepoint.rollback()
        trail.record(db, "second", agent=None, entity=db.merge(cast.maya))
    with suppress(ZeroDivisionError), database.session() as db:
        trail.record(db, "crashed", agent=None, entity=db.merge(cast.maya))
        raise ZeroDivisionError
    recorded(1)

    assert verdict().broken_at is None
    with database.session(write=False) as db:
        actions = db.scalars(select(AuditEvent.action)).all()
        assert not {"taken back", "crashed"} & set(actions)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET action = 'nothing'",
        "UPDATE audit_event SET hash = previous_hash",
        "UPDATE audit_event SET seq = NULL, hash = NULL",
        "DELETE FROM audit_event",
    ],
)
def test_the_database_refuses_to_change_what_was_recorded(database, recorded, verdict, statement):
    recorded(2)
    before = verdict()

    with pytest.raises(DBAPIError, match="the trail only grows"), database.session() as db:
        db.execute(text(statement))

    assert verdict() == before


def _tamper(database, statement):
    """Change a row as somebody could who has the database's own password."""
    if database.is_sqlite:
        unlocked = ["DROP TRIGGER audit_event_stays", "DROP TRIGGER audit_event_is_kept"]
        locked = []  # the file goes with this test
    else:
        unlocked = ["ALTER TABLE audit_event DISABLE TRIGGER USER"]
        locked = ["ALTER TABLE audit_event ENABLE TRIGGER USER"]
    with database.session() as db:
        for each in unlocked:
            db.execute(text(each))
        assert db.execute(text(statement)).rowcount == 1
        for each in locked:
            db.execute(text(each))


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE audit_event SET action = 'nothing' WHERE seq = {seq}", "was changed"),
        ("UPDATE audit_event SET agent_id = NULL WHERE seq = {seq}", "was changed"),
        (
            "UPDATE audit_event SET recorded_at = '2020-01-01 00:00:00.000000' WHERE seq = {seq}",
            "was changed",
        ),
        ("DELETE FROM audit_event WHERE seq = {seq}", "missing"),
    ],
)
def test_the_first_event_that_was_tampered_with_is_named(
    database, cast, recorded, verdict, statement, why
):
    recorded(4)
    at = verdict().length - 2
    clinic = cast.clinic.id.hex if database.is_sqlite else cast.clinic.id

    _tamper(database, statement.format(seq=at) + f" AND clinic_id = '{clinic}'")

    assert (verdict().broken_at, verdict().why) == (at, why)


def test_an_event_put_in_beside_the_chain_is_found(database, cast, recorded, verdict):
    recorded(2)
    with database.session() as db:
        event = AuditEvent(clinic_id=cast.clinic.id, action="view", agent_kind="practitioner")
        event.agent_id, event.entity_kind, event.entity_id = cast.ada.id, "patient", cast.maya.id
        event.recorded_at = cast.maya.made_at
        db.add(event)  # not by way of the trail

    assert verdict().why == "was put in beside the chain"


def test_a_chain_begins_at_one_and_the_next_follows_the_last(database, cast, recorded):
    recorded(2)

    with database.session(write=False) as db:
        mine = select(AuditEvent).where(AuditEvent.clinic_id == cast.clinic.id)
        events = db.scalars(mine.order_by(AuditEvent.seq)).all()
    assert [each.seq for each in events] == list(range(1, len(events) + 1))
    assert events[0].previous_hash == b""
    assert all(b.previous_hash == a.hash for a, b in pairwise(events))


def test_an_event_says_whom_it_is_about_whatever_was_touched(database, cast):
    with database.session() as db:
        trail.record(db, "a", agent=None, entity=db.merge(cast.integration_visit))
        trail.record(db, "b", agent=None, entity=db.merge(cast.maya))
        trail.record(db, "c", agent=None, entity=db.merge(cast.clinic))

    with database.session(write=False) as db:
        about = dict(
            db.execute(
                select(AuditEvent.action, AuditEvent.patient_id).where(
                    AuditEvent.action.in_(("a", "b", "c"))
                )
            ).all()
        )
    assert about == {"a": cast.maya.id, "b": cast.maya.id, "c": None}


def _append(database, clinic_ids, patient_id, count, start):
    start.wait()
    for _ in range(count):
        with database.session() as db:
            patient = db.get_one(Patient, patient_id)
            for clinic_id in clinic_ids:  # in whichever order: nobody waits in a circle
                trail.record(db, "view", agent=patient, entity=db.get_one(Clinic, clinic_id))


def test_many_at_once_make_one_chain(database, cast, verdict):
    before = verdict().length
    ids, start = [cast.clinic.id, cast.neighbour.id], Barrier(6)
    threads = [
        Thread(target=_append, args=(database, order, cast.maya.id, 10, start))
        for order in (ids, ids[::-1]) * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert verdict().length == before + 60
    assert (verdict().broken_at, verdict(cast.neighbour).broken_at) == (None, None)


def _in_another_process(url, settings, clinic_id, patient_id, start):
    database = Database(url, Settings(_env_file=None, **settings))
    try:
        _append(database, [clinic_id], patient_id, 15, start)
    finally:
        database.close()


def test_several_processes_do_not_fork_it(database, cast, verdict):
    before = verdict().length
    url = database.engine.url.render_as_string(hide_password=False)
    secrets = {"secret_keys": "s" * 40, "encryption_keys": "e" * 40}
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(3)
    processes = [
        spawn.Process(
            target=_in_another_process, args=(url, secrets, cast.clinic.id, cast.maya.id, start)
        )
        for _ in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0, 0]
    found = verdict()
    assert (found.length, found.broken_at) == (before + 45, None)
