"""A page's addresses are those that the router itself would give."""

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, NoMatchFound, Route

from app.web.addresses import Addresses


async def _there(_):
    raise AssertionError("nobody goes there")


@pytest.fixture
def house():
    rooms = [Route("/rooms/{id}/{part}", _there, name="room")]
    return Starlette(
        routes=[
            Route("/", _there, name="home"),
            Route("/visits/{id}", _there, name="visit"),
            Route("/pages/{number:int}", _there, name="numbered"),
            Route("/files/{path:path}", _there, name="file"),
            Mount("/clinic", routes=rooms, name="console"),
        ]
    )


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("home", {}),
        ("visit", {"id": "a{b}c"}),
        ("numbered", {"number": 7}),
        ("file", {"path": "css/page.css"}),
        ("console:room", {"part": "left", "id": "1"}),
        ("console:room", {"id": "left", "part": "1"}),
    ],
)
def test_an_address_is_the_routers_the_first_time_and_ever_after(house, name, path):
    addresses = Addresses(house)

    assert {addresses(name, **path) for _ in range(3)} == {str(house.url_path_for(name, **path))}


@pytest.mark.parametrize(
    ("name", "path"), [("nowhere", {}), ("visit", {}), ("visit", {"id": "1", "more": "2"})]
)
def test_what_the_router_does_not_know_has_no_address(house, name, path):
    addresses = Addresses(house)

    for _ in range(2):
        with pytest.raises(NoMatchFound):
            addresses(name, **path)


@pytest.mark.parametrize("value", ["", "1/2"])
def test_a_value_never_makes_another_address(house, value):
    addresses = Addresses(house)
    addresses("visit", id="1")

    with pytest.raises(NoMatchFound):
        addresses("visit", id=value)
