"""Foreign markup in a form's texts, made safe: a few elements for reading, and nothing else.

Links keep their words; an address only when it is https and elsewhere. No picture, style, script,
form, class or id gets through.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

ELEMENTS = frozenset(
    ("p", "br", "strong", "em", "b", "i", "ul", "ol", "li", "h3", "h4", "blockquote", "a")
)

# What these hold is not for reading; of all other elements the words stay.
_GONE = {"script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math"}
_HEADINGS = {"h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4"}


def sanitise(text: str, kind: str) -> str:
    """Safe markup of a text that is `markdown`, or `xhtml` as rendering-xhtml has it."""
    if kind == "markdown":
        if _is_noise(text):
            return f"<p>{escape(text)}</p>"
        try:
            text = _MARKDOWN.render(text)
        except RecursionError:
            return f"<p>{escape(text)}</p>"
    return nh3.clean(
        _levelled(text),
        tags=set(ELEMENTS),
        clean_content_tags=_GONE,
        attributes={"a": {"href"}},
        url_schemes={"https"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    ).strip()


def plain(text: str, kind: str) -> str:
    """The words of a text alone, for where no markup can stand."""
    return " ".join(nh3.clean(sanitise(text, kind), tags=set(), strip_comments=True).split())


def _levelled(markup: str) -> str:
    """Headings at the levels that are free below a page's own, and cells of tables apart."""
    markup = _HEADING.sub(lambda found: found[1] + _HEADINGS[found[2].lower()], markup)
    return _CELL_END.sub(" ", markup)


_HEADING = re.compile(r"(</?)(h[1256])(?=[\s/>])", re.IGNORECASE)
_CELL_END = re.compile(r"(?=</(?:td|th|tr|div|dt|dd)[\s>])", re.IGNORECASE)


def _words_of_picture(
    _renderer: Any, tokens: Sequence[Token], at: int, _options: Any, _env: Any
) -> str:
    return escape(tokens[at].content)


def _reader() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False})
    markdown.add_render_rule("image", _words_of_picture)
    return markdown


_MARKDOWN = _reader()


def _is_noise(text: str) -> bool:
    """Whether it is mostly signs of markup: no text to read, and dear to read as markdown."""
    signs = len(_SIGNS.findall(text))
    return signs > 200 and signs * 5 > len(text)


_SIGNS = re.compile(r"[*_&<>`!\[\]]")
