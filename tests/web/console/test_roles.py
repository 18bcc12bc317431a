"""What stands before each console address: for whom it is, and how much may be sent there."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from app.people.models import Practitioner, Role
from app.web.console import roles


async def page(request):
    asks = callable(getattr(request.state, "refuse", None))
    return PlainTextResponse(f"{asks} {len(await request.body())}")


def test_only_what_lies_behind_signing_in_asks_for_a_role():
    files = Mount("/files", routes=[])
    way_in = Route("/clinic/sign-in", page, name="sign-in")
    behind = Route("/clinic", page, name="today")

    kept = roles.enforced([files, way_in, behind])

    assert kept[:2] == [files, way_in]
    assert kept[0] is files
    assert kept[1] is way_in
    assert kept[2] is not behind
    assert (kept[2].path, kept[2].name) == ("/clinic", "today")


def test_an_address_asks_for_a_role_and_keeps_its_own_limit():
    routes = [
        Route("/now", page, name="now"),
        Route("/large", page, methods=["POST"], name="take-schedule", max_body_size=400_000),
    ]
    client = TestClient(Starlette(routes=roles.enforced(routes), max_body_size=65_536))

    assert client.get("/now").text == "True 0"
    assert client.post("/large", content=b"x" * 300_000).text == "True 300000"
    assert client.post("/large", content=b"x" * 400_001).status_code == 413


@pytest.mark.parametrize("role", Role)
def test_an_administrator_is_one_and_nobody_else_is(role):
    request = Request({"type": "http", "state": {"practitioner": Practitioner(role=role)}})

    assert roles.is_administrator(request) is (role is Role.ADMINISTRATOR)
