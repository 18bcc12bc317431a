"""Copies of everything, kept and brought back as an operator would."""

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from app import clock
from app.audit import chain, trail
from app.backups import copying, reading, restoring, sealing
from app.backups.restoring import NotRestored
from app.db.engine import Database
from app.db.keys import ClinicKey
from app.journal.models import EntryKey
from app.people import enrolment
from app.people.models import Patient
from app.scheduling.models import Appointment
from tests import databases
from tests.conftest import FRIDAY_NOON

OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


@pytest.fixture
def copied(database, cast, tmp_path):
    return copying.copy(database.engine, tmp_path / "days", tmp_path / "keys")


@pytest.fixture
def empty(worker_id):
    """The address of a database with no rows in it: its tables are there, for they take long."""
    with databases.fresh_database(worker_id) as url:
        yield url


def _text(path):
    """What stands in a copy, for somebody with the keys."""
    return "".join(json.dumps(line) + "\n" for line in reading.lines(path))


def _rows(engine):
    with engine.connect() as connection:
        tables = copying.reflected(connection).sorted_tables
        return {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in tables
        }


def test_a_restored_clinic_has_every_row_and_can_read_it(
    copied, database, settings, cast, worker_id
):
    with databases.fresh_database(worker_id, migrated=False) as url:
        count = restoring.restore(url, copied.data, copied.keys)

        restored = Database(url, settings)
        try:
            assert _rows(restored.engine) == _rows(database.engine)
            assert count == sum(_rows(database.engine).values()) == copied.count
            with restored.session(write=False) as db:
                maya = db.get_one(Patient, cast.maya.id)
                assert maya.full_name == cast.maya.full_name
                assert maya.phone == cast.maya.phone
                assert maya.made_at == cast.maya.made_at
        finally:
            restored.close()


def test_a_clinic_that_outgrows_one_machine_takes_its_copy_along(
    copied, database, settings, cast, worker_id
):
    other = OTHER[databases.chosen_kind()]
    with databases.fresh_database(worker_id, kind=other) as url:
        restoring.restore(url, copied.data, copied.keys)

        restored = Database(url, settings)
        try:
            assert _rows(restored.engine) == _rows(database.engine)
            with restored.session(write=False) as db:
                visit = db.get_one(Appointment, cast.integration_visit.id)
                assert visit.starts_at == cast.integration_visit.starts_at
                assert visit.follows_id == cast.integration_visit.follows_id
        finally:
            restored.close()


def test_the_data_hold_no_key_of_an_entry(database, cast, tmp_path):
    with database.session() as db:
        key = EntryKey(clinic_id=cast.maya.clinic_id, wrapped=b"secret key", made_at=_now())
        db.add(key)

    copied = copying.copy(database.engine, tmp_path, tmp_path)

    assert "entry_key" not in _text(copied.data)
    assert key.id.hex in _text(copied.keys)


def test_a_key_that_was_destroyed_does_not_come_back_with_older_data(
    database, cast, tmp_path, empty
):
    with database.session() as db:
        key = EntryKey(clinic_id=cast.maya.clinic_id, wrapped=b"secret key", made_at=_now())
        db.add(key)
    monday = copying.copy(database.engine, tmp_path, tmp_path)
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + timedelta(days=1))
    with database.session() as db:
        db.delete(db.get_one(EntryKey, key.id))
    tuesday = copying.copy(database.engine, tmp_path, tmp_path)

    restoring.restore(empty, monday.data, tuesday.keys)

    assert monday.keys == tuesday.keys
    assert monday.data != tuesday.data
    engine = create_engine(empty)
    assert _rows(engine)["entry_key"] == 0
    assert _rows(engine)["patient"] > 0
    engine.dispose()


def test_data_of_before_a_clinic_was_opened_are_restored_with_the_keys_of_today(
    database, cast, tmp_path, empty
):
    monday = copying.copy(database.engine, tmp_path, tmp_path)
    before = _rows(database.engine)
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + timedelta(days=1))
    with database.session() as db:
        later = enrolment.open_clinic(
            db, name="Hill", slug="hill", zone="America/Chicago", phone="+13125550130"
        )
        db.flush()
        db.add(EntryKey(clinic_id=later.id, wrapped=b"later", made_at=_now()))
    tuesday = copying.copy(database.engine, tmp_path, tmp_path)

    count = restoring.restore(empty, monday.data, tuesday.keys)

    engine = create_engine(empty)
    assert _rows(engine) == before
    assert count == sum(before.values())
    engine.dispose()


def test_copies_are_for_the_operator_alone(copied):
    assert copied.data.stat().st_mode & 0o077 == 0
    assert copied.keys.stat().st_mode & 0o077 == 0


def test_no_name_and_no_number_stands_in_a_copy(copied, cast):
    held = _text(copied.data)

    for secret in (cast.maya.phone, cast.maya.family_name, cast.theo.phone):
        assert secret not in held


def test_what_rests_of_a_copy_is_read_by_nobody_without_the_keys(copied, cast):
    resting = copied.data.read_bytes() + copied.keys.read_bytes()

    for told in (
        b"northside",
        b"patient",
        b"Dr. Okafor",
        cast.maya.id.hex.encode(),
        b"\x1f\x8b\x08",
    ):
        assert told not in resting


def test_a_copy_sealed_with_a_key_that_is_lost_is_refused_in_plain_words(copied, empty):
    head = bytearray(copied.data.read_bytes())
    head[10:12] = b"\x00\x00" if head[10:12] != b"\x00\x00" else b"\x00\x01"
    copied.data.write_bytes(head)

    with pytest.raises(NotRestored) as refused:
        restoring.restore(empty, copied.data, copied.keys)

    assert "none of ENCRYPTION_KEYS opens it" in refused.value.message


