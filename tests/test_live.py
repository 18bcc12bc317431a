import asyncio
import threading
import time

import pytest

from app import live


def heard(act, *topics, within=0.3):
    """Whether a listener of the topics was woken by what `act` does in another thread."""

    async def listen():
        with live.subscribe(*topics) as bell:
            thread = threading.Thread(target=act)
            thread.start()
            rung = await bell.wait(within)
            await asyncio.to_thread(thread.join)
            return rung or await bell.wait(0.05)

    return asyncio.run(listen())


def publishing(database, *topics, then=None):
    def act():
        with database.session() as db:
            for topic in topics:
                live.publish(db, topic)
            if then:
                then(db)

    return act


def test_a_listener_is_woken_once_what_it_waits_for_is_there(database):
    assert heard(publishing(database, "desk:1"), "desk:1")


def test_a_listener_of_several_topics_hears_each(database):
    assert heard(publishing(database, "desk:2"), "desk:1", "desk:2")


def test_other_topics_wake_nobody(database):
    assert not heard(publishing(database, "desk:2"), "desk:1")


def test_nothing_is_heard_before_the_commit(database):
    committing = threading.Event()

    async def listen():
        with live.subscribe("desk:1") as bell:
            thread = threading.Thread(target=publishing(database, "desk:1", then=hold))
            thread.start()
            early = await bell.wait(0.2)
            committing.set()
            late = await bell.wait(2)
            await asyncio.to_thread(thread.join)
            return early, late

    def hold(_):
        committing.wait(2)

    assert asyncio.run(listen()) == (False, True)


def test_what_was_taken_back_is_never_heard(database):
    def act():
        with pytest.raises(RuntimeError):
            publishing(database, "desk:1", then=crash)()

    def crash(_):
        raise RuntimeError

    assert not heard(act, "desk:1")


def test_a_part_taken_back_or_kept_rings_nothing_before_the_whole(database):
    committing = threading.Event()

    def nest(db):
        with db.begin_nested():
            pass
        committing.wait(0.4)

    async def listen():
        with live.subscribe("desk:1") as bell:
            thread = threading.Thread(target=publishing(database, "desk:1", then=nest))
            thread.start()
            early = await bell.wait(0.2)
            committing.set()
            late = await bell.wait(2)
            await asyncio.to_thread(thread.join)
            return early, late

    assert asyncio.run(listen()) == (False, True)


def test_a_part_taken_back_does_not_silence_the_whole(database):
    def nest(db):
        nested = db.begin_nested()
        nested.rollback()

    assert heard(publishing(database, "desk:1", then=nest), "desk:1")


def test_a_ring_before_the_wait_counts():
    async def listen():
        with live.subscribe("desk:1") as bell:
            live.ring("desk:1")
            await asyncio.sleep(0.01)
            return await bell.wait(0.01), await bell.wait(0.01)

    assert asyncio.run(listen()) == (True, False)


def test_who_brings_the_change_need_not_be_woken_by_it(database):
    async def listen():
        with live.subscribe("desk:1") as bringing, live.subscribe("desk:1") as other:

            def bring():
                with database.session() as db:
                    live.spare(db, bringing)
                    live.publish(db, "desk:1")

            await asyncio.to_thread(bring)
            return await other.wait(2), await bringing.wait(0.05)

    assert asyncio.run(listen()) == (True, False)


def test_what_comes_back_through_the_database_wakes_only_other_processes():
    async def listen(notice):
        with live.subscribe("desk:1") as bell:
            live._hear(notice)
            return await bell.wait(0.05)

    assert not asyncio.run(listen(f"{live._sender()} desk:1"))
    assert asyncio.run(listen("another-1 desk:1"))
    assert asyncio.run(listen("desk:1"))  # of a release that did not say who it is


def test_nobody_is_left_listening_after_they_went():
    async def listen():
        with live.subscribe("desk:1"):
            pass

    asyncio.run(listen())
    live.ring("desk:1")

    assert "desk:1" not in live._listeners


def test_processes_hear_each_other_through_postgresql(database):
    if database.is_sqlite:
        pytest.skip("SQLite has no such line; one process is enough there")
    url = database.engine.url.render_as_string(hide_password=False)
    stop = threading.Event()
    ear = threading.Thread(target=live.listen, args=(url, stop))
    ear.start()
    time.sleep(0.5)

    def publish_elsewhere():
        from sqlalchemy import create_engine, text

        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_notify('afterglow', 'desk:9')"))
        engine.dispose()

    try:
        assert heard(publish_elsewhere, "desk:9", within=3)
    finally:
        stop.set()
        ear.join()


def test_who_listens_on_postgresql_comes_back_after_the_line_was_cut(database):
    if database.is_sqlite:
        pytest.skip("SQLite has no such line")
    from sqlalchemy import create_engine, text

    url = database.engine.url.render_as_string(hide_password=False)
    engine = create_engine(url)
    stop = threading.Event()
    ear = threading.Thread(target=live.listen, args=(url, stop))
    ear.start()
    time.sleep(0.5)

    def cut_and_publish():
        with engine.begin() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE query LIKE 'LISTEN%' AND datname = current_database()"
                )
            )

    try:
        # Coming back, it rings everybody: something may have been published meanwhile.
        assert heard(cut_and_publish, "desk:9", within=5)
    finally:
        stop.set()
        ear.join()
        engine.dispose()
