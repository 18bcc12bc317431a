import re

import pytest

LANDINGS = ("/j", "/i", "/w", "/s", "/e", "/g")
# Those who fetch what stands in a text before anybody reads it.
BOTS = (
    "facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "WhatsApp/2.23.20.0 A",
    "TelegramBot (like TwitterBot)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Twitterbot/1.0",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0)",
    "Googlebot/2.1 (+http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0)",
    "Mozilla/5.0 AppleWebKit/600.2.5 (Applebot/0.1)",
    "Mozilla/5.0 (compatible; YandexBot/3.0)",
    "Google-PageRenderer Google (+https://developers.google.com)",
    "SkypeUriPreview Preview/0.5",
    "Mozilla/5.0 Microsoft Office SafeLinks",
    "BarracudaCentral/1.0",
    "Proofpoint URL Defense",
    "Mozilla/5.0 HeadlessChrome/120.0.0.0",
    "curl/8.4.0",
    "python-requests/2.31.0",
    "",
)


@pytest.fixture(params=LANDINGS)
def path(request):
    return request.param


def test_a_links_page_is_the_same_bytes_for_everybody(client, cast, signed_in, path):
    plain = client.get(path)

    assert plain.status_code == 200
    for asked in (
        client.get(path, headers={"accept-language": "es"}),
        client.get(path, headers={"cookie": "__Host-ag_lang=es; __Host-ag_mood=gentle"}),
        client.get(path + "?t=abc&utm_source=sms"),
        client.get(path, headers={"user-agent": BOTS[0], "hx-request": "true"}),
        client.get(path, headers={"accept": "application/json"}),
        signed_in(cast.maya).get(path),
    ):
        assert asked.status_code == 200
        assert asked.content == plain.content


def test_a_links_page_sets_no_cookie_and_reads_none(client, path):
    response = client.get(path, headers={"cookie": "__Host-ag_j=x; __Host-ag_b=y"})

    assert "set-cookie" not in response.headers
    assert "cookie" not in response.headers.get("vary", "").lower()


def test_a_links_page_names_no_clinic_and_no_person(client, cast, path):
    words = client.get(path).text

    assert not re.search(r"Northside|Lakeview|Okafor|Maya|ketamine|therap", words)


def test_a_links_page_comes_from_the_phones_own_store_when_nothing_changed(client, path):
    first = client.get(path)

    again = client.get(path, headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["cache-control"] == "no-cache"


def test_a_links_page_never_tells_where_it_was_opened_from(client, path):
    headers = client.get(path).headers

    assert headers["referrer-policy"] == "no-referrer"
    assert ("camera=(self)" in headers["permissions-policy"]) is (path in ("/j", "/i", "/g"))


def test_a_links_page_runs_without_inline_script_and_without_htmx(client, path):
    words = client.get(path).text

    assert "htmx" not in words
    assert re.findall(r"<script(?![^>]*\bsrc=)", words) == []
    assert re.findall(r"(?:src|href)=\"(?!/static/|data:,)", words) == []


@pytest.mark.parametrize("bot", BOTS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_links_changes_nothing(client, link_to, everything, bot, method):
    _, token = link_to()
    before = everything()

    for address in LANDINGS:
        for beside in ("", f"?t={token}", f"/{token}", f"%23{token}"):
            client.request(method, address + beside, headers={"user-agent": bot})

    assert everything() == before


def test_asvs_3_5_3_looking_at_any_page_without_being_let_in_changes_nothing(
    client, app, cast, everything
):
    before = everything()
    paths = sorted({route.path for route in _flat(app.routes) if "GET" in (route.methods or ())})

    assert len(paths) > 10
    for address in paths:
        client.get(re.sub(r"\{[^}]+\}", str(cast.integration_visit.id), address))

    assert everything() == before


def _flat(routes, prefix=""):
    for route in routes:
        if hasattr(route, "routes"):
            yield from _flat(route.routes, prefix + route.path)
        elif hasattr(route, "methods"):
            yield type("At", (), {"path": prefix + route.path, "methods": route.methods})
