import multiprocessing
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from app import clock
from app.audit.models import AuditEvent
from app.db.engine import Database
from app.people.models import Patient


def write_after_reading(database, cast, times):
    """What every change does: read, think, write. A deferred transaction would fail here."""
    for turn in range(times):
        with database.session() as db:
            count = db.scalar(select(func.count(AuditEvent.id)))
            db.add(
                AuditEvent(
                    clinic_id=cast.clinic.id,
                    action=f"turn-{turn}",
                    agent_kind="afterglow",
                    entity_kind="patient",
                    entity_id=cast.maya.id,
                    detail=str(count),
                    recorded_at=clock.now(),
                )
            )


def _process(url, settings, cast, failures):
    try:
        write_after_reading(Database(url, settings), cast, 15)
    except Exception as error:  # noqa: BLE001  carried to the test
        failures.put(repr(error))


def turns(database):
    with database.session(write=False) as db:
        return db.scalar(
            select(func.count(AuditEvent.id)).where(AuditEvent.action.startswith("turn-"))
        )


def test_four_threads_that_write_at_once_all_get_their_turn(database, cast):
    failures = []

    def run():
        try:
            write_after_reading(database, cast, 25)
        except Exception as error:  # noqa: BLE001  carried to the test
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert turns(database) == 100


def test_three_processes_that_write_at_once_all_get_their_turn(database, settings, cast):
    spawn = multiprocessing.get_context("spawn")
    failures = spawn.Queue()
    url = database.engine.url.render_as_string(hide_password=False)
    processes = [
        spawn.Process(target=_process, args=(url, settings, cast, failures)) for _ in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert failures.empty(), failures.get()
    assert turns(database) == 45


def test_a_reader_is_never_held_up_by_a_writer(database, cast):
    with database.session() as writer:
        writer.get_one(Patient, cast.maya.id).given_name = "May"
        writer.flush()

        with database.session(write=False) as reader:
            assert reader.get_one(Patient, cast.maya.id).given_name == "Maya"


def test_a_crash_takes_everything_back(database, cast):
    def crash():
        with database.session() as db:
            db.get_one(Patient, cast.maya.id).given_name = "May"
            db.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        crash()

    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).given_name == "Maya"


def test_leaving_in_peace_keeps_everything(database, cast):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).opted_out_at = clock.now() + timedelta(hours=1)

    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).opted_out_at == clock.now() + timedelta(hours=1)


def test_sqlite_keeps_what_it_acknowledged_and_its_foreign_keys(database):
    if not database.is_sqlite:
        pytest.skip("SQLite's own switches")
    with database.session(write=False) as db:
        switches = {
            name: db.scalar(text(f"PRAGMA {name}"))
            for name in (
                "journal_mode",
                "synchronous",
                "foreign_keys",
                "busy_timeout",
                "secure_delete",
            )
        }

    assert switches["journal_mode"] == "wal"
    assert switches["synchronous"] == 2  # FULL
    assert switches["foreign_keys"] == 1
    assert switches["busy_timeout"] >= 5000
    assert switches["secure_delete"] == 1


def test_a_row_that_points_at_nobody_is_refused(database, cast):
    with pytest.raises(Exception, match=r"(?i)foreign key"), database.session() as db:
        db.execute(
            text("UPDATE patient SET clinic_id = :nobody WHERE id = :maya"),
            {
                "nobody": "0" * 32
                if database.is_sqlite
                else "0" * 8 + "-0000" * 3 + "-" + "0" * 12,
                "maya": cast.maya.id.hex if database.is_sqlite else str(cast.maya.id),
            },
        )