def test_two_pieces_of_a_long_copy_that_change_places_are_noticed(database, tmp_path):
    path, piece = tmp_path / "long", (1 << 20) + 16
    with path.open("wb") as file:
        sealing_file = sealing.SealingFile(file)
        sealing_file.write(bytes(2_500_000))
        sealing_file.finish()
    sealing.check(path)
    whole = path.read_bytes()
    first, second = whole[28 : 28 + piece], whole[28 + piece : 28 + 2 * piece]

    for broken in (second + first, first, first + first):
        path.write_bytes(whole[:28] + broken + whole[28 + 2 * piece :])
        with pytest.raises(sealing.NotOpened):
            sealing.check(path)


def test_copies_of_before_they_were_sealed_are_still_restored(copied, empty, database):
    for path in (copied.data, copied.keys):
        path.write_bytes(gzip.compress(_text(path).encode()))

    restoring.restore(empty, copied.data, copied.keys)

    engine = create_engine(empty)
    assert _rows(engine) == _rows(database.engine)
    engine.dispose()


def test_the_unsealed_keys_of_before_are_gone_once_sealed_ones_are_there(database, cast, tmp_path):
    former = tmp_path / "keys.jsonl.gz"
    former.write_bytes(b"keys of entries that were deleted since")

    copying.copy(database.engine, tmp_path, tmp_path)

    assert not former.exists()


def test_a_clinic_in_use_is_never_overwritten(copied, database):
    url = database.engine.url.render_as_string(hide_password=False)
    before = _rows(database.engine)

    with pytest.raises(NotRestored) as refused:
        restoring.restore(url, copied.data, copied.keys)

    assert "in use" in refused.value.message
    assert _rows(database.engine) == before


@pytest.mark.parametrize(
    "break_it",
    [
        "cut",
        "cut-behind-its-head",
        "one-bit",
        "longer",
        "emptied",
        "another",
        "of-before-cut",
        "of-before-shortened",
        "other-kind",
    ],
)
def test_a_broken_copy_is_refused_before_anything_is_touched(copied, empty, break_it):
    whole = copied.data.read_bytes()
    of_before = gzip.compress(_text(copied.data).encode())
    lines = gzip.decompress(of_before).splitlines(keepends=True)
    middle = len(whole) // 2
    broken = {
        "cut": whole[:middle],
        "cut-behind-its-head": whole[:28],
        "one-bit": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "longer": whole + b"more",
        "emptied": b"",
        "another": b"not ours at all",
        "of-before-cut": of_before[: len(of_before) // 2],
        "of-before-shortened": gzip.compress(b"".join(lines[:-3] + lines[-1:])),
        "other-kind": copied.keys.read_bytes(),
    }[break_it]
    copied.data.write_bytes(broken)

    with pytest.raises(NotRestored):
        restoring.restore(empty, copied.data, copied.keys)

    engine = create_engine(empty)
    assert not any(_rows(engine).values())
    engine.dispose()


def test_a_copy_of_a_newer_version_is_refused(copied, empty):
    lines = _text(copied.data).splitlines()
    lines[0] = json.dumps({"afterglow": "data", "schema": "9999"})
    copied.data.write_bytes(gzip.compress("\n".join(lines).encode()))

    with pytest.raises(NotRestored) as refused:
        restoring.restore(empty, copied.data, copied.keys)

    assert "newer version" in refused.value.message


def test_a_row_that_does_not_fit_leaves_nothing_behind_and_tells_nothing(copied, empty):
    held = _text(copied.data)
    copied.data.write_bytes(
        gzip.compress(held.replace('"table": "patient"', '"table": "no"').encode())
    )

    with pytest.raises(NotRestored) as refused:
        restoring.restore(empty, copied.data, copied.keys)

    assert refused.value.message.endswith("does not fit this database.")
    engine = create_engine(empty)
    assert _rows(engine)["clinic"] == 0
    engine.dispose()


def test_both_files_show_one_moment_while_the_clinic_goes_on(database, cast, tmp_path):
    stop = Event()

    def go_on():
        for number in range(1_000, 2_000):
            with database.session() as db:
                mine = {"clinic_id": cast.maya.clinic_id, "wrapped": b"pair", "made_at": _now()}
                db.add(ClinicKey(number=number, **mine))
                db.add(EntryKey(**mine))
            if stop.is_set():
                return

    busy = Thread(target=go_on)
    busy.start()
    copied = copying.copy(database.engine, tmp_path, tmp_path)
    stop.set()
    busy.join()

    data, keys = _text(copied.data).splitlines(), _text(copied.keys).splitlines()
    pair = base64.b64encode(b"pair").decode()
    of_entries = [line for line in keys if '"table": "entry_key"' in line]
    assert sum(pair in line for line in data) == sum(pair in line for line in of_entries)


def _now():
    return datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_a_restored_trail_holds_and_goes_on(copied, empty, settings, cast):
    restoring.restore(empty, copied.data, copied.keys)

    restored = Database(empty, settings)
    try:
        with restored.session() as db:
            before = chain.verify(db, cast.clinic.id)
            trail.record(db, "view", agent=None, entity=db.get_one(Patient, cast.maya.id))
        with restored.session(write=False) as db:
            after = chain.verify(db, cast.clinic.id)
        assert (before.broken_at, after.broken_at) == (None, None)
        assert after.length == before.length + 1 > 1
        with pytest.raises(DBAPIError, match="the trail only grows"), restored.session() as db:
            db.execute(text("DELETE FROM audit_event"))
    finally:
        restored.close()
