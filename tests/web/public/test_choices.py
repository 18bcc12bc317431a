import pytest

from app.web.pages import LANGUAGE_COOKIE, MOOD_COOKIE


@pytest.mark.parametrize(("on", "mood"), [("1", "gentle"), ("0", "plain"), ("", "plain")])
def test_gentle_light_is_kept_on_this_device(client, cast, on, mood):
    response = client.post("/gentle", data={"on": on, "to": "/sign-in"})

    assert (response.status_code, response.headers["location"]) == (303, "/sign-in")
    assert response.headers["set-cookie"].startswith(f"{MOOD_COOKIE}={mood};")


def test_the_page_comes_back_in_the_light_and_language_that_were_chosen(client, cast):
    client.post("/gentle", data={"on": "1"})
    client.post("/language", data={"language": "es"})

    words = client.get("/sign-in").text

    assert 'data-mood="gentle"' in words
    assert '<html lang="es"' in words


@pytest.mark.parametrize("language", ["", "de", "xx-YY", "../../etc", "e" * 400])
def test_a_language_we_do_not_have_changes_nothing(client, cast, language):
    response = client.post("/language", data={"language": language})

    assert response.status_code == 303
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("to", ["//evil.test", "https://evil.test", "/a\r\nX: y", "", "/\\evil"])
@pytest.mark.parametrize("path", ["/gentle", "/language"])
def test_a_choice_never_leads_away_from_the_clinic(client, cast, path, to):
    response = client.post(path, data={"on": "1", "language": "es", "to": to})

    assert response.headers["location"] == "/"


def test_a_choice_leaves_no_trace_in_the_clinic(client, cast, database):
    from sqlalchemy import func, select

    from app.access.models import WebSession

    client.post("/gentle", data={"on": "1"})
    client.post("/language", data={"language": "es"})

    with database.session(write=False) as db:
        assert db.scalar(select(func.count(WebSession.id))) == 0


def test_a_cookie_that_somebody_made_up_is_harmless(client, cast):
    for value in ("<script>", "gentle;x", "x" * 3000):
        words = client.get("/sign-in", headers={"cookie": f"{MOOD_COOKIE}={value}"}).text
        assert "<script>" not in words
        assert LANGUAGE_COOKIE not in words
