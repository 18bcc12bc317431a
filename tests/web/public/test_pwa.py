"""The service worker, and the pages that it keeps: the same for everybody, and all there."""

import json
import re

import pytest

from app.web.public import pwa


@pytest.fixture
def worker(client):
    return client.get("/sw.js")


@pytest.fixture
def shell(worker):
    """What the worker's text tells it to keep."""
    [said] = re.findall(r"const SHELL=JSON\.parse\((\".+?\")\)\n", worker.text)
    return json.loads(json.loads(said))


def test_the_worker_speaks_for_the_whole_site_and_is_asked_for_each_time(client, worker):
    assert worker.headers["content-type"] == "text/javascript; charset=utf-8"
    assert worker.headers["cache-control"] == "no-cache"
    again = client.get("/sw.js", headers={"if-none-match": worker.headers["etag"]})
    assert again.status_code == 304


def test_the_worker_may_fetch_from_us_and_nothing_else(worker):
    rules = worker.headers["content-security-policy"].split("; ")

    assert sorted(rules) == ["connect-src 'self'", "default-src 'none'", "script-src 'self'"]


def test_the_worker_is_one_script(worker):
    assert not re.search(r"^(import|export)\b", worker.text, re.MULTILINE)


def test_everything_that_it_keeps_is_there_without_a_cookie(client, shell):
    for file in shell["files"]:
        answer = client.get(file)
        assert answer.status_code == 200, file
        assert "set-cookie" not in answer.headers, file


def test_every_style_and_script_of_a_kept_page_is_kept_with_it(client, shell):
    for page in pwa.SHELLS:
        for asset in re.findall(r"/static/[^\"'\s]+", client.get(page).text):
            assert asset in shell["files"], (page, asset)


def test_a_kept_page_is_the_same_for_somebody_who_is_signed_in(client, cast, signed_in):
    bare = {page: client.get(page).content for page in pwa.SHELLS}
    theirs = signed_in(cast.maya)

    for page, body in bare.items():
        assert theirs.get(page).content == body, page
        for name in (cast.maya.given_name, cast.maya.family_name, cast.maya.phone):
            assert name.encode() not in body, page


def test_another_page_makes_another_version(client, shell):
    kept = client.app.state.landings
    kept.pop("/sw.js")
    kept["/w"] = kept["/w"].replace(b"One moment.", b"Just a moment.")
    [said] = re.findall(r"JSON\.parse\((\".+?\")\)\n", client.get("/sw.js").text)
    newer = json.loads(json.loads(said))

    assert newer["version"] != shell["version"]
    assert newer["files"] == shell["files"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "There is no signal right now."), ("es", "No hay señal en este momento.")],
)
def test_the_page_without_a_signal_says_so_and_leads_to_writing_and_to_help(client, language, said):
    page = client.get(f"/offline/{language}")

    assert said in page.text
    assert 'href="/journal/write"' in page.text
    assert 'action="/safety"' in page.text


def test_there_is_no_such_page_in_a_language_that_we_do_not_speak(client):
    assert client.get("/offline/fr").status_code == 404
