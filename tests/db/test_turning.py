"""Keys are turned while the clinic works: nothing is lost, and no number stands there twice."""

import threading
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, text, update

from app import clock
from app.backups import copying, restoring
from app.db import key_counts, resealing, retiring, rotating
from app.db.engine import Database
from app.db.keys import ClinicKey, HouseKey
from app.db.resealing import Resealer
from app.db.rotating import Turn
from app.journal.models import JournalEntry
from app.messaging import inbound, threads
from app.messaging.inbound import Raw
from app.messaging.models import InboundText
from app.people import enrolment, records
from app.people.models import Clinic, Patient
from app.push import vapid
from app.replies import whose
from app.security import keyring
from app.security.encryption import Unreadable, key_number
from app.security.keyring import under_index
from tests import databases, journals
from tests.cast import _patient
from tests.conftest import FRIDAY_NOON
from tests.house import world
from tests.sealed import know_every_table, opened

MAYAS = "+13125550142"
KEPT = "what the light was like"


def turn(database, *kinds):
    with database.session() as db:
        rotating.turn(db, kinds or list(Turn), db.scalars(select(Clinic.id)).all())
    for owner in (None, *clinics(database)):
        keyring.ring().refresh(owner)


def clinics(database):
    with database.session(write=False) as db:
        return db.scalars(select(Clinic.id)).all()


def later(**wait):
    clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(**wait))


def seal_anew(database):
    later(minutes=2)
    return Resealer(database).finish()


def left(database):
    with database.session(write=False) as db:
        return sum(resealing.left_under(db, *each) for each in resealing.newest_keys(db))


def settle(database):
    later(minutes=11)
    resealing.settle(database)


def with_keys(database, settings, **differs):
    """The same house, opened by a process that has other keys in its settings."""
    url = database.engine.url.render_as_string(hide_password=False)
    return Database(url, settings.model_copy(update=differs))


@pytest.fixture(autouse=True)
def _every_table():
    know_every_table()


@pytest.fixture
def waiting_text(database):
    with database.session() as db:
        vapid.public_key(db)
        return inbound.store(db, "SM1", Raw(MAYAS, "", "can we talk")).id


def test_after_turning_all_stands_under_the_newest_keys_and_reads_as_before(database):
    world.build(database)
    with database.session() as db:
        inbound.store(db, "SM1", Raw(MAYAS, "", "can we talk"))
        told = db.scalar(text("SELECT count(*) FROM subscription_event"))
        changed = dict(db.execute(select(Patient.id, Patient.changed_at)).all())
    before = opened(database)
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + timedelta(hours=1))

    turn(database)
    waited = left(database)
    sealed = seal_anew(database)

    assert waited > 100
    assert sealed > 60
    assert left(database) == 0
    assert opened(database) == before
    with database.session(write=False) as db:  # nobody is told, for nothing has changed
        assert db.scalar(text("SELECT count(*) FROM subscription_event")) == told
        assert dict(db.execute(select(Patient.id, Patient.changed_at)).all()) == changed


def test_sealing_anew_may_be_cut_off_anywhere_and_goes_on_elsewhere(database, cast):
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        for number in range(130):
            _patient(db, clinic, f"Patient {number}", "Osei", f"+1312556{number:04}", None)
    before = opened(database)
    turn(database)
    later(minutes=2)
    going = Resealer(database)._pass()

    while left(database) > 300:
        next(going)
    halfway = left(database)
    del going  # as if the process had been killed

    assert 0 < halfway <= 300
    assert opened(database) == before
    seal_anew(database)
    assert left(database) == 0
    assert opened(database) == before


def test_what_is_changed_meanwhile_is_never_written_over(database, cast):
    turn(database)
    later(minutes=2)
    going = Resealer(database)._pass()
    for _ in going:
        with database.session() as db:
            maya = db.get_one(Patient, cast.maya.id)
            maya.given_name = f"{maya.given_name}!"
    with database.session(write=False) as db:
        named = db.get_one(Patient, cast.maya.id).given_name

    assert named.startswith("Maya!!!")
    assert set(named.removeprefix("Maya")) == {"!"}
    assert left(database) == 0


