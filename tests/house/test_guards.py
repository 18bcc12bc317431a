"""Every address is for somebody: its endpoint wears exactly one guard."""

import inspect

import pytest
from starlette.routing import Mount, Route, WebSocketRoute

from app.web import site

AUDIENCES = {
    "anyone",
    "patient",
    "reading",
    "visit",
    "intake",
    "intake_rested",
    "journal",
    "session",
    "guest",
    "escort",
    "staff",
    "api_key",
    "twilio",
}
# They read no row and know nobody: no transaction to open, no guard to wear.
WITHOUT_GUARD = {
    "landing-join",
    "landing-intake",
    "landing-write",
    "landing-sign-in",
    "landing-escort",
    "landing-guest",
    "journal-shell-en",
    "journal-shell-es",
    "manifest",
    "alive",
    "offline",
    "offline-safety",
    "safety-words",
    "service-worker",
    "static",
}
# Open to anybody on the net. A new one is a decision: it is written here, or it wears a guard.
PUBLIC = {
    "exchange",
    "exchange-claim",
    "choose-light",
    "choose-language",
    "not-safe",
    "safety",
    "safety-alert",
    "privacy",
    "session-shell",
    "install",
    "ready",
    "console:needed-under-cover",  # how many, to the browser whose desk lies covered
    "metrics",
    "fhir:metadata",
}
# The ways in and out: each begins with one of these names.
WAYS_IN = (
    "sign-in",
    "sign-out",
    "start",
    "send-code",
    "check-code",
    "check-birth-date",
    "invitation",
    "passkey",
    "console:sign-in",
    "console:sign-out",
    "console:passkey",
)


def _flat(routes, prefix=""):
    for route in routes:
        if isinstance(route, Mount):
            yield from _flat(route.routes, f"{prefix}{route.name}:" if route.name else prefix)
        elif isinstance(route, Route | WebSocketRoute):
            yield f"{prefix}{route.name}", route


ROUTES = dict(_flat(site.routes()))
PAGES = {name: route for name, route in ROUTES.items() if isinstance(route, Route)}
GUARDED = {
    name: route.endpoint.audience
    for name, route in PAGES.items()
    if hasattr(route.endpoint, "audience")
}


def test_the_site_has_its_pages():
    assert len(PAGES) > 30


def test_no_two_addresses_share_a_name():
    names = [name for name, _ in _flat(site.routes())]

    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_every_endpoint_wears_a_guard_but_those_that_read_nothing():
    assert set(PAGES) - set(GUARDED) == WITHOUT_GUARD


def test_a_guard_is_one_of_those_we_know():
    assert set(GUARDED.values()) <= AUDIENCES


@pytest.mark.parametrize("name", sorted(GUARDED))
def test_an_endpoint_wears_one_guard_and_not_two(name):
    endpoint = PAGES[name].endpoint
    layers = [endpoint]
    while hasattr(layers[-1], "__wrapped__"):
        layers.append(layers[-1].__wrapped__)

    assert layers[1:]  # or whatever is underneath could not be seen
    # Around it errors may be answered, within it a role asked for; never a second guard.
    made_by_guards = [layer.__code__.co_filename.endswith("web/guards.py") for layer in layers]
    assert made_by_guards.count(True) == 1
    assert not inspect.iscoroutinefunction(endpoint)


def test_what_is_open_to_anybody_stands_on_a_short_list():
    public = {name for name, audience in GUARDED.items() if audience == "anyone"}

    assert {name for name in public - PUBLIC if not name.startswith(WAYS_IN)} == set()


@pytest.mark.parametrize(
    ("begins", "audiences"),
    [
        ("/clinic/", {"staff", "anyone"}),
        ("/fhir/", {"api_key", "anyone"}),
        ("/visits/", {"visit"}),
        ("/intake/", {"intake", "intake_rested"}),
    ],
)
def test_an_audience_is_a_folder_of_addresses(begins, audiences):
    found = {
        GUARDED[f"{mount.name}:{route.name}"]
        for mount in site.routes()
        if isinstance(mount, Mount) and f"{mount.path}/".startswith(begins)
        for route in mount.routes
        if isinstance(route, Route)
    } | {
        GUARDED[route.name]
        for route in site.routes()
        if isinstance(route, Route) and route.path.startswith(begins)
    }

    assert found <= audiences
