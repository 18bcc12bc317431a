"""Templates keep the policy: nothing inline, nothing from elsewhere, nothing unescaped."""

import re
from pathlib import Path

import pytest

from app.web.files.assets import Assets
from app.web.pages import TEMPLATES, environment

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.*"))
# Where `|safe` was looked at: own markup, nothing that anybody typed.
MAY_BE_SAFE: set[str] = {
    "components/icon.html",
    "components/question.html",  # a form's own words, sanitised when it is read
}


@pytest.fixture(scope="module")
def jinja():
    return environment(Assets())


def source(page):
    # Without the comments, which may name what is not done.
    return re.sub(r"\{#.*?#\}", "", (TEMPLATES / page).read_text(), flags=re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_a_template_holds_nothing_inline(page):
    words = source(page)

    assert re.findall(r"<style\b|\sstyle=|\son[a-z]+=|javascript:|hx-on|\bjs:", words) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)", words) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_template_fetches_nothing_from_elsewhere(page):
    assert re.findall(r"(?:src|href|action|content)=\"(?:https?:)?//[^\"]*", source(page)) == []


@pytest.mark.parametrize("page", PAGES)
def test_asvs_1_2_1_a_template_escapes_whatever_people_wrote(page, jinja):
    words = source(page)

    assert "autoescape false" not in words
    assert page in MAY_BE_SAFE or not re.search(r"\|\s*safe\b|Markup\(", words)
    assert jinja.autoescape(page) is True


@pytest.mark.parametrize("page", PAGES)
def test_a_template_compiles(page, jinja):
    assert jinja.get_template(page)


def test_asvs_1_2_3_no_python_marks_words_as_safe():
    for path in (ROOT / "app").rglob("*.py"):
        assert not re.search(r"\bMarkup\b|\|\s*safe\b", path.read_text()), path


def test_asvs_1_3_2_no_script_makes_markup_or_runs_words():
    own = [path for path in (ROOT / "static").rglob("*.js") if "vendor" not in path.parts]
    assert own
    for path in own:
        words = path.read_text()
        assert not re.search(r"\beval\(|new Function|document\.write|outerHTML|http:", words), path
        for line in words.splitlines():
            if "innerHTML" in line or "insertAdjacentHTML" in line:
                assert "createHTML" in line, f"{path}: {line}"
