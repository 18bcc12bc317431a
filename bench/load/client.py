"""The people outside, as a process of its own: begins each act at its moment, whatever is answered.

    python -m bench.load.client < job.json > outcome.json

Open loop: nobody who comes waits for those before. A late answer counts from the moment at which
its act was meant to begin, and so does a client that is late itself; `lag` says how late it was.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

from bench.load.acts import ACTS, Wrong
from bench.load.world import World
from bench.reliability.lines import Line
from bench.reliability.morning import _call, _Marks

_PATIENCE = 30.0
_PING_EVERY = 10.0


async def act_out(
    arrivals: Sequence[tuple[float, str]], world: World, followers: int = 0, at_once: int = 0
) -> list[float]:
    """Begin every act at its moment; how late each was begun. Ends with the last answer.

    `at_once`: so many at a time instead, each as soon as one before is done.
    """
    desks = [asyncio.create_task(_follow(world, world.next("desks"))) for _ in range(followers)]
    pings = asyncio.create_task(_ping(world.waiting))
    if at_once:
        left, late = iter([kind for _, kind in arrivals]), []
        await asyncio.gather(*(_one_by_one(world, left) for _ in range(at_once)))
    else:
        late = await _at_their_moments(world, arrivals)
    for task in (*desks, pings):
        task.cancel()
    await asyncio.gather(*desks, pings, return_exceptions=True)
    await world.close()
    return late


async def _at_their_moments(world: World, arrivals: Sequence[tuple[float, str]]) -> list[float]:
    began, late, acts = time.perf_counter(), [], []
    for at, kind in arrivals:
        if (left := began + at - time.perf_counter()) > 0:
            await asyncio.sleep(left)
        late.append(time.perf_counter() - began - at)
        acts.append(asyncio.create_task(_act(world, kind, began + at)))
    await asyncio.gather(*acts)
    return late


async def _one_by_one(world: World, kinds: Iterator[str]) -> None:
    for kind in kinds:
        await _act(world, kind, time.perf_counter())


async def _act(world: World, kind: str, began: float) -> None:
    try:
        async with asyncio.timeout_at(asyncio.get_running_loop().time() + _PATIENCE):
            await ACTS[kind](world, began)
    except (Wrong, OSError, ValueError, KeyError, IndexError, WebSocketException) as error:
        world.errors[f"{kind}: {error if isinstance(error, Wrong) else type(error).__name__}"] += 1


async def _ping(waiting: Sequence[ClientConnection]) -> None:
    """As pages in a waiting room do: they say that they are there."""
    while True:
        await asyncio.sleep(_PING_EVERY)
        for page in list(waiting):
            with suppress(WebSocketException):
                await page.send('{"type":"ping"}')


async def _follow(world: World, cookie: str) -> None:
    """A board that is left open: whenever it hears of a change, it asks what."""
    url, marks = world.chance.choice(world.urls), _Marks()
    mine = {"cookie": cookie}
    line, desk = Line(url), await _call(url, "/clinic/live", mine)
    try:
        marks.take((await line.ask("GET", "/clinic/", mine)).body.decode())
        while True:
            await desk.recv()
            began = time.perf_counter()
            rest: str | None = ""
            asked = {"hx-request": "true", "sec-fetch-dest": "empty"}
            while rest is not None:
                told = mine | asked | {"x-have": marks.told(), "x-rest": rest or ""}
                heard = await line.ask("GET", "/clinic/now", told)
                rest = marks.take(heard.body.decode()) if heard.status == 200 else None
            world.note("change", began)
    finally:
        await desk.close()
        await line.close()


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Do a job's acts; seconds of each kind, errors, how late the client was, what it computed."""
    world = World(job, random.Random(job["seed"]))
    began, used = time.perf_counter(), time.process_time()
    how = (job.get("followers", 0), job.get("at_once", 0))
    late = asyncio.run(act_out(job["arrivals"], world, *how))
    return {
        "taken": world.taken,
        "errors": dict(world.errors),
        "late": late,
        "cpu": time.process_time() - used,
        "seconds": time.perf_counter() - began,
    }


def main() -> None:
    """Read a job, do it, say what came of it."""
    print(json.dumps(outcome(json.load(sys.stdin))))


if __name__ == "__main__":
    main()
