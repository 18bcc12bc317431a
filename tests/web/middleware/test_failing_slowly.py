"""A flood of failures is answered slowly; what succeeds beside it is not."""

import time

import anyio
import httpx2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.web.middleware.failing_slowly import FailingSlowly

SECONDS = 0.4


async def _found(_):
    return PlainTextResponse("found")


async def _too_large(_):
    return PlainTextResponse("too large", 413)


@pytest.fixture
def house():
    slow = Middleware(FailingSlowly, per_second=10, seconds=SECONDS)
    return Starlette(routes=[Route("/", _found)], middleware=[slow])


def test_guesses_wait_and_who_knows_the_way_does_not(house):
    async def took(client, path):
        began = time.monotonic()
        await client.get(path)
        return time.monotonic() - began

    async def morning():
        way = httpx2.ASGITransport(app=house)
        async with httpx2.AsyncClient(transport=way, base_url="http://clinic") as client:
            first = [await took(client, "/nowhere") for _ in range(10)]
            waited: list[float] = []
            async with anyio.create_task_group() as group:

                async def guess():
                    waited.append(await took(client, "/nowhere"))

                for _ in range(20):
                    group.start_soon(guess)
                await anyio.sleep(0.05)
                beside = await took(client, "/")
            return first, waited, beside

    first, waited, beside = anyio.run(morning)

    assert max(first) < SECONDS
    assert min(waited[-15:]) >= SECONDS * 0.9
    assert beside < min(waited[-15:])


def test_whoever_pours_is_refused_at_once_however_many_do():
    slow = Middleware(FailingSlowly, per_second=10, seconds=3600)
    house = Starlette(routes=[Route("/", _too_large)], middleware=[slow])

    async def pour():
        way = httpx2.ASGITransport(app=house)
        async with httpx2.AsyncClient(transport=way, base_url="http://clinic") as client:
            with anyio.fail_after(60):
                return [(await client.get("/")).status_code for _ in range(30)]

    assert set(anyio.run(pour)) == {413}
