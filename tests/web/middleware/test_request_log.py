import re

import structlog

FIELDS = {"event", "log_level", "method", "route", "status", "ms"}


def lines_of(client, method, path, **more):
    with structlog.testing.capture_logs() as lines:
        client.request(method, path, **more)
    return [line for line in lines if line["event"] == "request"]


def test_a_request_is_one_line_with_its_route_and_no_ids(client, cast):
    [line] = lines_of(client, "GET", f"/visits/{cast.integration_visit.id}?name=Maya")

    assert set(line) <= FIELDS
    assert (line["method"], line["route"], line["status"]) == ("GET", "/visits/{id}", 403)
    assert isinstance(line["ms"], float)


def test_an_address_that_is_none_leaves_nothing_of_itself(client, cast):
    for path in (
        "/+13125550142",
        "/j/SECRETTOKEN",
        "/clinic/patients/Maya",
        "/clinic/find/Maya/Osei",
        "/fhir/R4//Patient/Maya",
    ):
        [line] = lines_of(client, "GET", path)

        assert not re.search("5550142|SECRET|Maya", repr(line))


def test_what_a_visitor_says_about_themselves_is_not_logged(client, cast):
    said = {
        "user-agent": "Maya's phone",
        "referer": "https://example.org/Maya",
        "x-forwarded-for": "203.0.113.7",
        "cookie": "a=Maya",
    }

    lines = lines_of(client, "GET", "/sign-in", headers=said)

    assert not re.search(r"Maya|203\.0", repr(lines))


def test_files_are_not_worth_a_line(client, app):
    assert lines_of(client, "GET", app.state.assets("css/patient.css")) == []


def test_a_probe_is_worth_a_line_only_when_something_is_wrong(client, app, cast):
    assert lines_of(client, "GET", "/healthz") == []

    app.state.leaving = True

    [line] = lines_of(client, "GET", "/readyz")
    assert (line["route"], line["status"]) == ("/readyz", 503)