def test_a_row_that_somebody_has_in_hand_waits_for_the_next_pass(database, cast):
    if database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    turn(database)
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).given_name = "Mara"
        db.flush()
        seal_anew(database)
        meanwhile = left(database)

    seal_anew(database)

    assert meanwhile > 0
    assert left(database) == 0
    assert {"Mara", "Theo"} <= set(opened(database).values())


def test_a_process_that_has_not_heard_yet_still_seals_and_is_sealed_anew(database, cast, settings):
    turn(database, Turn.DATA)
    ours = keyring.ring()
    seal_anew(database)
    slow = with_keys(database, settings)
    keyring.ring()._load = lambda owner: [row for row in slow._load_keys(owner) if row.number <= 1]

    with slow.session() as db:
        db.get_one(Patient, cast.maya.id).given_name = "Mara"

    keyring.use(ours)
    assert left(database) == 1
    seal_anew(database)
    assert left(database) == 0
    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).given_name == "Mara"


def test_a_process_opens_at_once_what_was_sealed_under_a_key_it_has_not_heard_of(database, cast):
    elsewhere = keyring.KeyRing(["e" * 40], ["s" * 40], database._load_keys)
    ours = keyring.ring()
    keyring.use(elsewhere)
    opened(database)

    keyring.use(ours)
    turn(database)
    seal_anew(database)
    now = opened(database)
    keyring.use(elsewhere)

    assert opened(database) == now


def test_everybody_is_found_by_their_number_at_each_step_of_the_index(database, cast):
    def found():
        with database.session(write=False) as db:
            by_staff = enrolment.with_number(db, cast.clinic.id, MAYAS)
            by_text = whose.find(db, Raw(MAYAS, "", "")).patient
            return by_staff.id == by_text.id == cast.maya.id

    assert found()
    turn(database, Turn.INDEX)
    assert found()
    seal_anew(database)
    assert found()
    settle(database)
    later(days=2)
    turn(database, Turn.INDEX)
    seal_anew(database)
    settle(database)
    later(days=2)
    with database.session() as db:
        assert retiring.retire(db) == 3  # of two clinics and the house; the first ones stay
    assert found()
    with database.session(write=False) as db:
        assert under_index(db.get_one(Patient, cast.maya.id).phone_index) == -2


@pytest.mark.parametrize("is_moved", [False, True])
def test_a_number_is_refused_twice_while_the_index_turns(database, cast, is_moved):
    turn(database, Turn.INDEX)
    if is_moved:
        seal_anew(database)

    with database.session() as db, pytest.raises(enrolment.NumberTaken):
        _patient(db, db.get_one(Clinic, cast.clinic.id), "Other", "Person", MAYAS, None)
    with database.session() as db:
        theo = db.get_one(Patient, cast.theo.id)
        with pytest.raises(enrolment.NumberTaken):
            records._free_number(db, theo, MAYAS)


def test_who_is_being_enrolled_when_the_index_turns_is_found_by_whoever_comes_next(database, cast):
    turned = threading.Thread(target=turn, args=(database, Turn.INDEX))
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        _patient(db, clinic, "Una", "Reyes", "+13125550177", None)
        db.flush()
        turned.start()
        turned.join(0.5)
        waits = turned.is_alive()
    turned.join(20)

    with database.session() as db:
        assert enrolment.with_number(db, cast.clinic.id, "+13125550177").given_name == "Una"
        again = _numbers_under(db)
    assert waits
    assert again == {0}
    seal_anew(database)
    with database.session(write=False) as db:
        assert _numbers_under(db) == {-1}


def test_a_process_that_has_not_heard_yet_writes_numbers_under_the_newest_index(
    database, cast, settings
):
    ours = keyring.ring()
    elsewhere = keyring.KeyRing(["e" * 40], ["s" * 40], database._load_keys)
    elsewhere.seal(cast.clinic.id, b"", b"")  # it knows the keys as they are now
    turn(database, Turn.INDEX)
    keyring.use(elsewhere)

    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        una = _patient(db, clinic, "Una", "Reyes", "+13125550177", None)

        assert under_index(una.phone_index) == -1
    keyring.use(ours)
    with database.session() as db, pytest.raises(enrolment.NumberTaken):
        _patient(db, clinic, "Una", "Again", "+13125550177", None)


