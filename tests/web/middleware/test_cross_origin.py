import pytest
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

OURS = "https://afterglow.test"


def post(browser, path="/gentle", **headers):
    page = browser()
    page.headers.pop("sec-fetch-site")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return page.post(path, data={"on": "1"}, headers=named)


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "same-origin", "origin": OURS}, True),
        ({"origin": OURS}, True),
        ({}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"sec_fetch_site": ""}, False),
        ({"sec_fetch_site": "cross-site", "origin": OURS}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"origin": "https://evil.test"}, False),
        ({"origin": "http://afterglow.test"}, False),
        ({"origin": "https://afterglow.test:8443"}, False),
        ({"origin": "https://afterglow.test.evil.test"}, False),
        ({"origin": "https://evil.test/https://afterglow.test"}, False),
        ({"referer": OURS + "/"}, False),
    ],
)
def test_asvs_3_5_1_a_change_comes_from_our_own_pages_or_not_at_all(browser, cast, headers, taken):
    response = post(browser, **headers)

    assert (response.status_code == 303) is taken
    if not taken:
        assert response.status_code == 403
        assert response.text == "This request came from another site."
        assert "set-cookie" not in response.headers


@pytest.mark.parametrize("path", ["/x", "/x/claim", "/safety", "/language", "/nothing"])
def test_another_sites_page_changes_nothing_anywhere(browser, cast, everything, path):
    before = everything()

    assert post(browser, path, sec_fetch_site="cross-site").status_code == 403
    assert everything() == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "FOO"])
def test_no_other_method_slips_by(browser, cast, method):
    page = browser()
    page.headers["sec-fetch-site"] = "cross-site"

    assert page.request(method, "/gentle").status_code == 403


def test_looking_is_allowed_from_anywhere(browser, cast):
    page = browser()
    page.headers["sec-fetch-site"] = "cross-site"

    assert page.get("/j").status_code == 200
    assert page.head("/j").status_code == 200
    assert page.options("/j").status_code == 405  # no page of ours answers it, as at our own


def test_who_brings_their_own_proof_needs_no_page_of_ours(browser, cast):
    assert post(browser, "/hooks/twilio/status/1").status_code == 403
    assert "another site" not in post(browser, "/hooks/twilio/status/1").text
    assert "another site" not in post(browser, "/fhir/R4/Patient").text


@pytest.mark.parametrize("path", ["/hooksx", "/HOOKS/twilio", "/fhirx", "/demo/clock"])
def test_no_other_address_counts_as_bringing_its_own_proof(browser, cast, path):
    assert post(browser, path, sec_fetch_site="cross-site").status_code == 403


@pytest.mark.parametrize("origin", [None, "null", "https://evil.test", "http://afterglow.test"])
def test_asvs_4_4_2_a_socket_from_another_page_is_refused_before_it_opens(browser, cast, origin):
    headers = {"origin": origin} if origin else {}

    def knock():
        with browser().websocket_connect(
            f"wss://afterglow.test/visits/{cast.integration_visit.id}/line", headers=headers
        ):
            pass

    with pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)) as refused:
        knock()
    assert getattr(refused.value, "code", 1008) == 1008


def test_where_there_is_no_demo_its_address_is_none_that_a_script_may_use(browser, cast):
    assert "another site" in post(browser, "/demo/clock").text
