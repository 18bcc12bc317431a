import re

import pytest
from starlette.routing import Route

from app.web.guards import anyone
from app.web.middleware.headers import permissions


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


def all_say(answers, name):
    """One header of every answer, by what was asked."""
    assert len({answer.status_code for answer in answers.values()}) >= 10
    return {kind: answer.headers.get(name, "") for kind, answer in answers.items()}


def test_asvs_3_4_1_a_browser_that_came_once_comes_by_https_alone(answers):
    for kind, said in all_say(answers, "strict-transport-security").items():
        assert int(re.search(r"max-age=(\d+)", said)[1]) >= 31536000, kind
        assert "includeSubDomains" in said, kind


def test_asvs_3_4_2_no_other_site_may_read_an_answer(answers):
    for kind, answer in answers.items():
        assert not [name for name in answer.headers if name.startswith("access-control")], kind


def test_asvs_3_4_3_every_answer_says_what_its_page_may_load(answers):
    for kind, policy in all_say(answers, "content-security-policy").items():
        assert "default-src 'none'" in policy, kind
        assert "require-trusted-types-for 'script'" in policy, kind
        assert "unsafe" not in policy, kind
        assert "http" not in policy, kind


def test_asvs_3_4_4_no_browser_guesses_what_an_answer_is(answers):
    assert set(all_say(answers, "x-content-type-options").values()) == {"nosniff"}


def test_asvs_3_4_5_no_other_site_hears_where_somebody_was(answers):
    said = all_say(answers, "referrer-policy")

    assert set(said.values()) == {"same-origin", "no-referrer"}
    assert said["landing"] == "no-referrer"


def test_asvs_3_4_6_no_page_stands_in_another_sites_frame(answers):
    for kind, policy in all_say(answers, "content-security-policy").items():
        assert "frame-ancestors 'none'" in policy, kind


def test_asvs_3_4_8_no_other_site_holds_on_to_a_window_of_ours(answers):
    assert set(all_say(answers, "cross-origin-opener-policy").values()) == {"same-origin"}


def test_asvs_3_5_8_no_other_site_builds_an_answer_into_its_pages(answers):
    assert set(all_say(answers, "cross-origin-resource-policy").values()) == {"same-origin"}


def test_every_answer_says_what_may_be_used_and_kept_and_not_who_serves(answers):
    for kind, answer in answers.items():
        assert answer.headers["permissions-policy"], kind
        assert answer.headers["cache-control"], kind
        assert "server" not in answer.headers, kind


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
