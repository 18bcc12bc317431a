"""The doctor reads in the database whether it is migrated, worked on and copied."""

import threading
from datetime import timedelta

import pytest
from pydantic import SecretStr

from app import clock
from app.backups import copying
from app.cli import doctor
from app.cli.checks import rows
from app.db import beats


@pytest.fixture
def here(settings, database, cast):
    url = database.engine.url.render_as_string(hide_password=False)
    return settings.model_copy(update={"database_url": url})


def only(found):
    [each] = found
    return each.state, each.words


def test_a_database_that_was_not_migrated_is_a_failure(here, tmp_path):
    empty = here.model_copy(update={"database_url": f"sqlite:///{tmp_path}/empty.sqlite3"})

    assert only(rows.schema(here))[0] == "ok"
    assert only(rows.schema(empty)) == (
        "fail", "the database is not migrated: run `afterglow migrate`",
    )  # fmt: skip


def test_a_worker_that_went_is_a_failure_and_says_since_when(here, database):
    assert only(rows.worker(here))[0] == "fail"

    with database.session() as db:
        beats.beat(db, "one")
    assert only(rows.worker(here))[0] == "ok"

    clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(minutes=10))
    state, words = only(rows.worker(here))
    assert state == "fail"
    assert "none since" in words


def test_a_copy_that_is_old_is_a_failure(here, database, tmp_path):
    assert only(rows.copies(here)) == ("ok", "none needed yet")

    copying.note(database.engine, copying.copy(database.engine, tmp_path, tmp_path))
    assert "the last is of" in only(rows.copies(here))[1]

    clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(days=3))
    assert only(rows.copies(here))[0] == "fail"


def test_every_link_of_the_trail_and_every_key_that_is_needed_are_seen(here):
    another = here.model_copy(update={"encryption_keys": (SecretStr("n" * 40),)})

    assert only(rows.trail(here))[0] == "ok"
    assert only(rows.sealing(here))[0] == "ok"
    assert only(rows.sealing(another))[0] == "fail"


def test_who_was_started_just_now_is_given_time(here, database, monkeypatch):
    """A worker that comes between two looks."""
    clock.stand_still(None)
    monkeypatch.setattr(doctor, "Settings", lambda: here)
    monkeypatch.setattr(doctor, "_PAUSE", 0.05)

    def come():
        with database.session() as db:
            beats.beat(db, "one")

    def state_after(seconds):
        return {each.check: each.state for each in doctor._found(inside=True, seconds=seconds)}

    assert state_after(0)["worker"] == "fail"
    coming = threading.Timer(0.2, come)
    coming.start()
    assert state_after(30)["worker"] == "ok"
    coming.join()
