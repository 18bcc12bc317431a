"""What is drawn once for everybody holds nobody's words, and reads as if drawn for each."""

from types import SimpleNamespace

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined, select_autoescape

from app import i18n
from app.web.filled_in import FilledIn, mark

ROOM = """<p data-to="/visits/{{ visit.id }}">{{ words }}{{ visit.id }}</p>
{% if number %}{{ number }}{% endif %}"""


@pytest.fixture
def jinja():
    return Environment(
        loader=DictLoader({"room.html": ROOM, "named.html": "{{ patient.name }}"}),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
    )


def render(copies, value, words="Hello, ", number=""):
    values = {"id": value} | ({"number": number} if number else {})
    seen = {"visit": SimpleNamespace(id=mark("id")), "words": words}
    seen["number"] = mark("number") if number else ""
    return copies.render("room.html", words, lambda: seen, values)


@pytest.mark.parametrize("value", ["7", "<b>", '"', "\ue000number\ue000", ""])
@pytest.mark.parametrize("number", ["", "42", "&"])
def test_a_copy_reads_as_if_it_were_drawn_for_each(jinja, value, number):
    copies = FilledIn(jinja)
    render(copies, "somebody else's", number="1" if number else "")
    drawn = jinja.get_template("room.html").render(
        visit=SimpleNamespace(id=value), words="Hello, ", number=number
    )

    assert render(copies, value, number=number) == drawn
    assert len(copies) == 1


def test_other_facts_and_languages_are_other_copies(jinja):
    copies = FilledIn(jinja)

    assert "Hello" in render(copies, "1")
    assert "Goodbye" in render(copies, "1", words="Goodbye, ")
    with i18n.using("es"):
        render(copies, "1")

    assert len(copies) == 3


def test_markup_that_asks_for_more_than_it_may_see_is_never_kept(jinja):
    assert FilledIn(jinja).render("named.html", "facts", dict, {"id": "1"}) is None


def test_the_copies_that_were_asked_for_longest_ago_go(jinja):
    copies = FilledIn(jinja, most=2)
    for words in "abac":
        render(copies, "1", words=words)

    assert len(copies) == 2
    assert render(copies, "1", words="a") == render(FilledIn(jinja), "1", words="a")
