"""The pages can be kept as an app: a manifest that browsers take, and the way in pictures."""

import io

import pytest
from PIL import Image

APPLE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 16; Pixel 9) Chrome/150 Mobile Safari/537.36"


@pytest.fixture
def manifest(client):
    def manifest(language="en-US"):
        return client.get("/manifest.webmanifest", headers={"accept-language": language})

    return manifest


def test_it_has_what_makes_a_browser_offer_an_app(manifest):
    answer = manifest()
    said = answer.json()

    assert answer.headers["content-type"] == "application/manifest+json"
    assert said["id"] == said["start_url"] == said["scope"] == "/"
    assert said["display"] == "standalone"
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in said["icons"]}
    assert [icon["sizes"] for icon in said["icons"] if icon.get("purpose") == "maskable"] == [
        "512x512"
    ]


def test_every_icon_is_there_and_as_large_as_it_says(manifest, client):
    for icon in manifest().json()["icons"]:
        body = client.get(icon["src"])
        size = Image.open(io.BytesIO(body.content)).size
        assert f"{size[0]}x{size[1]}" == icon["sizes"]


def test_shortcuts_lead_to_writing_and_to_help(manifest, client):
    places = [shortcut["url"] for shortcut in manifest().json()["shortcuts"]]

    assert places == ["/journal/write", "/safety"]
    assert client.get("/safety").status_code == 200


def test_nothing_in_it_says_what_kind_of_clinic(manifest):
    said = manifest().text.lower()

    for word in ("ketamine", "infusion", "therapy", "clinic", "treatment"):
        assert word not in said


def test_it_is_the_same_for_everybody_who_speaks_one_language(manifest, signed_in, cast):
    own = signed_in(cast.maya).get("/manifest.webmanifest", headers={"accept-language": "en-US"})

    assert own.content == manifest().content
    assert manifest("es-MX").json()["lang"] == "es"
    assert manifest("es-MX").headers["vary"].startswith("Accept-Language")


def test_patients_pages_name_it_and_the_console_does_not(signed_in, cast, client, desk):
    assert 'rel="manifest"' in signed_in(cast.maya).get("/").text
    assert 'rel="manifest"' in client.get("/sign-in").text
    assert 'rel="manifest"' not in desk.get("/clinic/").text
    assert 'rel="apple-touch-icon"' in client.get("/sign-in").text


def test_a_phone_is_shown_its_own_steps(client):
    apple = client.get("/install", headers={"user-agent": APPLE}).text
    android = client.get("/install", headers={"user-agent": ANDROID}).text
    computer = client.get("/install", headers={"user-agent": "curl"}).text

    assert 'id="apple"' in apple
    assert 'id="android"' not in apple
    assert 'id="android"' in android
    assert 'id="apple"' not in android
    assert 'id="apple"' in computer
    assert 'id="android"' in computer
    assert apple.count("install__picture") == 3
