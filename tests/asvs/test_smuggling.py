"""A request ends where everybody between us says that it ends, or it is none."""

import re

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.serving.conftest import HURRIED, Served

HIDDEN = "GET /hidden HTTP/1.1\r\nHost: here\r\n\r\n"
HEAD = "POST /seen HTTP/1.1\r\nHost: here\r\n"
# Each could end in two places. What a proxy takes for a body must never be a request to us.
TWO_ENDS = {
    "length and chunks": f"{HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": f"{HEAD}Content-Length: 0\r\nContent-Length: {len(HIDDEN)}\r\n\r\n",
    "lengths in a list": f"{HEAD}Content-Length: 0, {len(HIDDEN)}\r\n\r\n",
    "a length with a sign": f"{HEAD}Content-Length: +0\r\n\r\n",
    "a negative length": f"{HEAD}Content-Length: -1\r\n\r\n",
    "a length in hex": f"{HEAD}Content-Length: 0x0\r\n\r\n",
    "an unknown coding": f"{HEAD}Transfer-Encoding: xchunked\r\n\r\n",
    "chunks not last": f"{HEAD}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a name with a space": f"{HEAD}Content-Length : {len(HIDDEN)}\r\n\r\n",
    "a folded line": f"{HEAD}X-One: a\r\n b\r\nContent-Length: 0\r\n\r\n",
    "a chunk that is no number": f"{HEAD}Transfer-Encoding: chunked\r\n\r\nG\r\n\r\n",
    "a chunk with a sign": f"{HEAD}Transfer-Encoding: chunked\r\n\r\n-0\r\n\r\n",
    "a nought in a name": f"{HEAD}Content\0-Length: 0\r\n\r\n",
    "no colon": f"{HEAD}Content-Length 0\r\n\r\n",
}


@pytest.fixture(scope="module")
def house():
    asked = []

    async def hidden(request: Request) -> PlainTextResponse:
        asked.append(request.url.path)
        return PlainTextResponse("hidden")

    async def seen(request: Request) -> PlainTextResponse:
        await request.body()
        return PlainTextResponse("seen")

    routes = [Route("/hidden", hidden), Route("/seen", seen, methods=["POST"])]
    with Served(Starlette(routes=routes), HURRIED) as served:
        served.asked = asked
        yield served


@pytest.mark.parametrize("how", TWO_ENDS)
def test_asvs_4_2_1_a_request_with_two_ends_is_refused_and_ends_its_connection(house, how):
    answers = house.answer((TWO_ENDS[how] + HIDDEN).encode())

    assert house.asked == []
    assert re.findall(rb"HTTP/1\.1 (\d+)", answers) == [b"400"]
