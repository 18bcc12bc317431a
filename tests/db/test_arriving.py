"""A database that is away is waited for, calmly; one that will never come is not."""

import threading

import pytest
import structlog
from sqlalchemy import NullPool, create_engine

from app.db import arriving, migrate
from app.db.arriving import Refused, Standing
from app.worker import Job, Worker
from tests import databases

NOBODY_LISTENS = "postgresql+psycopg://clinic:wrong@127.0.0.1:1/clinic"


def _address(database):
    return database.engine.url.render_as_string(hide_password=False)


def test_a_migrated_database_is_here_and_one_that_does_not_answer_is_away(database):
    assert arriving.look(_address(database)) is Standing.HERE
    assert arriving.look(NOBODY_LISTENS) is Standing.AWAY


def test_a_database_without_a_schema_says_so(worker_id):
    url = databases.database_url(databases.chosen_kind(), worker_id, migrated=False)

    assert arriving.look(url) is Standing.NOT_MIGRATED


@pytest.mark.parametrize(
    "url", ["", "clinic", "mysql://127.0.0.1/clinic", "postgresql+nothing://127.0.0.1/clinic"]
)
def test_what_is_no_address_of_ours_is_refused_at_once(url):
    with pytest.raises(Refused, match="no address of SQLite or PostgreSQL"):
        arriving.look(url)


def test_a_folder_that_is_not_there_is_refused_at_once():
    with pytest.raises(Refused, match="the database refuses"):
        arriving.look("sqlite:////nowhere/at/all/afterglow.sqlite3")


@pytest.mark.skipif(databases.chosen_kind() == "sqlite", reason="SQLite knows no users")
@pytest.mark.parametrize("change", [{"database": "nobody_made_it"}, {"username": "nobody"}])
def test_a_name_that_the_server_does_not_know_is_refused_at_once(database, change):
    url = database.engine.url.set(**change)

    with pytest.raises(Refused, match="the database refuses"):
        arriving.look(url.render_as_string(hide_password=False))


def test_it_is_said_once_and_goes_on_when_somebody_has_migrated_it(worker_id):
    url = databases.database_url(databases.chosen_kind(), worker_id, migrated=False)
    came = threading.Event()

    def wait():
        if arriving.wait(create_engine(url, poolclass=NullPool), threading.Event()):
            came.set()

    with structlog.testing.capture_logs() as lines:
        thread = threading.Thread(target=wait)
        thread.start()
        assert not came.wait(2.5)
        migrate.upgrade(url)
        thread.join(60)

    assert came.is_set()
    said = [(line["event"], line.get("it_is")) for line in lines]
    assert said == [("waiting for the database", "not migrated"), ("database came", None)]


def test_a_worker_does_nothing_before_the_database_has_come(
    database, settings, gateway, monkeypatch
):
    monkeypatch.setattr(database, "engine", create_engine(NOBODY_LISTENS))
    worker = Worker(database, settings, gateway)
    begun = threading.Event()
    worker.jobs = [Job("any", 0.5, begun.set)]
    thread = threading.Thread(target=worker.run)

    thread.start()
    assert not begun.wait(2)
    worker.stop()
    thread.join(30)

    assert not thread.is_alive()


def test_whoever_is_told_to_stop_waits_no_longer():
    stopping = threading.Event()
    stopping.set()

    assert not arriving.wait(create_engine(NOBODY_LISTENS), stopping)
