"""Foreign markup: what is read stays, what acts goes."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.questionnaires.sanitising import ELEMENTS, plain, sanitise

CALMLY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
REL = 'rel="noopener noreferrer nofollow"'


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("Some **bold** words", "<p>Some <strong>bold</strong> words</p>"),
        ("# Title\n\n- a\n- b", "<h3>Title</h3>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("[site](https://a.org)", f'<p><a href="https://a.org" {REL}>site</a></p>'),
        ("[bad](javascript:alert(1))", "<p>[bad](javascript:alert(1))</p>"),
        ("[plain](http://a.org)", f"<p><a {REL}>plain</a></p>"),
        ("![a card](https://a.org/x.png)", "<p>a card</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("", ""),
    ],
)
def test_markdown(text, markup):
    assert sanitise(text, "markdown") == markup


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("<div><p>Some <b>bold</b></p></div>", "<p>Some <b>bold</b></p>"),
        ("<h1>Title</h1>", "<h3>Title</h3>"),
        ('<p style="x" class="y" id="z" onclick="a()">w</p>', "<p>w</p>"),
        ("<td>10</td><td>20</td>", "10 20"),
        ("a<script>bad()</script><style>p{}</style>b", "ab"),
        ('<svg><a xlink:href="javascript:1">x</a></svg>', ""),
        ('<a href="https://e.org" target="_blank">l</a>', f'<a href="https://e.org" {REL}>l</a>'),
        ('<a href="//e.org">l</a><a href="/x">m</a>', f"<a {REL}>l</a><a {REL}>m</a>"),
        ("<form><input name=a><button>Go</button></form>", "Go"),
        ("<img src=x onerror=alert(1)>", ""),
        ("<!-- secret -->a", "a"),
        ("<p>open", "<p>open</p>"),
    ],
)
def test_xhtml(text, markup):
    assert re.sub(" +", " ", sanitise(text, "xhtml")) == markup


def test_the_words_alone():
    assert plain("**a** and\n\n- b", "markdown") == "a and b"


def test_signs_without_words_are_shown_as_they_are():
    assert sanitise("[" * 50_000, "markdown") == f"<p>{'[' * 50_000}</p>"


_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>")


_SIGNS = st.sampled_from("<>/\"'& \n[]()*`!#-=")
_WORDS = st.sampled_from(
    ("a", "script", "img", "p", "svg", "math", "style", "onload=x", "href=", "javascript:")
)
_ADDRESSES = st.sampled_from(("https://e.org", "http://e.org", "//e.org", "data:x"))


@pytest.mark.parametrize("kind", ["markdown", "xhtml"])
@CALMLY
@given(st.lists(_SIGNS | _WORDS | _ADDRESSES, max_size=30).map("".join))
def test_nothing_but_the_few_elements_ever_comes_out(kind, text):
    for name, attributes in _TAG.findall(sanitise(text, kind)):
        assert name in ELEMENTS
        assert re.fullmatch(rf'( href="https://[^"]*")?( {REL})?', attributes.rstrip()), attributes
