"""Sorted by where they begin, routes are found as if all had been tried in their order."""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, Router
from starlette.testclient import TestClient

from app.web.signposts import Signposts

PATTERNS = [
    ("/", "GET"),
    ("/intake/{task}/check", "GET"),
    ("/{any}/{thing}/check", "GET"),
    ("/intake/{task}/{step}", "GET"),
    ("/intake/{task}/{step}", "POST"),
    ("/visits/{id}", "GET"),
    ("/{page}", "GET"),
    ("/visits", "POST"),
]
ADDRESSES = [
    "/",
    "//",
    "//visits/1",
    "/intake/1/check",
    "/intake/1/s2",
    "/intake/1",
    "/intake/",
    "/visits/1",
    "/visits",
    "/visits/",
    "/other/1/check",
    "/clinic",
    "/clinic/",
    "/clinic/visits/1",
    "/clinic/nowhere/at/all",
    "/nowhere/at/all",
]


def _said(kind):
    def route(pattern, method):
        async def said(request):
            return PlainTextResponse(f"{method} {pattern} {sorted(request.path_params.items())}")

        return Route(pattern, said, methods=[method])

    inside = kind([route("/visits/{id}", "GET"), route("/{page}", "GET")])
    routes = [route(*each) for each in PATTERNS]
    app = Starlette()
    app.router = kind([*routes[:4], Mount("/clinic", app=inside), *routes[4:]])
    client = TestClient(app, follow_redirects=False)
    answers = [
        (method, path, client.request(method, path))
        for path in ADDRESSES
        for method in ("GET", "HEAD", "POST", "PUT")
    ]
    return [
        (method, path, answer.status_code, answer.text, answer.headers.get("location"))
        for method, path, answer in answers
    ]


def test_every_address_is_answered_as_by_a_router_that_tries_all():
    assert _said(Signposts) == _said(Router)


@pytest.mark.parametrize("path", ["/intake/1/s2", "/clinic/visits/1"])
def test_what_begins_otherwise_is_not_tried(path):
    tried = []

    class Noted(Route):
        def matches(self, scope):
            tried.append(self.path)
            return super().matches(scope)

    async def said(_request):
        return PlainTextResponse("said")

    routes = [Noted(pattern, said) for pattern in ("/start", "/intake/{task}/{step}", "/start/{x}")]
    inside = Signposts([Noted("/patients/{id}", said), Noted("/visits/{id}", said)])
    app = Signposts([*routes, Mount("/clinic", app=inside)])

    assert TestClient(app).get(path).text == "said"
    assert len(tried) == 1