def test_a_stranger_keeps_one_thread_while_the_index_turns(database, cast):
    seen = set()
    for step in (lambda: None, lambda: turn(database, Turn.INDEX), lambda: seal_anew(database)):
        step()
        with database.session() as db:
            clinic = db.get_one(Clinic, cast.clinic.id)
            seen.add(threads.of_stranger(db, clinic, "+13125550199").id)

    assert len(seen) == 1


def test_a_master_key_may_go_once_all_keys_are_wrapped_under_another(
    database, cast, settings, waiting_text
):
    before = opened(database)
    new = SecretStr("n" * 40)
    both = with_keys(database, settings, encryption_keys=(new, *settings.encryption_keys))
    with both.session() as db:
        rotating.open_house(db)
    keyring.ring().refresh(None)
    turn(both, Turn.MASTER)
    seal_anew(both)
    with both.session(write=False) as db:
        counts = key_counts.wrapped_by_master(db) + key_counts.sealed_by_master(db)
        first, second = keyring.ring().masters

    assert (counts[first], counts[second]) == (6, 0)
    assert opened(with_keys(database, settings, encryption_keys=(new,))) == before
    old_alone = with_keys(database, settings)
    with pytest.raises(Unreadable):
        opened(old_alone)


def test_what_the_house_sealed_before_it_had_keys_is_counted_and_sealed_anew(
    database, cast, waiting_text
):
    with database.session(write=False) as db:
        early = key_counts.sealed_by_master(db).total()
    seal_anew(database)  # as the worker does from its first minute

    assert early == 2
    with database.session(write=False) as db:
        assert key_counts.sealed_by_master(db).total() == 0
        assert key_number(db.get_one(InboundText, waiting_text).raw_sealed) == 1
        assert inbound.raw_of(db.get_one(InboundText, waiting_text)).body == "can we talk"


def test_running_processes_read_a_new_master_key_from_their_file(
    database, cast, settings, tmp_path
):
    file = tmp_path / "keys"
    file.write_text("e" * 40)
    from_file = {"encryption_keys_file": str(file)}
    running = with_keys(database, settings, **from_file)
    web = keyring.ring()
    before = opened(running)

    file.write_text(f"{'n' * 40}\n{'e' * 40}\n")
    turn(with_keys(database, settings, encryption_keys=(SecretStr("n" * 40), SecretStr("e" * 40))))
    seal_anew(database)
    keyring.use(web)

    assert opened(running) == before


def test_an_entry_that_was_deleted_stays_deleted_when_keys_are_turned(database, cast):
    kept, gone = (journals.keep(database, cast.maya, f"{KEPT} {each}") for each in (1, 2))
    with database.session() as db:
        key_id = db.scalars(select(JournalEntry.key_id).where(JournalEntry.uuid == gone)).one()
        db.execute(text("DELETE FROM entry_key WHERE id = :id"), {"id": _raw(db, key_id)})

    turn(database)
    seal_anew(database)

    with database.session(write=False) as db:
        entries = {each.uuid: each for each in db.scalars(select(JournalEntry))}
        assert entries[kept].words == f"{KEPT} 1"
        with pytest.raises(Unreadable):
            _ = entries[gone].words


def test_a_value_that_no_key_opens_is_left_alone_and_counted(database, cast):
    with database.session() as db:
        broken = b"\x01\x00\x01" + b"?" * 40
        db.execute(
            update(Patient).where(Patient.id == cast.theo.id).values(family_name_sealed=broken)
        )
    turn(database)
    seal_anew(database)
    settle(database)

    with database.session(write=False) as db:
        assert left(database) >= 1
        assert db.get_one(Patient, cast.theo.id).family_name_sealed == broken
        assert db.get_one(Patient, cast.maya.id).family_name == "Osei"
        assert not resealing.is_late(db, timedelta(days=1))
    later(days=2)
    with database.session(write=False) as db:
        assert resealing.is_late(db, timedelta(days=1))


