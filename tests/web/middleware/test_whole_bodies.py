"""What comes in is taken in first; together it has so much room and no more."""

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from app.web.forms import read_form
from app.web.middleware import whole_bodies
from app.web.middleware.whole_bodies import Room


async def _take(request):
    return PlainTextResponse(f"took {len(await request.body())}")


@pytest.fixture
def house(monkeypatch):
    routes = [
        Route("/small", _take, methods=["POST"]),
        Mount("/deep", routes=[Route("/large", _take, methods=["POST"], max_body_size=400_000)]),
    ]
    monkeypatch.setattr(whole_bodies, "room", Room(150_000))
    whole_bodies.first(whole_bodies.first(routes))
    return TestClient(Starlette(routes=routes, max_body_size=65_536))


def test_each_address_has_its_own_limit(house):
    assert house.post("/small", content=b"x" * 65_536).text == "took 65536"
    assert house.post("/small", content=b"x" * 65_537).status_code == 413
    assert house.post("/deep/large", content=b"x" * 140_000).text == "took 140000"


def test_what_finds_no_room_may_come_back_and_finds_it_when_others_are_done(house):
    answer = house.post("/deep/large", content=b"x" * 200_000)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    for _ in range(3):
        assert house.post("/deep/large", content=b"x" * 140_000).status_code == 200


def test_a_small_one_always_finds_room(house):
    with pytest.raises(HTTPException):
        whole_bodies.room.take(150_001)
    whole_bodies.room.take(150_000)

    assert house.post("/small", content=b"x" * 60_000).status_code == 200


def test_a_body_that_was_taken_in_is_read_without_asking_for_it_again():
    def take(request):
        whole_bodies.of(request)
        return PlainTextResponse(f"{whole_bodies.of(request)!r} {read_form(request)['name']}")

    routes = whole_bodies.first([Route("/", take, methods=["POST"])])
    with TestClient(Starlette(routes=routes)) as client:
        assert client.post("/", data={"name": "Maya"}).text == "b'name=Maya' Maya"


def test_a_body_that_nobody_took_in_is_waited_for():
    def take(request):
        return PlainTextResponse(whole_bodies.of(request).decode())

    with TestClient(Starlette(routes=[Route("/", take, methods=["POST"])])) as client:
        assert client.post("/", content=b"late").text == "late"
