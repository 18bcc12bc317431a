"""A copy that is kept up to the second, and the drill: the machine is lost, the clinic goes on."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import select, text

from app import clock
from app.audit import chain
from app.backups import ages, copying, following, pruning, restoring, tail, triggers
from app.backups.following import Follower
from app.backups.models import CopyChange
from app.backups.restoring import NotRestored
from app.db.engine import Database
from app.journal import entry_keys
from app.journal.models import EntryKey
from app.people import enrolment
from app.people.models import Patient
from tests import databases
from tests.conftest import FRIDAY_NOON

OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}
A_MONTH = timedelta(days=30)


@pytest.fixture
def follower(database, cast, tmp_path):
    following_it = Follower(database.engine, tmp_path / "d", tmp_path / "k", kept_for=A_MONTH)
    following_it.turn()
    yield following_it
    following_it.close()
    triggers.take_away(database.engine)


@pytest.fixture
def empty(worker_id):
    with databases.fresh_database(worker_id) as url:
        yield url


def _later(**after):
    clock.stand_still(FRIDAY_NOON, machine=clock.machine_now() + timedelta(**after))


def _data(tmp_path):
    return max((tmp_path / "d").glob("data-*"))


def _restored(url, tmp_path, settings):
    data = _data(tmp_path)
    restoring.restore(url, data, tmp_path / "k" / copying.KEYS, tail.beside(data))
    return Database(url, settings)


def _enrol(database, cast, number):
    with database.session() as db:
        return enrolment.enrol(
            db,
            cast.clinic,
            given_name="Ines",
            family_name="Vale",
            phone=f"+1312555{number:04}",
            by=None,
        ).id


def _all(engine):
    """Every row of every table but what is known of copies themselves."""
    with copying.snapshot(engine) as connection:
        tables = copying.reflected(connection).sorted_tables
        return {
            table.name: {str(row) for row in connection.execute(select(table))}
            for table in tables
            if table.name != "data_copy"
        }


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_drill_brings_back_what_was_added_changed_and_removed_a_second_ago(
    follower, database, cast, tmp_path, settings, worker_id, kind
):
    ines = _enrol(database, cast, 160)
    with database.session() as db:
        gone = EntryKey(clinic_id=cast.clinic.id, wrapped=b"x", made_at=FRIDAY_NOON)
        kept = EntryKey(clinic_id=cast.clinic.id, wrapped=b"y", made_at=FRIDAY_NOON)
        db.add_all([gone, kept])
    follower.turn()
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).given_name = "May"
        entry_keys.destroy(db, gone.id)
        db.execute(text("DELETE FROM staffed_hours"))
    follower.turn()

    with databases.fresh_database(worker_id, kind=kind) as url:
        restored = _restored(url, tmp_path, settings)
        try:
            if kind == databases.chosen_kind():
                assert _all(restored.engine) == _all(database.engine)
            with restored.session() as db:
                assert db.get_one(Patient, ines).full_name == "Ines Vale"
                assert db.get_one(Patient, cast.maya.id).given_name == "May"
                assert db.scalars(select(EntryKey.id)).all() == [kept.id]
                assert db.scalar(text("SELECT COUNT(*) FROM staffed_hours")) == 0
                verdict = chain.verify(db, cast.clinic.id)
                assert verdict.broken_at is None
                assert verdict.length > 1
        finally:
            restored.close()


def test_without_its_later_changes_a_copy_shows_the_moment_it_was_made(
    follower, database, cast, tmp_path, settings, empty
):
    ines = _enrol(database, cast, 161)
    follower.turn()

    restoring.restore(empty, _data(tmp_path), tmp_path / "k" / copying.KEYS)

    restored = Database(empty, settings)
    with restored.session(write=False) as db:
        assert db.get(Patient, ines) is None
        assert db.get(Patient, cast.maya.id) is not None
    restored.close()


def test_a_frame_half_written_when_the_power_went_costs_that_frame_alone(
    follower, database, cast, tmp_path, settings, empty
):
    first = _enrol(database, cast, 162)
    follower.turn()
    whole = tail.beside(_data(tmp_path)).stat().st_size
    second = _enrol(database, cast, 163)
    follower.turn()
    path = tail.beside(_data(tmp_path))
    path.write_bytes(path.read_bytes()[: whole + 40])

    restored = _restored(empty, tmp_path, settings)

    with restored.session(write=False) as db:
        assert db.get(Patient, first) is not None
        assert db.get(Patient, second) is None
    restored.close()


@pytest.mark.parametrize("broken", ["changed", "of-another-copy", "not-ours"])
def test_changes_that_somebody_meddled_with_are_refused(
    follower, database, cast, tmp_path, empty, broken
):
    _enrol(database, cast, 164)
    follower.turn()
    data = _data(tmp_path)
    path = tail.beside(data)
    content = bytearray(path.read_bytes())
    if broken == "changed":
        content[60] ^= 1
    elif broken == "of-another-copy":
        data = copying.copy(database.engine, tmp_path / "else", tmp_path / "k").data
    else:
        content[:9] = b"something"
    path.write_bytes(content)

    with pytest.raises(NotRestored):
        restoring.restore(empty, data, tmp_path / "k" / copying.KEYS, path)


def test_what_is_written_beside_a_copy_is_read_by_nobody_without_the_keys(
    follower, database, cast, tmp_path
):
    ines = _enrol(database, cast, 165)
    follower.turn()

    resting = tail.beside(_data(tmp_path)).read_bytes()

    assert ines.hex.encode() not in resting
    assert b"patient" not in resting


def test_what_goes_on_while_the_whole_copy_is_made_is_not_lost(
    database, cast, tmp_path, settings, empty
):
    following_it = Follower(database.engine, tmp_path / "d", tmp_path / "k", kept_for=A_MONTH)
    stop, added = Event(), []

    def go_on():
        for number in range(200, 900):
            added.append(_enrol(database, cast, number))
            if stop.is_set():
                return

    busy = Thread(target=go_on)
    busy.start()
    try:
        following_it.turn()
        stop.set()
        busy.join()
        following_it.turn()
    finally:
        stop.set()
        following_it.close()

    restored = _restored(empty, tmp_path, settings)
    triggers.take_away(database.engine)
    with restored.session(write=False) as db:
        assert {*added} <= {*db.scalars(select(Patient.id))}
    restored.close()


def test_only_one_process_follows_a_folder(follower, database, cast, tmp_path):
    second = Follower(database.engine, tmp_path / "d", tmp_path / "k", kept_for=A_MONTH)
    _enrol(database, cast, 166)

    second.turn()

    assert not second.is_ours()
    with database.session(write=False) as db:
        assert db.scalars(select(CopyChange.name)).first() is not None  # still the first one's


def test_every_day_begins_with_a_whole_copy_and_old_ones_go(follower, database, cast, tmp_path):
    for days in (1, 1, 29):
        _later(days=days, seconds=1)
        follower.turn()

    left = sorted((tmp_path / "d").glob("data-*"))
    assert len(left) == 2
    assert all(tail.beside(data).exists() for data in left)
    assert len([*(tmp_path / "d").glob("tail-*")]) == 2
    assert [path.name for path in (tmp_path / "k").iterdir()] == [copying.KEYS]


def test_the_newest_copy_stays_however_old_it_is(database, cast, tmp_path):
    copying.copy(database.engine, tmp_path, tmp_path)
    _later(days=400)

    assert pruning.prune(tmp_path, A_MONTH) == 0


def test_after_a_migration_the_next_turn_begins_anew(follower, database, cast, tmp_path):
    before = _data(tmp_path)
    triggers.take_away(database.engine)
    _later(seconds=1)

    follower.turn()

    assert _data(tmp_path) != before


def test_where_nobody_follows_for_a_day_nothing_is_written_down_any_more(follower, database, cast):
    following.stop_if_left(database.engine)
    with database.session() as db:
        assert triggers.followed(db.connection())

    _later(hours=25)
    following.stop_if_left(database.engine)

    _enrol(database, cast, 167)
    with database.session() as db:
        assert not triggers.followed(db.connection())
        assert db.scalars(select(CopyChange.id)).all() == []


def test_the_doctor_knows_how_old_the_last_copy_is(database, cast, tmp_path):
    with database.session(write=False) as db:
        assert ages.troubles(db, follows=False) == []  # a clinic of today
    _later(days=3)
    with database.session(write=False) as db:
        assert "there is no copy" in ages.troubles(db, follows=False)[0]

    copying.note(database.engine, copying.copy(database.engine, tmp_path, tmp_path))
    with database.session(write=False) as db:
        assert ages.troubles(db, follows=False) == []
        assert "nobody follows" in ages.troubles(db, follows=True)[0]

    _later(hours=37)
    with database.session(write=False) as db:
        assert "the last copy is of 2026-11-23" in ages.troubles(db, follows=False)[0]