def test_an_older_key_is_destroyed_only_when_nothing_needs_it_and_a_day_has_passed(
    database, cast, settings
):
    def destroyed():
        with database.session() as db:
            return retiring.retire(db)

    seal_anew(database)
    before = opened(database)
    turn(database, Turn.DATA, Turn.HOUSE)
    later(days=2)
    resealing.settle(database)
    assert destroyed() == 1  # the house's, under which nothing stood; the clinics' are needed

    seal_anew(database)
    settle(database)
    assert destroyed() == 2
    assert destroyed() == 0
    with database.session(write=False) as db:
        assert set(db.scalars(select(ClinicKey.number))) == {0, 2}
    assert opened(with_keys(database, settings)) == before


def test_no_key_is_destroyed_on_the_day_of_its_successor(database, cast):
    turn(database, Turn.DATA)
    seal_anew(database)
    settle(database)

    later(hours=23)
    with database.session() as db:
        assert retiring.retire(db) == 0


def test_turning_that_is_taken_back_leaves_no_trace(database, cast, settings):
    ids = clinics(database)

    def breaks_off():
        with database.session() as db:
            rotating.turn(db, list(Turn), ids)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks_off()

    with database.session() as db:
        db.get_one(Patient, cast.maya.id).given_name = "Mara"
    with database.session(write=False) as db:
        assert key_number(db.get_one(Patient, cast.maya.id).given_name_sealed) == 1
        assert db.scalar(select(func.count()).select_from(HouseKey)) == 0
    assert "Mara" in opened(with_keys(database, settings)).values()


def test_nothing_is_done_over_and_over_once_all_is_settled(database, cast):
    turn(database)
    seal_anew(database)
    settle(database)

    assert list(Resealer(database)._pass()) == []


def test_a_worker_seals_anew_by_itself_a_little_at_a_time(database, cast):
    turn(database, Turn.DATA)
    resealer = Resealer(database)
    assert resealer.run(0) == 0  # what else there is comes first
    later(seconds=6)

    turns = 0
    while left(database):
        resealer.run(0)
        turns += 1

    assert turns > 3


def test_a_clock_set_back_does_not_keep_a_worker_from_sealing_anew(database, cast):
    later(days=1)
    resealer = Resealer(database)
    later(seconds=6)
    resealer.run(60)
    assert resealer.run(60) == 0  # it rests a minute
    later(days=-1)
    turn(database)
    later(seconds=30)

    assert resealer.run(60) > 0


def test_two_threads_of_a_worker_do_not_seal_anew_at_once(database, cast):
    turn(database, Turn.DATA)
    resealer = Resealer(database)
    later(seconds=6)
    beside = []

    def pause(_):
        other = threading.Thread(target=lambda: beside.append(resealer.run(60)))
        other.start()
        other.join()

    assert resealer.run(60, pause) > 0
    assert beside
    assert set(beside) == {0}
    assert left(database) == 0


def _numbers_under(db):
    values = db.scalars(select(Patient.phone_index).where(Patient.phone_index.is_not(None)))
    return {under_index(value) for value in values}


def _said(values):
    return {value for value in values.values() if isinstance(value, str)}


def _raw(db, key_id):
    return key_id.hex if db.get_bind().dialect.name == "sqlite" else key_id


def test_data_of_a_day_before_keys_were_turned_open_with_the_keys_of_today(
    database, cast, settings, worker_id, tmp_path
):
    journals.keep(database, cast.maya, KEPT)
    seal_anew(database)
    monday = copying.copy(database.engine, tmp_path / "data", tmp_path / "keys")
    turn(database, Turn.DATA)
    seal_anew(database)
    tuesday = copying.copy(database.engine, tmp_path / "data", tmp_path / "keys")

    with databases.fresh_database(worker_id, migrated=False) as url:
        restoring.restore(url, monday.data, tuesday.keys)
        restored = Database(url, settings)
        assert {"Maya", KEPT} <= _said(opened(restored))
        restored.close()
