import re

import pytest
from starlette.routing import Route

from app.web.guards import anyone
from app.web.headers import permissions


@anyone
def crash(request, db):
    raise RuntimeError


@pytest.fixture
def answers(app, browser, cast, signed_in, link_to):
    """One answer of every kind that leaves the house."""
    app.router.routes.insert(0, Route("/crash", crash))
    page, strange = browser(), browser()
    asset = app.state.assets("css/patient.css")
    _, token = link_to()
    cross = {"sec-fetch-site": "cross-site"}
    return {
        "home": signed_in(cast.maya).get("/"),
        "redirect": page.get("/"),
        "landing": page.get("/j"),
        "not modified": page.get("/j", headers={"if-none-match": page.get("/j").headers["etag"]}),
        "exchange": page.post("/x", json={"t": token, "kind": "join"}),
        "unknown": page.post("/x", json={"t": "x", "kind": "join"}),
        "form": page.post("/gentle", data={"on": "1"}),
        "too large": page.post("/gentle", content=b"x" * 100_000),
        "wrong type": page.post("/x", content=b"x"),
        "wrong method": page.post("/j"),
        "missing": page.get("/nothing"),
        "crash": page.get("/crash"),
        "cross-site": page.post("/gentle", headers=cross),
        "asset": page.get(asset),
        "missing asset": page.get("/static/nothing.css"),
        "asset by post": page.post(asset),
        "no session": page.get(f"/visits/{cast.integration_visit.id}"),
        "other host": strange.get("/", headers={"host": "evil.test"}),
        "alive": page.get("/healthz"),
        "ready": page.get("/readyz"),
        "metrics": page.get("/metrics"),
        "hook": page.post("/hooks/twilio/status/1"),
        "fhir": page.get("/fhir/R4/Patient"),
        "safety": page.post("/safety"),
        "slash": page.get("/safety/"),
    }


def test_every_answer_carries_the_headers(answers):
    assert len({answer.status_code for answer in answers.values()}) >= 10
    for kind, answer in answers.items():
        headers = answer.headers
        csp = headers.get("content-security-policy", "")
        assert "default-src 'none'" in csp, kind
        assert "require-trusted-types-for 'script'" in csp, kind
        assert "frame-ancestors 'none'" in csp, kind
        assert "unsafe" not in csp, kind
        assert "http" not in csp, kind
        assert headers["x-content-type-options"] == "nosniff", kind
        assert headers["cross-origin-opener-policy"] == "same-origin", kind
        assert headers["cross-origin-resource-policy"] == "same-origin", kind
        assert int(re.search(r"max-age=(\d+)", headers["strict-transport-security"])[1]) >= 31536000
        assert headers["referrer-policy"] in ("same-origin", "no-referrer"), kind
        assert headers["permissions-policy"], kind
        assert headers["cache-control"], kind
        assert not [name for name in headers if name.startswith("access-control")], kind
        assert "server" not in headers, kind


def test_asvs_14_3_2_only_files_that_never_change_and_links_pages_are_stored(answers):
    stored = {
        kind for kind, answer in answers.items() if answer.headers["cache-control"] != "no-store"
    }

    assert stored == {"asset", "landing", "not modified"}
    assert "immutable" in answers["asset"].headers["cache-control"]


def test_asvs_4_1_1_every_answer_with_words_names_its_alphabet(answers):
    for kind, answer in answers.items():
        media_type = answer.headers.get("content-type", "")
        if answer.content and media_type.startswith("text/"):
            assert "charset=utf-8" in media_type, kind


def test_asvs_3_3_1_3_3_3_3_3_4_every_cookie_is_for_this_host_alone(answers):
    cookies = [c for answer in answers.values() for c in answer.headers.get_list("set-cookie")]

    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
        assert "Path=/;" in cookie
        assert "Domain" not in cookie
        assert re.search(r"(?i)samesite=(lax|strict)", cookie)


@pytest.mark.parametrize(
    ("path", "camera", "microphone"),
    [
        ("/j", True, True),
        ("/i", True, True),
        ("/w", False, True),
        ("/s", False, False),
        ("/visits/1", True, True),
        ("/clinic/visits/1", True, True),
        ("/journal", False, True),
        ("/journal/write", False, True),
        ("/", False, False),
        ("/jx", False, False),
        ("/clinic/", False, False),
        ("/safety", False, False),
        ("/visitsx", False, False),
        ("/sign-in", False, False),
    ],
)
def test_camera_and_microphone_are_there_only_where_somebody_talks(path, camera, microphone):
    policy = permissions(path)

    assert ("camera=(self)" in policy) is camera
    assert ("microphone=(self)" in policy) is microphone
    assert "geolocation=()" in policy
