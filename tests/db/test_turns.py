import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.db import engine
from app.db.turns import Threshold, Turns


def wait_in_line(turns, count, served):
    """So many who ask for the turn one after another, each noting when it is theirs."""

    def ask(number):
        assert turns.take(60)
        served.append(number)
        turns.give_back()

    line = []
    for number in range(count):
        line.append(threading.Thread(target=ask, args=(number,)))
        line[-1].start()
        while len(turns._waiting) < number + 1:
            pass
    return line


def test_writers_are_served_in_the_order_in_which_they_came():
    turns, served = Turns(), []
    assert turns.take(0)
    line = wait_in_line(turns, 12, served)

    turns.give_back()
    for each in line:
        each.join()

    assert served == list(range(12))
    assert turns.take(0)  # and the turn is free again


def test_whoever_loses_patience_leaves_the_line():
    turns = Turns()
    assert turns.take(0)

    assert not turns.take(0.01)

    turns.give_back()
    assert turns.take(0)


def test_whoever_only_reads_waits_for_no_writer(database):
    with database.session() as writer:
        writer.execute(text("SELECT 1"))
        with database.session(write=False) as reader:
            assert reader.scalar(text("SELECT 1")) == 1


def test_a_turn_ends_with_its_session_however_that_ends(database, monkeypatch):
    monkeypatch.setattr(Turns, "take", lambda _turns, _seconds: True)
    given_back = []
    monkeypatch.setattr(Turns, "give_back", lambda turns: given_back.append(turns))

    with database.session() as db:
        db.execute(text("SELECT 1"))
    with pytest.raises(IntegrityError), database.session() as db:
        db.execute(text("INSERT INTO clinic (id) VALUES (NULL)"))

    assert len(given_back) == (2 if database.is_sqlite else 0)


def test_of_two_processes_the_one_that_asks_is_next(tmp_path):
    web, worker = Threshold(tmp_path / "turn"), Threshold(tmp_path / "turn")

    with worker.crossing(0) as is_next:
        assert is_next
        with web.crossing(0) as is_next_too:
            assert not is_next_too

    with web.crossing(0) as is_next:
        assert is_next


def test_a_process_that_hangs_while_it_asks_holds_nobody_up_for_ever(database, monkeypatch):
    if not database.is_sqlite:
        return
    monkeypatch.setattr(engine, "_PATIENCE_WITH_WRITERS", 0.01)
    hanging = Threshold(Path(f"{database.engine.url.database}-turn"))

    with hanging.crossing(0) as is_theirs, database.session() as db:
        assert is_theirs
        assert db.scalar(text("SELECT 1")) == 1


def test_where_no_file_can_be_made_writers_take_their_chance(tmp_path):
    with Threshold(tmp_path / "nowhere" / "turn").crossing(0) as is_next:
        assert not is_next
