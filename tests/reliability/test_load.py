"""The load model: clinics come as clinics do, and whoever waits is counted from when they came."""

import asyncio
import math
import random
from collections import Counter

import pytest

from bench.load import costs, day, memory, places, steps
from bench.load.client import act_out
from bench.load.world import World
from bench.reliability.installation import Installation
from tests import databases

_SLOWLY = 0.05  # seconds for each of those who come at once


def test_a_day_has_its_peaks_when_visits_begin():
    coming = list(day.arrivals(8, since=0, seconds=day.DAY, chance=random.Random(7)))
    tens = Counter(int(each.at // 600) for each in coming)

    assert len(coming) == pytest.approx(8 * sum(day.ACTS.values()), rel=0.05)
    assert [hour for hour, _ in tens.most_common(2)] == [10 * 6, 8 * 6]
    assert tens[10 * 6] > 3 * tens[10 * 6 + 3]
    assert {each.kind for each in coming} == set(day.ACTS)


def test_twice_the_clinics_come_twice_as_often():
    assert day.rate(500) == pytest.approx(10 * day.rate(50))
    assert day.clinics_at(day.rate(50)) == pytest.approx(50)


def test_whoever_waits_for_others_is_counted_from_when_they_came():
    taken, late = asyncio.run(ten_at_once_where_one_is_served_at_a_time())

    assert len(taken) == 10
    assert max(taken) >= 9 * _SLOWLY
    assert max(late) < 9 * _SLOWLY, "nobody waited for an answer before they asked"


@pytest.mark.parametrize("limit", [3, 90, 130, 1000])
def test_the_highest_load_that_is_borne_is_found(limit):
    assert limit / 1.15 <= steps.highest(lambda load: load <= limit, 100) <= limit


def test_nothing_is_said_to_be_borne_that_was_not():
    assert steps.highest(lambda load: False, 100) == 0


def test_the_99th_of_a_hundred_is_one_that_was_there():
    taken = [number / 1000 for number in range(1, 101)]

    assert steps.percentile(taken, 0.99) == 99
    assert steps.percentile([0.005], 0.99) == 5


def test_memory_that_only_came_at_first_is_no_growth():
    at_first = [(acts, memory.Held(own, own, own)) for acts, own in ((0, 80), (1, 99), (2, 99))]

    assert memory.slope([*at_first, (1000, at_first[-1][1])]) == 0
    assert memory.slope([(1000 * at, memory.Held(0, 80 + at, 0)) for at in range(6)]) == 1


def test_everything_a_day_holds_is_done_and_answered(worker_id):
    kind = databases.chosen_kind()
    with Installation(kind, 1, patients=1, worker_id=worker_id) as clinic:
        job = places.job(clinic, places=1, patients=3, visits=6)
        world = World(job, random.Random(7))
        before = costs.size(clinic)

        asyncio.run(act_out([(0.05 * at, name) for at, name in enumerate(day.ACTS)], world, 1))

        assert costs.size(clinic) >= before > 0
    assert not world.errors
    assert set(world.taken) >= {"tap", "line", "page", "save", "entry", "piece", "offer", "signal"}
    assert set(world.taken) >= {"hook", "board", "read"}
    assert not any(math.isnan(seconds) for taken in world.taken.values() for seconds in taken)


async def ten_at_once_where_one_is_served_at_a_time():
    turn = asyncio.Lock()

    async def serve(reader, writer):
        while await reader.readuntil(b"\r\n\r\n"):
            async with turn:
                await asyncio.sleep(_SLOWLY)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    server = await asyncio.start_server(serve, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    job = {"urls": [f"http://127.0.0.1:{port}"], "hooks": {}, "keys": ["k"], "desks": ["d"]}
    world = World(job, random.Random(7))
    late = await act_out([(0.0, "read")] * 10, world)
    server.close()
    return world.taken["read"], late
