"""What a first paint needs stands in the page, and nothing else may style a page from within."""

import base64
import hashlib
import re

import pytest

from app.web.files.assets import load

SHEET = load().body("css/patient.css").decode()
# Hidden until a script shows it, or at rest until the stylesheet lets it move.
NOT_AT_FIRST = {"notice", "notice--warn", "horizon__light", "horizon--breathing"}


def style_of(html: str) -> str:
    [style] = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    return style


def shown_first(html: str) -> set[str]:
    """The classes of what a page shows before a script or a cover comes."""
    shown = re.sub(r"<(template|style)\b.*?</\1>", "", html, flags=re.DOTALL)
    return {name for names in re.findall(r'class="([^"]*)"', shown) for name in names.split()}


@pytest.fixture
def question(phone, asked):
    """The page of a question that only asks to choose."""
    return phone().tap(asked("phq-9").token).press().answer


def test_a_policy_names_the_one_style_that_stands_in_pages(question, client):
    digest = hashlib.sha256(style_of(question.text).encode()).digest()
    allowed = f"style-src 'self' 'sha256-{base64.b64encode(digest).decode()}';"

    assert allowed in question.headers["content-security-policy"]
    assert allowed in client.get("/sign-in").headers["content-security-policy"]


def test_a_questions_stylesheet_comes_when_all_is_said(question):
    before, after = question.text.split("</footer>")

    assert 'rel="stylesheet"' not in before
    assert after.count('rel="stylesheet"') == 1


def test_the_first_screen_is_made_of_what_stands_in_the_page(question, signed_in, cast):
    home = signed_in(cast.maya).get("/")

    for page in (question, home):
        style = style_of(page.text)
        missing = {
            name
            for name in shown_first(page.text) - NOT_AT_FIRST
            if f".{name}" in SHEET and not re.search(rf"\.{name}(?![\w-])", style)
        }
        assert missing == set()


def test_a_page_on_which_somebody_writes_has_its_stylesheet_before_it(signed_in, cast):
    page = signed_in(cast.maya).get("/journal/write").text

    assert "<style" not in page
    assert 'rel="stylesheet"' in page.split("<body")[0]


def test_a_part_of_a_page_brings_no_style(phone, asked):
    theos = phone().tap(asked("phq-9").token).press()

    part = theos.client.get(theos.path, headers={"hx-request": "true"}).text

    assert "<style" not in part
    assert "stylesheet" not in part
